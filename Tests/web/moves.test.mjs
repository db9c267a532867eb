// Material that moves between places without a signal: amounts on both sides, order, and what becomes of it.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { databases, openPage, pass, reset, server, setOnline, settle } from "./pages.mjs";

const from = "/companies/1/sites/2/materials/3";
const there = "/companies/1/sites/9/materials/7";
const line = (amount, more) => ({ material: "3", name: "Fuge", unit: "Sack", amount, ...more });
const move = (lines, more) => ({ company: "1", site: "2", siteName: "Bad", to: "9", toName: "Lager", lines, ...more });
const taking = (delta, material = "3", site = "2") => ({ company: "1", site, material, name: "Fuge", unit: "Sack", delta });
const refuse = (status, code, more) => () => ({ status, body: { code, params: {}, detail: "No.", fields: [], requestId: "a-1", ...more } });
const asked = () => server.asked.map(({ path }) => path.replace("/companies/1", ""));

beforeEach(async () => {
  await reset();
  server.answer = ({ path }) => ({ body: { id: path, fromSiteId: "2", lines: [], updatedAt: "2026-11-28T06:00:00Z" } });
});

describe("material that is moved", () => {
  test("leaves one place and arrives at the other at once, to a thousandth", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.moveMaterial(move([line(0.1, { there: "7" }), line(0.2, { there: "7" })]));
    await queue.adjust(taking(-1));
    assert.equal(queue.pendingDelta(from), -1.3);
    assert.equal(queue.pendingDelta(there), 0.3);
    assert.deepEqual(queue.arrivingAt("9"), [], "it is shown with the material there");
    await setOnline(true);
    await settle();
    assert.deepEqual([queue.pendingDelta(from), queue.pendingDelta(there)], [0, 0]);
  });

  test("that isn't known there is on its way", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.moveMaterial(move([line(2)]));
    assert.deepEqual(queue.arrivingAt("9"), [{ name: "Fuge", unit: "Sack", amount: 2, from: "Bad" }]);
    assert.deepEqual(queue.arrivingAt("2"), []);
  });

  test("is sent as one act, with its key and the time of the tap", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.moveMaterial(move([line(2), line(1, { material: "4" })], { note: "Transporter", key: "k1" }));
    const at = new Date().toISOString();
    await pass(5000);
    assert.equal(queue.waiting[0].kind, "transfer");
    await setOnline(true);
    await settle();
    assert.deepEqual(server.asked.map(({ path, key, body }) => [path, key, body]), [["/companies/1/transfers", "k1", {
      fromSiteId: "2", toSiteId: "9", lines: [{ materialId: "3", amount: 2, unit: "Sack" }, { materialId: "4", amount: 1, unit: "Sack" }], note: "Transporter", at,
    }]]);
    assert.deepEqual(databases.rows("waiting"), []);
  });

  test("keeps its order with what else happens to the material, here and there", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.adjust(taking(-1));
    await queue.moveMaterial(move([line(2, { there: "7" })]));
    await queue.adjust(taking(-1, "7", "9"));
    await queue.adjust(taking(-1, "5"));
    // The first one fails for a while: what is about other material goes on.
    server.answer = ({ path }) => (path.includes("/materials/3/") ? { status: 500, body: { requestId: "a-1" } } : { body: { id: path } });
    await setOnline(true);
    await settle();
    assert.deepEqual(asked(), ["/sites/2/materials/3/adjust-quantity", "/sites/2/materials/5/adjust-quantity"]);
    server.answer = ({ path }) => ({ body: { id: path, fromSiteId: "2", lines: [] } });
    await pass(10_000);
    assert.deepEqual(asked().slice(2), ["/sites/2/materials/3/adjust-quantity", "/transfers", "/sites/9/materials/7/adjust-quantity"]);
  });

  test("is taken back before it was sent, and not afterwards", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.moveMaterial(move([line(2)], { key: "k1" }));
    assert.equal(await queue.withdraw("k1"), true);
    assert.deepEqual([queue.waiting, queue.pendingDelta(from)], [[], 0]);
    await queue.moveMaterial(move([line(2)], { key: "k2" }));
    server.answer = () => { throw new TypeError("There is no signal."); };
    await setOnline(true);
    await settle();
    assert.equal(await queue.withdraw("k2"), false, "the server may know it");
  });

  test("that was refused later stays, counts for nothing, and is put right as another act", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.moveMaterial(move([line(5, { there: "7" })], { key: "k1" }));
    server.answer = refuse(409, "not-enough", { fields: [{ field: "lines[0].amount", code: "not-enough", params: {} }] });
    await setOnline(true);
    await settle();
    const [act] = queue.waiting;
    assert.deepEqual([act.refused.code, act.refused.fields[0].field], ["not-enough", "lines[0].amount"]);
    assert.deepEqual([queue.pendingDelta(from), queue.pendingDelta(there), queue.arrivingAt("9")], [0, 0, []]);
    server.answer = () => ({ body: { id: "t", lines: [] } });
    const { moving } = await import("app/act-kinds.js");
    const { path, body, about, lanes } = moving(move([line(3, { there: "7" })]));
    await queue.edit(act.key, { path, at: act.at, body: { ...body, at: act.at }, about, lanes });
    await settle();
    assert.equal(server.asked.at(-1).body.lines[0].amount, 3);
    assert.notEqual(server.asked.at(-1).key, "k1");
    assert.deepEqual(queue.waiting, []);
  });
});

describe("a site that is finished", () => {
  test("is so on the phone at once, with what is left where it goes", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.finishSite({
      company: "1", site: "2", siteName: "Bad", restTo: "9", note: null,
      lines: [line(4, { there: "7" }), line(1, { material: "4", to: "8" }), line(2, { material: "5", scrap: "angebrochen" })],
    });
    assert.ok(queue.isFinishing("2"));
    const pending = (site, material) => queue.pendingDelta(`/companies/1/sites/${site}/materials/${material}`);
    assert.deepEqual([pending("2", "3"), pending("2", "4"), pending("2", "5"), pending("9", "7")], [-4, -1, -2, 4]);
    assert.deepEqual(queue.arrivingAt("8").map(({ amount }) => amount), [1]);
    assert.deepEqual(queue.arrivingAt("9"), []);
    server.answer = () => ({ body: { id: "2", kind: "SITE", status: "FINISHED", material: [], materialInfo: { total: 0, warnings: 0 }, assignments: [] } });
    await setOnline(true);
    await settle();
    const [{ path, body: { at, ...body } }] = server.asked;
    assert.equal(path, "/companies/1/sites/2/finish");
    assert.deepEqual(body, { restTo: "9", lines: [{ materialId: "4", toSiteId: "8" }, { materialId: "5", scrap: "angebrochen" }] });
    assert.ok(at);
    assert.equal(queue.isFinishing("2"), false);
  });

  test("needs to know nothing but its name: what is left goes to the depot", async () => {
    const { queue } = await openPage();
    await queue.finishSite({ company: "1", site: "2", siteName: "Bad", restTo: null, lines: [] }).catch(() => {});
    const [{ body: { at, ...body } }] = server.asked;
    assert.deepEqual(body, {});
  });
});

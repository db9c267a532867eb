// A worker's breaks: clocked and stated, in order with coming and going, and the question after a check-out.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openDocument } from "./dom.mjs";
import { databases, openPage, pass, reset, server, setOnline, settle, until } from "./pages.mjs";

const place = { company: "1", site: "2", siteName: "Bad Müller" };
const hour = 3_600_000;
const ago = (milliseconds) => new Date(Date.now() - milliseconds).toISOString();
/** As a clock shows it where the company is, in winter. */
const wall = (instant) => new Date(Date.parse(instant) + hour).toISOString().slice(11, 16);
const asked = () => server.asked.map(({ path }) => path.split("/").at(-1));
const refuse = (status, code, more) => () => ({ status, body: { code, params: {}, detail: "No.", fields: [], requestId: "a-1", ...more } });

const places = '<div id="clock"></div><div id="toasts"></div><div id="announcer"></div>';

/** The notes of pages before are gone by then, and each page has a document of its own. */
async function begin() {
  await pass(12_000);
  await reset();
  openDocument(places);
}
beforeEach(begin);

/** A person's clock on a page. @param {object[]} present as the overview says it */
async function openClock(present = []) {
  const open = await openPage();
  const { load } = open;
  const [{ createClock, whereAmI }, { render }, { kept }, words] = await Promise.all(
    ["parts/clock.js", "app/html.js", "app/kept.js", "app/words.js"].map(load));
  await words.useLanguage("de");
  await words.useAllWords();
  await kept.belongTo("lena");
  const leaving = new AbortController();
  const page = {
    data: { overview: { present, sites: [{ id: "2", name: "Bad Müller", isAssigned: true }] } },
    user: { id: "lena" }, company: { id: "1", api: "/companies/1" }, signal: leaving.signal, update: () => {}, waitFor: () => {},
  };
  const view = createClock(page);
  const shown = document.getElementById("clock");
  page.update = () => render(shown, view());
  page.update();
  await settle();
  return {
    ...open, page, where: () => whereAmI(page),
    crash: async () => {
      leaving.abort();
      await open.crash();
    },
    text: () => shown.textContent.replaceAll("\u00A0", " "),
    async tap(name) {
      const button = document.documentElement.querySelectorAll("button").find((one) => one.textContent.trim() === name);
      assert.ok(button, `a button "${name}" in: ${document.querySelector("body").textContent}`);
      button.dispatchEvent(new Event("click"));
      // A double tap is none.
      await pass(2500);
    },
  };
}
const here = (since, more) => ({ id: "e1", userId: "lena", siteId: "2", siteName: "Bad Müller", checkedInAt: since, onBreakSince: null, breakCount: 0, ...more });

describe("a break", () => {
  test("can be undone for ten seconds, and is sent then with its time", async () => {
    const { queue } = await openPage();
    const { key } = await queue.startBreak(place);
    const began = new Date().toISOString();
    await pass(9000);
    assert.deepEqual([asked(), queue.waiting], [[], []]);
    assert.ok(await queue.undo(key));
    await queue.startBreak(place);
    await pass(10_500);
    assert.deepEqual(asked(), ["break-start"]);
    assert.equal(Date.parse(server.asked[0].body.at) - Date.parse(began), 9000);
    assert.equal(server.asked[0].path, "/companies/1/sites/2/break-start");
  });

  test("waits without a signal, outlives the page, and is sent in order, once", async () => {
    const page = await openPage();
    await setOnline(false);
    for (const act of ["checkIn", "startBreak", "endBreak", "checkOut"]) {
      await page.queue[act](place);
      await pass(60_000);
    }
    const to = databases.rows("waiting").at(-1).at;
    await page.queue.stateBreak(place, { minutes: 30, at: to });
    await pass(11_000);
    await page.crash();
    const next = await openPage();
    assert.deepEqual(next.queue.waiting.map(({ kind }) => kind), ["check-in", "break-start", "break-end", "check-out", "break-stated"]);
    await setOnline(true);
    await settle();
    assert.deepEqual(asked(), ["check-in", "break-start", "break-end", "check-out", "break-stated"]);
    const times = server.asked.map(({ body }) => Date.parse(body.at));
    assert.deepEqual(times.map((at) => at - times[0]), [0, 60_000, 120_000, 180_000, 180_000]);
    assert.deepEqual(server.asked.at(-1).body, { minutes: 30, at: to });
    assert.equal(new Set(server.asked.map(({ key }) => key)).size, 5);
    assert.deepEqual(next.queue.waiting, []);
  });

  test("that was refused doesn't hold up the rest, and is put right", async () => {
    const { queue } = await openPage();
    server.answer = ({ path }) => (path.endsWith("break-start") ? refuse(409, "on-break-already", { params: { from: ago(hour) } })() : { body: { id: path } });
    await queue.startBreak(place);
    await queue.checkOut(place);
    await pass(11_000);
    assert.deepEqual(asked(), ["break-start", "check-out"]);
    const [{ key, kind, refused }] = queue.waiting;
    assert.deepEqual([kind, refused.code], ["break-start", "on-break-already"]);
    server.answer = ({ path }) => ({ body: { id: path } });
    const at = ago(2 * hour);
    await queue.edit(key, { at, body: { at } });
    await settle();
    assert.deepEqual([server.asked.at(-1).path, server.asked.at(-1).body], ["/companies/1/sites/2/break-start", { at }]);
    assert.deepEqual(queue.waiting, []);
  });
});

describe("the clock", () => {
  test("knows a break from the server, and what waits after that", async () => {
    const since = ago(5 * hour);
    const began = ago(hour);
    const clock = await openClock([here(since, { onBreakSince: began, breakCount: 1 })]);
    assert.ok(clock.text().includes(`Pause seit ${wall(began)}`), clock.text());
    await setOnline(false);
    const back = wall(ago(0));
    await clock.tap("Weiter");
    await pass(11_000);
    const { visit } = clock.where();
    assert.deepEqual([visit.onBreakSince, visit.breaks, visit.since], [null, 1, since]);
    assert.ok(clock.text().includes(`Pause zu Ende um ${back}, wartet auf Empfang`), clock.text());
    const again = wall(ago(0));
    await clock.tap("Pause");
    await pass(11_000);
    assert.ok(clock.text().includes(`Pause seit ${again}, wartet auf Empfang`), clock.text());
    assert.equal(clock.where().visit.breaks, 2);
    await clock.tap("Gehen");
    assert.equal(clock.where().visit, null);
    assert.deepEqual(databases.rows("waiting").map(({ kind }) => kind), ["break-end", "break-start", "check-out"]);
  });

  test("shows a break as it is after its answer, without asking again", async () => {
    const { load, queue } = await openPage();
    const [{ kept }, sites] = await Promise.all(["app/kept.js", "app/sites.js"].map(load));
    await kept.belongTo("lena");
    kept.put("/companies/1/overview", { present: [here(ago(hour))], sites: [], low: [], counts: { present: 1 } });
    const from = ago(60_000);
    server.answer = () => ({ body: { ...here(ago(hour)), checkedOutAt: null, breaks: [{ from, to: null, minutes: null, source: "TAKEN" }] } });
    await queue.startBreak(place);
    await queue.send();
    const [present] = sites.presentOn({ data: { overview: kept.peek("/companies/1/overview").value } });
    assert.deepEqual([present.onBreakSince, present.breakCount], [from, 1]);
  });
});

describe("the question after a check-out", () => {
  const isAsked = async (clock) => {
    await until(() => clock.text().includes("Pause gemacht?"));
    assert.match(clock.text(), /Pause gemacht\?/);
  };
  const isNotAsked = async (clock) => {
    await pass(1000);
    assert.doesNotMatch(clock.text(), /Pause gemacht\?/);
  };

  test("is asked without a signal, after a reload too, and goes with its check-out", async () => {
    const since = ago(5 * hour);
    const first = await openClock([here(since)]);
    await setOnline(false);
    const to = ago(0);
    await first.tap("Gehen");
    await isAsked(first);
    assert.ok(first.text().includes(`Bad Müller, ${wall(since)} – ${wall(to)}`), first.text());
    await first.crash();
    await pass(12_000);
    openDocument(places);
    const clock = await openClock([here(since)]);
    await isAsked(clock);
    await clock.tap("30 Minuten");
    await isNotAsked(clock);
    await pass(11_000);
    assert.deepEqual(asked(), []);
    await setOnline(true);
    await settle();
    assert.deepEqual(asked(), ["check-out", "break-stated"]);
    const [out, stated] = server.asked;
    assert.deepEqual(stated.body, { minutes: 30, at: out.body.at });
  });

  test("can be answered with none, and undone", async () => {
    const clock = await openClock([here(ago(5 * hour))]);
    await clock.tap("Gehen");
    clock.page.data.overview.present = [];
    await isAsked(clock);
    await clock.tap("Keine");
    await isNotAsked(clock);
    await clock.tap("Rückgängig");
    await isAsked(clock);
    await pass(20_000);
    assert.deepEqual(asked(), ["check-out"], "the check-out was confirmed by the answer, which was undone");
    await clock.tap("Keine");
    await pass(11_000);
    assert.equal(server.asked.at(-1).body.minutes, 0);
  });

  test("isn't asked of who came less than four hours ago, of who had a break, or who is still there", async () => {
    for (const entry of [here(ago(4 * hour - 60_000)), here(ago(5 * hour), { breakCount: 1 })]) {
      const clock = await openClock([entry]);
      await clock.tap("Gehen");
      await isNotAsked(clock);
      await clock.crash();
      await begin();
    }
    const clock = await openClock([here(ago(5 * hour))]);
    await clock.tap("Gehen");
    await isAsked(clock);
    await pass(1000);
    await clock.tap("Rückgängig");
    await isNotAsked(clock);
  });

  test("is taken back where the server knows of a break, and at the end of the day", async () => {
    const since = ago(5 * hour);
    const clock = await openClock([here(since)]);
    await clock.tap("Gehen");
    await isAsked(clock);
    server.answer = () => ({ body: { ...here(since), checkedOutAt: ago(0), breaks: [{ from: null, to: null, minutes: 20, source: "STATED" }] } });
    await pass(11_000);
    await isNotAsked(clock);
    await clock.crash();
    await pass(12_000);
    openDocument(places);

    server.answer = () => ({ body: { ...here(since), checkedOutAt: ago(0), breaks: [] } });
    const evening = await openClock([here(since)]);
    await evening.tap("Gehen");
    evening.page.data.overview.present = [];
    await isAsked(evening);
    await pass(11_000);
    await isAsked(evening);
    // 23:59 in the company's zone, and a minute later.
    await pass(Date.parse("2026-11-28T22:59:00Z") - Date.now());
    evening.page.update();
    await isAsked(evening);
    await pass(70_000);
    evening.page.update();
    await isNotAsked(evening);
  });
});

test("breaks are said with how they are known", async () => {
  const { load } = await openPage();
  const [{ breaksOf }, words] = await Promise.all(["parts/breaks.js", "app/words.js"].map(load));
  await words.useLanguage("de");
  await words.useAllWords();
  const taken = { from: ago(2 * hour), to: ago(1.75 * hour), minutes: 15, source: "TAKEN" };
  const stated = (minutes) => ({ from: null, to: null, minutes, source: "STATED" });
  const said = (...breaks) => breaksOf({ breaks }).map((text) => text.replaceAll("\u00A0", " "));
  assert.deepEqual(said(), []);
  assert.deepEqual(breaksOf({}), [], "of an older server");
  assert.deepEqual(said(taken, { ...taken }, stated(30)), ["30 min Pause, gestempelt", "30 min Pause, angegeben"]);
  assert.deepEqual(said(stated(0)), ["keine Pause, angegeben"]);
  assert.deepEqual(said({ from: "2026-11-28T05:00:00Z", to: null, minutes: null, source: "TAKEN" }), ["Pause seit 06:00"]);
});

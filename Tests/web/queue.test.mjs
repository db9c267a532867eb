// Writes that wait: kept, held, sent in order and once, whatever the browser's storage does.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { databases, openPage, pass, reset, server, setOnline, settle } from "./pages.mjs";

const visit = { company: "1", site: "2", siteName: "Bad Müller" };
const taking = (delta, more) => ({ company: "1", site: "2", material: "3", name: "Fuge", unit: "Sack", delta, ...more });
const lane = "/companies/1/sites/2/materials/3";
const kinds = () => databases.rows("waiting").map(({ kind }) => kind);
const asked = () => server.asked.map(({ path }) => path.split("/").at(-1));
const refuse = (status, code, more) => () => ({ status, body: { code, params: {}, detail: "No.", fields: [], requestId: "a-1", ...more } });

beforeEach(reset);

describe("a taking", () => {
  test("is written down before it is sent, and gone when it is answered", async () => {
    const { queue } = await openPage();
    let stored;
    server.answer = ({ path }) => {
      stored = databases.rows("waiting");
      return { body: { id: path } };
    };
    const { state } = await queue.adjust(taking(-1, { note: "Bad" }));
    assert.equal(state, "done");
    assert.equal(stored.length, 1);
    assert.deepEqual(stored[0].body, { delta: -1, unit: "Sack", note: "Bad", at: new Date().toISOString() });
    assert.equal(server.asked[0].key, stored[0].key);
    assert.deepEqual(databases.rows("waiting"), []);
    assert.equal(queue.pendingDelta(lane), 0);
  });

  test("says what it takes back", async () => {
    const { queue } = await openPage();
    let stored;
    server.answer = () => {
      stored = databases.rows("waiting");
      return { body: {} };
    };
    await queue.adjust(taking(1, { isUndo: true }));
    assert.equal(stored[0].body.undo, true);
  });

  test("counts at once, and waits where nothing answers", async () => {
    const { queue } = await openPage();
    server.answer = () => new Promise(() => {});
    const outcome = queue.adjust(taking(-2.5));
    assert.equal(queue.pendingDelta(lane), -2.5);
    await settle();
    assert.deepEqual(queue.waiting, [], "for a moment it is on its way");
    await pass(4100);
    assert.deepEqual(await outcome, { state: "waiting", isKept: true });
    assert.deepEqual(queue.waiting.map(({ body }) => body.delta), [-2.5]);
  });

  test("that is refused at once is thrown, and has no place in the list unless it was typed", async () => {
    const { queue } = await openPage();
    server.answer = refuse(409, "not-enough");
    await assert.rejects(queue.adjust(taking(-1)), { code: "not-enough" });
    assert.deepEqual(queue.waiting, []);
    const problem = await queue.adjust(taking(-7, { isTyped: true, note: "alles" })).catch((thrown) => thrown);
    assert.deepEqual(queue.waiting.map(({ key, refused }) => [key, refused.code]), [[problem.key, "not-enough"]]);
    assert.equal(queue.pendingDelta(lane), 0, "what was refused isn't taken");

    // Put right, it is another act.
    server.answer = ({ path }) => ({ body: { id: path } });
    await queue.edit(problem.key, { body: { delta: -2, note: "alles", at: "2026-11-28T06:00:00.000Z" } });
    await settle();
    assert.equal(server.asked.at(-1).body.delta, -2);
    assert.notEqual(server.asked.at(-1).key, problem.key);
    assert.deepEqual([queue.waiting, databases.rows("waiting")], [[], []]);
  });

  test("that was announced is made by the next page, once", async () => {
    const first = await openPage();
    first.queue.announce("k1", taking(-3, { key: "k1", at: "2026-11-28T05:59:00.000Z" }));
    await first.crash();
    const second = await openPage();
    await settle();
    assert.deepEqual(server.asked.map(({ key, body }) => [key, body.delta, body.at]), [["k1", -3, "2026-11-28T05:59:00.000Z"]]);
    await second.crash();
    await openPage();
    assert.equal(server.asked.length, 1);
  });
});

describe("coming and going", () => {
  test("can be undone for ten seconds", async () => {
    const { queue } = await openPage();
    const { key } = await queue.checkIn(visit);
    await settle();
    assert.deepEqual([kinds(), asked(), queue.waiting], [["check-in"], [], []]);
    assert.equal(queue.clocked("1")[0].isWaiting, false);
    await pass(9000);
    assert.ok(queue.mayUndo(key));
    assert.ok(await queue.undo(key));
    await pass(20_000);
    assert.deepEqual([kinds(), asked(), queue.clocked("1")], [[], [], []]);
  });

  test("are sent then, with the time of the tap", async () => {
    const { queue } = await openPage();
    const { key } = await queue.checkIn(visit);
    await pass(9500);
    assert.deepEqual(asked(), []);
    await pass(1000);
    assert.deepEqual(server.asked.map(({ body }) => body), [{ at: server.asked[0].body.at }]);
    assert.equal(Date.now() - Date.parse(server.asked[0].body.at) >= 10_000, true);
    assert.equal(await queue.undo(key), false, "it is too late");
  });

  test("are sent at once by who goes on, hides the page or signs out", async () => {
    const { queue } = await openPage();
    await queue.checkIn(visit);
    await queue.checkOut(visit);
    await settle();
    assert.deepEqual(asked(), ["check-in"], "the going can be undone now");
    document.hidden = true;
    dispatchEvent(new Event("visibilitychange"));
    await settle();
    assert.deepEqual(asked(), ["check-in", "check-out"]);
    document.hidden = false;
    await queue.checkIn(visit);
    await queue.send();
    assert.deepEqual(asked(), ["check-in", "check-out", "check-in"]);
  });

  test("are sent by a page that goes away, without waiting, and once", async () => {
    const page = await openPage();
    await page.queue.checkIn(visit);
    dispatchEvent(new Event("pagehide"));
    assert.deepEqual(server.asked.map(({ keepalive }) => keepalive), [true]);
    const [{ key }] = server.asked;
    await page.crash();
    await openPage();
    await pass(15_000);
    assert.deepEqual([...new Set(server.asked.map((one) => one.key))], [key]);
    assert.deepEqual(kinds(), []);
  });

  test("that a page held when it died are sent by the next", async () => {
    const page = await openPage();
    await page.queue.checkIn(visit);
    await page.crash();
    const next = await openPage();
    await settle();
    assert.deepEqual(asked(), []);
    assert.equal(next.queue.clocked("1").length, 1);
    await pass(11_000);
    assert.deepEqual(asked(), ["check-in"]);
  });

  test("keep their order behind one that is held in another tab", async () => {
    const [one, other] = [await openPage(), await openPage()];
    await one.queue.checkIn(visit);
    await settle();
    assert.equal(other.queue.clocked("1").length, 1);
    await other.queue.checkOut(visit);
    await settle();
    assert.deepEqual(asked(), ["check-in"]);
    await pass(11_000);
    assert.deepEqual(asked(), ["check-in", "check-out"]);
  });

  test("aren't held for long by a clock that was put back", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await queue.checkIn(visit);
    const [row] = databases.rows("waiting");
    assert.ok(row.heldUntil - Date.now() <= 10_000);
    row.heldUntil += 3_600_000;
    const next = await openPage();
    assert.equal(next.queue.mayUndo(row.key), false);
  });

  test("that were refused are put right: another time, another site", async () => {
    const { queue } = await openPage();
    server.answer = refuse(400, "invalid", { fields: [{ field: "at", code: "too-old", params: { days: 30 } }] });
    await queue.checkIn(visit);
    await pass(11_000);
    const [{ key, refused, about }] = queue.waiting;
    assert.equal(refused.fields[0].code, "too-old");
    server.answer = ({ path }) => ({ body: { id: path } });
    const at = "2026-11-28T05:00:00.000Z";
    await queue.edit(key, { path: "/companies/1/sites/9/check-in", at, body: { at }, about: { ...about, site: "9" } });
    await settle();
    assert.deepEqual([server.asked.at(-1).path, server.asked.at(-1).body], ["/companies/1/sites/9/check-in", { at }]);
  });
});

describe("without a signal", () => {
  test("everything waits in order, survives the page, and is sent once", async () => {
    const page = await openPage();
    await setOnline(false);
    for (const delta of [-1, -2]) await page.queue.adjust(taking(delta));
    await page.queue.checkIn(visit);
    await pass(11_000);
    assert.equal(page.queue.waiting.length, 3);
    await page.crash();
    const next = await openPage();
    assert.equal(next.queue.waiting.length, 3);
    assert.equal(next.queue.pendingDelta(lane), -3);
    await setOnline(true);
    await settle();
    assert.deepEqual(server.asked.map(({ body }) => body.delta ?? "in"), [-1, -2, "in"]);
    assert.deepEqual([kinds(), next.queue.waiting], [[], []]);
  });

  test("another person neither sees nor sends it, and it is gone after 30 days", async () => {
    const page = await openPage();
    await setOnline(false);
    await page.queue.adjust(taking(-1));
    await page.crash();
    await setOnline(true);
    const other = await openPage({ id: "tom", role: "WORKER", language: "de" });
    await settle();
    assert.deepEqual([asked(), other.queue.waiting, kinds()], [[], [], ["adjust"]]);
    for (const row of databases.rows("waiting")) row.at = "2026-10-28T06:00:00.000Z";
    await other.crash();
    await openPage({ id: "tom", role: "WORKER", language: "de" });
    assert.deepEqual(kinds(), []);
  });

  test("what one tab gave up, another doesn't bring back", async () => {
    const [one, other] = [await openPage(), await openPage()];
    await setOnline(false);
    await one.queue.adjust(taking(-1));
    await settle();
    const [{ key }] = other.queue.waiting;
    await other.queue.discard(key);
    await settle();
    assert.deepEqual([one.queue.waiting, other.queue.waiting, kinds()], [[], [], []]);
    await pass(20_000);
    await setOnline(true);
    assert.deepEqual([asked(), kinds()], [[], []]);
  });
});

describe("a browser that keeps nothing", () => {
  for (const [name, break_, mend] of [
    ["no database", () => { databases.openFault = "SecurityError"; databases.vanish(); }, () => { databases.openFault = null; }],
    ["a full disk", () => { databases.putFault = "QuotaExceededError"; }, () => { databases.putFault = null; }],
    ["no answer", () => { databases.openFault = "silence"; databases.vanish(); }, () => { databases.openFault = null; }],
  ]) {
    test(`${name}: it is said, warned of and sent while the page lives`, async () => {
      const { queue, wouldLose } = await openPage();
      await setOnline(false);
      break_();
      const came = queue.checkIn(visit);
      await pass(9000);
      await came;
      const taken = queue.adjust(taking(-1));
      await pass(9000);
      assert.deepEqual(await taken, { state: "waiting", isKept: false });
      assert.deepEqual(queue.waiting.map(({ isKept }) => isKept), [false, false]);
      assert.ok(queue.hasUnkept && wouldLose());
      const closing = new Event("beforeunload", { cancelable: true });
      dispatchEvent(closing);
      assert.ok(closing.defaultPrevented, "closing the page warns");
      await setOnline(true);
      await pass(9000);
      assert.deepEqual(asked(), ["check-in", "adjust-quantity"]);
      assert.ok(!queue.hasUnkept && !wouldLose());
      mend();
    });

    test(`${name}, for a while: it is written down when that is over, in order`, async () => {
      const { queue, wouldLose } = await openPage();
      await setOnline(false);
      break_();
      const came = queue.checkIn(visit);
      await pass(9000);
      await came;
      mend();
      const went = queue.checkOut(visit);
      await pass(9000);
      await went;
      assert.deepEqual(kinds(), ["check-in", "check-out"]);
      assert.ok(!queue.hasUnkept && !wouldLose());
      await setOnline(true);
      await pass(11_000);
      assert.deepEqual(asked(), ["check-in", "check-out"]);
    });
  }

  test("a full disk that has room for the later act only keeps neither", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    databases.putFault = "QuotaExceededError";
    await queue.adjust(taking(-1, { note: "lang" }));
    const { open } = databases;
    let writes = 0;
    // The first one is refused again, the second would fit.
    Object.defineProperty(databases, "putFault", { configurable: true, get: () => ((writes += 1) === 1 ? "QuotaExceededError" : null) });
    await queue.adjust(taking(-2));
    assert.deepEqual(kinds(), []);
    Object.defineProperty(databases, "putFault", { configurable: true, writable: true, value: null });
    assert.equal(open, databases.open);
    await pass(16_000);
    assert.deepEqual(databases.rows("waiting").map(({ body }) => body.delta), [-1, -2]);
  });

  test("a page that goes away tries to send it", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    databases.putFault = "QuotaExceededError";
    await queue.adjust(taking(-1));
    navigator.onLine = true;
    dispatchEvent(new Event("pagehide"));
    assert.deepEqual(server.asked.map(({ keepalive, body }) => [keepalive, body.delta]), [[true, -1]]);
  });

  test("no small notes either: one is signed in and sends all the same", async () => {
    localStorage.fault = sessionStorage.fault = "SecurityError";
    databases.openFault = "SecurityError";
    databases.vanish();
    const { queue } = await openPage();
    queue.announce("k1", taking(-1));
    const { state } = await queue.adjust(taking(-1));
    assert.equal(state, "done");
    assert.deepEqual(asked(), ["adjust-quantity"]);
  });
});

describe("a browser that forgets", () => {
  for (const [name, forget] of [
    ["told of it", () => databases.vanish()], ["not told of it", () => databases.vanish({ isTold: false })], ["only emptied", () => databases.clear()],
  ]) {
    test(`${name}, it is written anew, and sent`, async () => {
      const { queue } = await openPage();
      await setOnline(false);
      await queue.adjust(taking(-1));
      await queue.checkIn(visit);
      assert.equal(kinds().length, 2);
      forget();
      localStorage.clear();
      await pass(16_000);
      assert.deepEqual(kinds(), ["adjust", "check-in"]);
      assert.deepEqual(queue.waiting.map(({ isKept }) => isKept), [true, true]);
      forget();
      await setOnline(true);
      await pass(1000);
      assert.deepEqual(asked(), ["adjust-quantity", "check-in"]);
      assert.deepEqual([kinds(), queue.waiting], [[], []]);
    });
  }

  test("two tabs write it anew once", async () => {
    const [one, other] = [await openPage(), await openPage()];
    await setOnline(false);
    await one.queue.adjust(taking(-1));
    await settle();
    databases.clear();
    await pass(31_000);
    await setOnline(true);
    await pass(31_000);
    assert.deepEqual(asked().length >= 1 && [...new Set(server.asked.map(({ key }) => key))].length, 1);
    assert.deepEqual([kinds(), one.queue.waiting, other.queue.waiting], [[], [], []]);
  });
});

test("lasting storage is asked for with the first act, once", async () => {
  navigator.storage.asked = 0;
  const { queue } = await openPage();
  assert.equal(navigator.storage.asked, 0);
  await queue.checkIn(visit);
  await queue.checkOut(visit);
  assert.equal(navigator.storage.asked, 1);
});

test("how surely a browser keeps is known", async () => {
  const { howSurely } = await import("app/database.js?surely");
  assert.equal(await howSurely(), "usually");
  navigator.storage.isGiven = true;
  assert.equal(await howSurely(), "surely");
  navigator.storage.isGiven = false;
  databases.putFault = "QuotaExceededError";
  assert.equal(await howSurely(), "not");
  databases.putFault = null;
  assert.deepEqual(databases.rows("waiting"), []);
});

test("who signs out takes along what waits", async () => {
  const { queue, session } = await openPage();
  await setOnline(false);
  await queue.adjust(taking(-1));
  server.answer = ({ path }) => (path.endsWith("adjust-quantity") ? new Promise(() => {}) : {});
  navigator.onLine = true;
  await session.signOut();
  assert.deepEqual(kinds(), []);
  assert.equal(localStorage.getItem("polier.user"), null);
});

const mara = { id: "mara", name: "Mara Lenz" };
const crew = { company: "1", site: "2", siteName: "Bad Müller", people: [mara] };
const came = { checkedInAt: "2026-11-28T05:00:00.000Z", reason: "Handy leer" };

describe("a crew's hours", () => {
  test("are entered at once, under a key and with the time of the tap", async () => {
    const { queue } = await openPage();
    const { state } = await queue.enterHours({ ...crew, body: came });
    assert.equal(state, "done");
    assert.deepEqual(server.asked[0].body, { userIds: ["mara"], ...came, at: new Date().toISOString() });
    assert.equal(server.asked[0].path, "/companies/1/sites/2/time-entries");
    assert.ok(server.asked[0].key);
  });

  test("wait without a signal, in order with the end of those that were open", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await Promise.all([
      queue.enterHours({ ...crew, body: came }),
      queue.endHours({ ...crew, entry: "9", body: { checkedOutAt: "2026-11-28T05:30:00.000Z", reason: "Feierabend" } }), pass(4100),
    ]);
    assert.deepEqual(queue.waiting.map(({ kind }) => kind), ["crew-in", "crew-out"]);
    assert.deepEqual(server.asked, []);
    await setOnline(true);
    await pass(2000);
    assert.deepEqual(server.asked.map(({ method, path }) => [method, path]), [
      ["POST", "/companies/1/sites/2/time-entries"], ["PATCH", "/companies/1/sites/2/time-entries/9"],
    ]);
  });

  test("are corrected without a signal, once it is back, and a refused correction can be edited", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    const was = { id: "9", userId: "mara", checkedInAt: "2026-11-28T05:00:00.000Z", checkedOutAt: null };
    const body = { checkedInAt: "2026-11-28T04:30:00.000Z", reason: "War früher da" };
    const [{ state }] = await Promise.all([queue.correctHours({ ...crew, was, body }), pass(4100)]);
    assert.equal(state, "waiting");
    assert.deepEqual(queue.waiting.map(({ kind, about }) => [kind, about.was]), [["crew-fix", was]]);
    assert.deepEqual(queue.crewOf("2").map(({ kind }) => kind), ["crew-fix"]);
    server.answer = refuse(409, "overlaps-another-entry");
    await setOnline(true);
    await pass(2000);
    assert.deepEqual(queue.waiting.map(({ refused }) => refused.code), ["overlaps-another-entry"]);
    assert.deepEqual(queue.crewOf("2"), []);
    server.answer = () => ({ status: 200, body: was });
    await queue.edit(queue.waiting[0].key, { body: { ...body, reason: "Bus war früher da" } });
    await settle();
    const { method, path, body: sent } = server.asked.at(-1);
    assert.deepEqual([method, path, sent.reason], ["PATCH", "/companies/1/sites/2/time-entries/9", "Bus war früher da"]);
  });

  test("of someone who leads the site no more are refused, and stay to be read and edited", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    await Promise.all([queue.enterHours({ ...crew, body: came }), pass(4100)]);
    server.answer = refuse(403, "foremen-only");
    await setOnline(true);
    await pass(2000);
    assert.deepEqual(queue.waiting.map(({ refused, about }) => [refused.code, about.people]), [["foremen-only", [mara]]]);
    server.answer = () => ({ status: 201, body: [] });
    await queue.edit(queue.waiting[0].key, { body: { ...queue.waiting[0].body, reason: "Akku leer" } });
    await settle();
    assert.equal(server.asked.at(-1).body.reason, "Akku leer");
    assert.deepEqual(queue.waiting, []);
  });
});

describe("two people on one tablet", () => {
  test("send what each did under their own session only", async () => {
    const { queue, session } = await openPage({ id: "mara", role: "WORKER", language: "de", email: null });
    await setOnline(false);
    await Promise.all([queue.adjust(taking(-1)), pass(4100)]);
    const leaving = session.leave();
    await settle();
    assert.equal(session.state, "out");
    assert.deepEqual(queue.waiting, [], "the next person doesn't see it");
    await setOnline(true);
    await pass(2000);
    await leaving;
    assert.deepEqual(asked().filter((name) => name === "adjust-quantity"), [], "no one is signed in");

    await session.changed({ id: "jonas", role: "WORKER", language: "de", email: null });
    await settle();
    server.asked = [];
    assert.equal((await queue.adjust(taking(-2))).state, "done");
    await settle();
    assert.deepEqual(server.asked.map(({ body }) => body.delta), [-2]);
    assert.deepEqual(databases.rows("waiting").map(({ user, body }) => [user, body.delta]), [["mara", -1]]);

    await session.leave();
    await session.changed({ id: "mara", role: "WORKER", language: "de", email: null });
    await settle();
    await pass(1000);
    assert.deepEqual(server.asked.map(({ body }) => body?.delta).filter(Boolean), [-2, -1]);
    assert.deepEqual(databases.rows("waiting"), []);
  });
});

describe("who was switched off", () => {
  const ended = { status: 401, body: { code: "session-ended", params: {}, detail: "", fields: [], requestId: "a-1" } };
  const kept = { status: 202, body: { id: "c1", act: "CHECK_OUT", state: "OPEN", code: "person-switched-off", params: {} } };

  test("hands in what they did before, though the session takes nothing else", async () => {
    const page = await openPage();
    await setOnline(false);
    await page.queue.checkIn(visit);
    await pass(60_000);
    await page.queue.checkOut(visit);
    await pass(11_000);
    // The session has ended before anything was sent.
    server.answer = ({ method }) => {
      if (method === "GET") return ended;
      throw new TypeError("lost");
    };
    const { api } = await page.load("app/api.js");
    await setOnline(true);
    await api.get("/users/me").catch(() => {});
    await settle();
    assert.equal(page.session.state, "expired");
    server.answer = ({ method }) => (method === "GET" ? ended : kept);
    await pass(120_000);
    assert.deepEqual(asked().slice(-2), ["check-in", "check-out"]);
    assert.deepEqual(page.queue.waiting, []);
  });

  test("hands it in at the sign-in page too, which asks the server once", async () => {
    const before = await openPage();
    await setOnline(false);
    await before.queue.checkOut(visit);
    await pass(11_000);
    server.answer = () => ended;
    const { api } = await before.load("app/api.js");
    await setOnline(true);
    await api.get("/users/me").catch(() => {});
    await pass(120_000);
    await before.crash();
    server.asked = [];
    // The page that comes next, in which no one is signed in: not yet, and once the person was switched off.
    for (const answer of [ended, kept]) {
      server.answer = ({ method }) => (method === "GET" ? ended : answer);
      const page = await openPage(null);
      await pass(120_000);
      assert.equal(page.session.state, "out");
      assert.deepEqual(page.queue.waiting.length, answer === kept ? 0 : 1);
      await page.crash();
    }
    assert.deepEqual(asked(), ["check-out", "check-out"]);
  });

  test("and who only has to sign in again is asked for it once", async () => {
    const page = await openPage();
    await setOnline(false);
    await page.queue.checkOut(visit);
    await pass(11_000);
    server.answer = () => ended;
    await setOnline(true);
    await settle();
    await page.queue.send();
    await pass(120_000);
    assert.equal(page.session.state, "expired");
    assert.ok(server.asked.length <= 2, `${server.asked.length}`);
    assert.equal(page.queue.waiting.length, 1);
    server.answer = ({ path }) => ({ body: { id: path } });
    await page.session.changed({ id: "lena", role: "WORKER", language: "de" });
    await settle();
    assert.deepEqual(page.queue.waiting, []);
  });
});

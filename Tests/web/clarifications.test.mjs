// What was sent late and waits for a manager: it isn't saved, the person is told and sees how it ends, and managers book or decline it.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openDocument } from "./dom.mjs";
import { databases, openPage, pass, reset, server, setOnline, settle, until } from "./pages.mjs";

import { setTimeZone, useAllWords, useLanguage, useWords } from "app/words.js";
import { beginOf, bookingOf } from "parts/book-clarification.js";
import { grouped, isClear, whatOf, whyOf } from "parts/clarification.js";

const place = { company: "1", site: "2", siteName: "Bad Müller" };
const mara = { id: "mara", name: "Mara Lenz" };
const crew = { ...place, people: [mara] };
const was = { id: "9", version: 3, userId: "mara", siteId: "2", checkedInAt: "2026-11-27T06:00:00Z", checkedOutAt: "2026-11-27T15:00:00Z" };
const emptyBody = {
  minutes: null, materialId: null, materialName: null, delta: null, unit: null, note: null, undo: false, people: [], entryId: null, checkedInAt: null,
  checkedOutAt: null, reopen: false, kind: null, breaks: [], siteId: null, reason: null,
};
const clarification = (id, act, at, more = {}) => ({
  id, userId: "lena", userName: "Lena Vogt", siteId: "2", siteName: "Bad Müller", act, at, reportedAt: "2026-11-28T16:00:00.000Z",
  code: "site-not-found", params: {}, state: "OPEN", reason: null, decidedBy: null, decidedByName: null, decidedAt: null, entryId: null, movementId: null,
  ...more, body: { ...emptyBody, ...more.body },
});
const waits = (act, more) => ({ status: 202, body: clarification("c1", act, "2026-11-28T05:00:00.000Z", more) });
const plain = (text) => text.replaceAll("\u00A0", " ").replaceAll(/\s+/g, " ").trim();

async function speak() {
  await useLanguage("de");
  await Promise.all([useAllWords(), useWords("clarifications")]);
  setTimeZone("Europe/Berlin");
}

describe("an act that is answered with 202", () => {
  beforeEach(() => reset());

  for (const [name, act, start] of [
    ["a taking", "ADJUST_QUANTITY", (queue) => queue.adjust({ ...place, material: "3", name: "Fuge", unit: "Sack", delta: -9 })],
    ["a check-in", "CHECK_IN", (queue) => queue.checkIn(place)],
    ["a check-out", "CHECK_OUT", (queue) => queue.checkOut(place)],
    ["the beginning of a break", "BREAK_START", (queue) => queue.startBreak(place)],
    ["the end of a break", "BREAK_END", (queue) => queue.endBreak(place)],
    ["a stated break", "BREAK_STATED", (queue) => queue.stateBreak(place, { minutes: 30, at: "2026-11-28T05:00:00.000Z" })],
    ["a crew's hours", "ENTER_TIMES", (queue) => queue.enterHours({ ...crew, body: { checkedInAt: "2026-11-28T05:00:00.000Z", reason: "Handy leer" } })],
    ["the end of them", "CORRECT_TIMES", (queue) => queue.endHours({ ...crew, entry: "9", body: { checkedOutAt: "2026-11-28T05:00:00.000Z", reason: "Feierabend" } })],
    ["a correction", "CORRECT_TIMES", (queue) => queue.correctHours({ ...crew, was, body: { checkedInAt: "2026-11-27T05:30:00.000Z", reason: "War früher da" } })],
  ]) {
    test(`leaves the queue and isn't saved: ${name}`, async () => {
      const { queue, load } = await openPage();
      const { kept } = await load("app/kept.js");
      await kept.belongTo("lena");
      const overview = { present: [], sites: [], low: [], counts: { sites: 0, present: 0, low: 0 } };
      const own = "/companies/1/clarifications?userId=lena&limit=100";
      kept.put("/companies/1/overview", overview);
      kept.put(own, []);
      server.answer = ({ method, path }) => {
        if (method !== "GET") return waits(act);
        return { body: path.endsWith("/overview") ? overview : path.includes("/clarifications") ? [waits(act).body] : {} };
      };
      const news = [];
      queue.onChange((one) => (one.answer || one.clarification) && news.push(one));
      const [outcome] = await Promise.all([start(queue), pass(11_000)]);
      assert.equal(server.asked.length, 1);
      assert.deepEqual([queue.waiting, queue.clocked("1"), databases.rows("waiting")], [[], [], []]);
      assert.equal(queue.pendingDelta("/companies/1/sites/2/materials/3"), 0);
      if (outcome.state) assert.equal(outcome.state, "clarified");
      assert.deepEqual(news.map((one) => [one.answer, one.clarification.id]), [[undefined, "c1"]]);
      assert.deepEqual(kept.peek("/companies/1/overview").value, overview, "no one is on site by it");
      assert.deepEqual(kept.peek(own).value.map(({ id, state }) => [id, state]), [["c1", "OPEN"]]);
    });
  }

  test("is known to the other tabs, too", async () => {
    const [one, other] = [await openPage(), await openPage()];
    await setOnline(false);
    await Promise.all([one.queue.adjust({ ...place, material: "3", name: "Fuge", unit: "Sack", delta: -9 }), pass(4100)]);
    server.answer = ({ method }) => (method === "GET" ? { body: [] } : waits("ADJUST_QUANTITY"));
    const heard = [];
    for (const { queue } of [one, other]) queue.onChange(({ answer, clarification: news }) => (answer || news) && heard.push(news?.id));
    await setOnline(true);
    await pass(1000);
    await until(() => heard.length === 2);
    assert.deepEqual(heard, ["c1", "c1"]);
    assert.deepEqual([one.queue.waiting, other.queue.waiting], [[], []]);
  });
});

describe("a crew's act", () => {
  beforeEach(() => reset());

  test("says when it was done, also when it was edited; what is void has no time", async () => {
    const { queue } = await openPage({ id: "sabine", role: "MANAGER", language: "de", companyId: "1" });
    await setOnline(false);
    const at = new Date().toISOString();
    await Promise.all([
      queue.enterHours({ ...crew, body: { checkedInAt: "2026-11-28T05:00:00.000Z", reason: "Handy leer" } }),
      queue.correctHours({ ...crew, was, body: { checkedInAt: "2026-11-27T05:30:00.000Z", reason: "War früher da" } }),
      queue.voidHours({ ...crew, was, body: { reason: "Doppelt" } }), pass(4100),
    ]);
    server.answer = ({ path }) => (path.endsWith("/void") ? { body: was } : { status: 409, body: { code: "overlaps-another-entry", params: {}, fields: [], requestId: "a-1" } });
    await setOnline(true);
    await pass(2000);
    assert.deepEqual(server.asked.map(({ body }) => body.at), [at, at, undefined]);
    const [refused] = queue.waiting;
    server.answer = () => ({ body: [] });
    await queue.edit(refused.key, { body: { userIds: ["mara"], checkedInAt: "2026-11-28T04:00:00.000Z", reason: "Handy leer" } });
    await settle();
    assert.deepEqual([server.asked.at(-1).body.checkedInAt, server.asked.at(-1).body.at], ["2026-11-28T04:00:00.000Z", at]);
  });

  test("whose answer was lost is sent again under its key, and counts once", async () => {
    const { queue } = await openPage({ id: "sabine", role: "MANAGER", language: "de", companyId: "1" });
    let isLost = true;
    const body = { checkedInAt: "2026-11-27T05:30:00.000Z", reason: "War früher da" };
    server.answer = () => {
      if (isLost) throw new TypeError("There is no signal.");
      return { body: { ...was, ...body, version: 4, breaks: [] } };
    };
    const news = [];
    queue.onChange(({ answer, clarification: waiting }) => (answer || waiting) && news.push(answer?.id ?? "waits"));
    await Promise.all([queue.correctHours({ ...crew, was, body }), pass(4100)]);
    isLost = false;
    await setOnline(true);
    await pass(5000);
    await until(() => news.length);
    assert.deepEqual([news, queue.waiting], [["9"], []]);
    const sent = server.asked.filter(({ method }) => method === "PATCH").map(({ key }) => key);
    assert.ok(sent.length > 1 && sent[0] && new Set(sent).size === 1, String(sent));
  });
});

describe("the person", () => {
  beforeEach(async () => {
    // Node's clock of tests may lose the timer by which a note goes.
    const buttons = document.getElementById("toasts")?.querySelectorAll("button") ?? [];
    for (const one of buttons) if (one.textContent === "×") one.dispatchEvent(new Event("click"));
    await pass(12_000);
    await reset();
    openDocument('<div id="place"></div><div id="toasts"></div><div id="announcer"></div>');
  });

  async function open(user, data = {}) {
    const { load, ...rest } = await openPage(user);
    const words = await load("app/words.js");
    await words.useLanguage("de");
    await words.useAllWords();
    const [{ kept }, { render }] = await Promise.all(["app/kept.js", "app/html.js"].map(load));
    await kept.belongTo(user.id);
    const leaving = new AbortController();
    const page = {
      data, problems: {}, path: "/clarifications", query: new URLSearchParams(), user, company: { id: "1", api: "/companies/1" }, signal: leaving.signal,
      link: (path) => path, every() {}, waitFor() {}, refreshes: 0, update() {},
      async refresh() { page.refreshes += 1; },
      read(paths) {
        for (const [name, path] of Object.entries(paths)) {
          page.data[name] ??= kept.peek(path)?.value;
          kept.watch(path, (value) => { page.data[name] = value; page.update(); }, leaving.signal);
        }
      },
    };
    const shown = document.getElementById("place");
    return {
      ...rest, load, kept, page, words,
      show(view) { page.update = () => render(shown, view()); page.update(); },
      text: () => plain(shown.textContent),
      button: (name) => shown.querySelectorAll("button").find((one) => plain(one.getAttribute("aria-label") ?? "").startsWith(name) || plain(one.textContent) === name),
    };
  }

  test("is told what waits, once for many", async () => {
    const { load } = await open({ id: "lena", role: "WORKER", language: "de" });
    const { tellClarified } = await load("parts/clarified.js");
    const toast = () => plain(document.getElementById("toasts").textContent);
    await tellClarified(clarification("c1", "CHECK_IN", "2026-11-28T05:00:00.000Z"));
    assert.match(toast(), /^Liegt bei der Bauleitung: Gekommen um 06:00, Bad Müller \(.+, 06:00\)\. Ansehen/);
    await tellClarified(clarification("c2", "CHECK_OUT", "2026-11-28T06:00:00.000Z"));
    assert.match(toast(), /^2 Einträge liegen bei der Bauleitung\. Ansehen/);
  });

  test("sees what waits and how it ended, without a signal too", async () => {
    const { load, kept, page, show, text } = await open({ id: "lena", role: "WORKER", language: "de" });
    const at = new Date().toISOString();
    const decided = { decidedBy: "sabine", decidedByName: "Sabine Brandt", decidedAt: at };
    kept.put("/companies/1/clarifications?userId=lena&limit=100", [
      clarification("c4", "CHECK_IN", at, { state: "DECLINED", ...decided, reason: "Alt", decidedAt: "2026-10-01T06:00:00.000Z" }),
      clarification("c3", "BREAK_STATED", at, { state: "BOOKED", ...decided, body: { minutes: 30 } }),
      clarification("c2", "ADJUST_QUANTITY", at, { state: "DECLINED", ...decided, reason: "Doppelt gemeldet", body: { delta: -9, unit: "Sack", materialName: "Fuge" } }),
      clarification("c1", "CHECK_OUT", at, { code: "not-checked-in" }),
    ]);
    await setOnline(false);
    const { createMine } = await load("parts/clarifications-mine.js");
    show(await createMine(page));
    const rows = text();
    assert.match(rows, /Deine Nachmeldungen.*Gegangen um .*Nicht gebucht: Dazu fehlt das Kommen auf dieser Baustelle\..*liegt bei der Bauleitung/);
    assert.match(rows, /9 Sack Fuge entnommen.*Abgelehnt von Sabine Brandt, .*Grund: Doppelt gemeldet.*abgelehnt/);
    assert.match(rows, /30 min Pause.*Gebucht von Sabine Brandt/);
    assert.ok(rows.indexOf("Gegangen um") < rows.indexOf("30 min Pause"), "what waits comes first");
    assert.ok(!rows.includes("Alt"), "what ended long ago isn't shown");
  });

  const boss = { id: "sabine", role: "MANAGER", language: "de", companyId: "1" };
  const list = "/companies/1/clarifications?state=OPEN";
  const coming = clarification("a", "CHECK_IN", "2026-11-28T06:00:00.000Z");
  const going = clarification("b", "CHECK_OUT", "2026-11-28T15:00:00.000Z", { code: "not-checked-in" });
  const taking = clarification("d", "ADJUST_QUANTITY", "2026-11-28T07:00:00.000Z", {
    code: "not-enough", params: { amount: 2, unit: "Sack", material: "Fuge" }, body: { delta: -9, unit: "Sack", materialId: "3", materialName: "Fuge" },
  });

  async function openList(user = boss, rows = [going, taking, coming]) {
    const opened = await open(user);
    opened.kept.put(list, rows);
    opened.kept.put("/companies/1/overview", { present: [], sites: [], low: [], counts: {}, openClarifications: rows.length });
    const { default: clarifications } = await opened.load("pages/clarifications.js");
    opened.words.setTimeZone("Europe/Berlin");
    opened.show(await clarifications(opened.page));
    return opened;
  }
  const tap = async (button) => {
    button.dispatchEvent(new Event("click"));
    await settle();
  };

  test("who manages books a day with one tap, and looks at what is in doubt", async () => {
    const { page, kept, text, button } = await openList();
    assert.match(text(), /Lena Vogt ?Bad Müller.*Sa., 28. Nov.: Da 07:00 – 16:00.*Nicht gebucht: Damals war die Einteilung.*9 Sack Fuge entnommen.*Es waren nur noch 2 Sack da\./);
    assert.ok(!text().includes("Gegangen um"), "the check-out is part of it");
    assert.equal(button("Buchen: Lena Vogt, 9 Sack"), undefined);
    assert.ok(button("Prüfen und buchen: Lena Vogt, 9 Sack"));
    server.answer = ({ method }) => ({ body: method === "GET" ? [] : { ...coming, state: "BOOKED" } });
    const sure = button("Buchen: Lena Vogt, Da 07:00");
    sure.dispatchEvent(new Event("click"));
    await tap(sure);
    assert.deepEqual(server.asked.map(({ method, path, body }) => [method, path, body]), [
      ["POST", "/companies/1/clarifications/a/book", { checkedOutAt: going.at }],
    ], "a double tap books once");
    assert.ok(server.asked[0].key);
    assert.deepEqual(kept.peek(list).value.map(({ id }) => id), ["d"]);
    assert.equal(page.refreshes, 1);
    assert.match(plain(document.getElementById("toasts").textContent), /Für Lena Vogt gebucht\./);
    assert.ok(!text().includes("Da 07:00"));
  });

  const overview = (more) => ({ present: [], sites: [], low: [], counts: { sites: 0, present: 0, low: 0 }, ...more });

  test("finds them among their hours, also where there are none yet; a foreman finds the way to the crew's", async () => {
    const user = { id: "lena", role: "WORKER", language: "de", companyId: "1" };
    const { load, kept, page, show, text } = await open(user, { overview: overview({ openClarifications: 1 }) });
    kept.put("/companies/1/clarifications?userId=lena&limit=100", [coming]);
    kept.put("/companies/1/sites?status=ACTIVE", [{ id: "2", name: "Bad Müller", assignments: [{ userId: "lena", isForeman: true }] }]);
    kept.put("/companies/1/time-entries?userId=lena&limit=100", []);
    const { default: hours } = await load("pages/hours.js");
    show(await hours(page));
    await until(() => text().includes("Deine Nachmeldungen"));
    assert.match(text(), /Zu klären: 1.*Deine Nachmeldungen.*Gekommen um/);
    assert.match(text(), /Noch keine Zeiten/);
  });

  test("who manages finds the way from everyone's hours", async () => {
    const { load, page, show, text } = await open(boss, { overview: overview({ openClarifications: 101 }) });
    const { default: hours } = await load("pages/hours.js");
    show(await hours(page));
    assert.match(text(), /Zu klären: 100\+/);
  });

  /** Fields and dialogs as far as forms ask for them. */
  function withForms() {
    const property = (name, get) => Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true, get, set(value) { Object.defineProperty(this, name, { value, writable: true, configurable: true }); },
    });
    const attribute = (name, without = "") => property(name, function () { return this.getAttribute(name) ?? without; });
    attribute("name");
    attribute("type", "text");
    for (const name of ["required", "disabled", "checked"]) property(name, function () { return this.hasAttribute(name); });
    property("dataset", function () { return { kind: this.getAttribute("data-kind") }; });
    property("value", function () {
      const options = this.querySelectorAll("option");
      return (options.find((one) => one.hasAttribute("selected")) ?? options[0] ?? this).getAttribute("value") ?? "";
    });
    property("elements", function () {
      const all = ["input", "select", "textarea"].flatMap((tag) => this.querySelectorAll(tag)).filter(({ name }) => name);
      const named = (name) => {
        const [first, ...more] = all.filter((one) => one.name === name);
        return more.length ? { get value() { return [first, ...more].find(({ checked }) => checked)?.value ?? ""; } } : first ?? null;
      };
      return Object.assign(all, { namedItem: named }, Object.fromEntries(all.map(({ name }) => [name, named(name)])));
    });
    Object.assign(HTMLElement.prototype, { showModal() {}, close() { this.dispatchEvent(new Event("close")); } });
    globalThis.history = { state: null, pushState() {}, replaceState() {}, go() {} };
  }
  const dialog = () => document.querySelector("dialog");
  const submit = async () => {
    dialog().querySelector("form").dispatchEvent(new Event("submit"));
    await settle();
  };
  const type = (name, text) => {
    const field = dialog().querySelectorAll("input").find((one) => one.name === name);
    field.value = text;
    field.dispatchEvent(new Event("input"));
  };

  test("what is in doubt is put right in a form, and what can't be booked says why there", async () => {
    withForms();
    const { kept, button, text } = await openList();
    let refusal = { status: 409, body: { code: "overlaps-another-entry", params: { name: "Lena Vogt" }, detail: "No.", fields: [], requestId: "a-1" } };
    server.answer = ({ method }) => (method === "GET" ? { body: [] } : refusal ?? { body: { ...coming, state: "BOOKED" } });
    await tap(button("Buchen: Lena Vogt, Da 07:00"));
    await until(dialog);
    const shown = () => plain(dialog().textContent);
    assert.match(shown(), /Nachmeldung buchen.*Lena Vogt ?Bad Müller.*Da 07:00 – 16:00.*Lena Vogt hat in dieser Zeit schon einen anderen Eintrag/);
    assert.deepEqual(["checkedInAt", "checkedOutAt"].map((name) => dialog().querySelector("form").elements[name].value), ["2026-11-28T07:00", "2026-11-28T16:00"]);
    type("checkedInAt", "2026-11-28T09:30");
    await submit();
    assert.deepEqual(server.asked.at(-1).body, { checkedInAt: "2026-11-28T08:30:00.000Z", checkedOutAt: going.at });
    assert.match(shown(), /schon einen anderen Eintrag/, "it stays, with the reason");
    refusal = null;
    await submit();
    assert.equal(dialog(), null);
    assert.deepEqual(kept.peek(list).value.map(({ id }) => id), ["d"]);
    assert.ok(!text().includes("Da 07:00"));
  });

  test("material is booked in the amount that it really was", async () => {
    withForms();
    const { kept, button } = await openList();
    server.answer = ({ method, path }) => (method !== "GET" ? { body: taking }
      : { body: path.endsWith("/materials") ? [{ id: "3", name: "Fuge", unit: "Sack", amount: 2 }, { id: "4", name: "Kleber", unit: "Sack", amount: 30 }] : [] });
    await tap(button("Prüfen und buchen: Lena Vogt, 9 Sack"));
    await until(dialog);
    assert.match(plain(dialog().textContent), /Es waren nur noch 2 Sack da\..*Fuge \(2 Sack\).*Kleber \(30 Sack\)/);
    type("delta", "0");
    await submit();
    assert.deepEqual(server.asked, [], "nothing is nothing");
    type("delta", "1,5");
    await submit();
    assert.deepEqual(server.asked.map(({ path, body }) => [path, body]), [["/companies/1/clarifications/d/book", { delta: -1.5 }]]);
    assert.deepEqual(kept.peek(list).value.map(({ id }) => id), ["b", "a"]);
  });

  for (const [name, act, body, words] of [
    ["a stated break", "BREAK_STATED", { minutes: 30 }, /30 min Pause.*Wann.*Wie lange war Pause\?/],
    ["the beginning of a break", "BREAK_START", {}, /Pause begonnen um 07:00.*Nur nötig, wenn/],
    ["a lone check-out", "CHECK_OUT", {}, /Gegangen um 07:00.*Gekommen.*Leer heißt: Das Gehen gehört/],
    ["a crew's hours", "ENTER_TIMES", { people: [{ userId: "x" }], checkedInAt: "2026-11-28T06:00:00.000Z" }, /Stunden für eine Person: ab 07:00.*Pausen/],
    ["a correction", "CORRECT_TIMES", { entryId: "9", checkedOutAt: "2026-11-28T15:00:00.000Z" }, /Korrektur: gegangen.*Eintrag von Mara Lenz: Fr., 27. Nov., 07:00 – 16:00/],
  ]) {
    test(`the form of ${name}`, async () => {
      withForms();
      const { button } = await openList(boss, [clarification("z", act, "2026-11-28T06:00:00.000Z", { body })]);
      server.answer = ({ path }) => ({ body: path.includes("/time-entries") ? [{ ...was, userName: "Mara Lenz", kind: "WORK", breaks: [] }] : [] });
      await tap(button("Prüfen und buchen"));
      await until(dialog);
      assert.match(plain(dialog().textContent), words);
      server.answer = ({ method }) => ({ body: method === "GET" ? [] : {} });
      await submit();
      assert.deepEqual(server.asked.map(({ path, body: sent }) => [path, sent]), [["/companies/1/clarifications/z/book", {}]], plain(dialog()?.textContent ?? ""));
      assert.equal(dialog(), null);
    });
  }

  test("both halves are declined with a reason", async () => {
    withForms();
    const { kept, button } = await openList();
    server.answer = ({ method }) => ({ body: method === "GET" ? [] : coming });
    await tap(button("Ablehnen: Lena Vogt, Da 07:00"));
    await until(dialog);
    await submit();
    assert.deepEqual(server.asked, [], "a reason is needed");
    type("reason", "Doppelt gemeldet ");
    await submit();
    assert.deepEqual(server.asked.map(({ path, body }) => [path, body.reason]), [
      ["/companies/1/clarifications/a/decline", "Doppelt gemeldet"], ["/companies/1/clarifications/b/decline", "Doppelt gemeldet"],
    ]);
    assert.deepEqual(kept.peek(list).value.map(({ id }) => id), ["d"]);
    assert.match(plain(document.getElementById("toasts").textContent), /Abgelehnt\. Lena Vogt sieht den Grund\./);
  });

  for (const code of ["clarification-decided", "clarification-not-found"]) {
    test(`who comes second is told, and it goes: ${code}`, async () => {
      const { kept, button } = await openList();
      server.answer = ({ method }) => (method === "GET" ? { body: [] } : {
        status: code.endsWith("decided") ? 409 : 404, body: { code, params: { name: "Jonas Keller" }, detail: "No.", fields: [], requestId: "a-1" },
      });
      await tap(button("Buchen: Lena Vogt, Da 07:00"));
      assert.deepEqual(kept.peek(list).value.map(({ id }) => id), ["d"]);
      assert.match(plain(document.getElementById("toasts").textContent),
        code.endsWith("decided") ? /Darüber hat Jonas Keller schon entschieden\./ : /Diese Nachmeldung gibt es nicht\./);
    });
  }

  test("without a signal it stays, and nothing is said to be booked", async () => {
    const { kept, button } = await openList();
    await setOnline(false);
    await tap(button("Buchen: Lena Vogt, Da 07:00"));
    assert.deepEqual(kept.peek(list).value.length, 3);
    assert.doesNotMatch(document.getElementById("toasts").textContent, /gebucht/);
  });

  test("the office reads, and workers decide what others reported where they lead", async () => {
    const office = await openList({ ...boss, role: "BOOKKEEPER" });
    assert.ok(office.text().includes("Da 07:00"));
    assert.equal(office.button("Ablehnen"), undefined);
    const worker = await openList({ id: "lena", role: "WORKER", language: "de", companyId: "1" }, [coming, { ...taking, userId: "mara", userName: "Mara Lenz" }]);
    assert.equal(worker.button("Ablehnen: Lena Vogt"), undefined);
    assert.ok(worker.button("Ablehnen: Mara Lenz"));
  });

  const site = { id: "2", name: "Bad Müller", status: "ACTIVE", priority: "medium", lowCount: 0, assignments: [], assignmentCount: 0, addressParts: {} };
  for (const [count, text] of [[3, "3zu klären"], [101, "100+zu klären"], [0, null], [null, null], [undefined, null]]) {
    test(`the start page counts them: ${count}`, async () => {
      const { load, page, show, text: shown } = await open(boss, {
        overview: { present: [], sites: count === 3 ? [] : [site], low: [], counts: { sites: 1, present: 0, low: 0 }, openClarifications: count },
      });
      const { default: start } = await load("pages/start.js");
      show(start(page));
      // Also where no site is active.
      if (text) assert.ok(shown().replaceAll(" ", "").includes(text.replaceAll(" ", "")), shown());
      else assert.ok(!shown().includes("zu klären"), shown());
    });
  }
});

describe("what belongs together", () => {
  beforeEach(speak);
  const ids = (all) => grouped(all).map(({ one, other }) => [one.id, ...(other ? [other.id] : [])].join("+"));
  const at = (hour, day = "28") => `2026-11-${day}T${String(hour).padStart(2, "0")}:00:00.000Z`;

  test("is coming and going of one person on one site within a day, and both ends of a break", () => {
    assert.deepEqual(ids([
      clarification("e", "CHECK_OUT", at(15)), clarification("d", "BREAK_END", at(11)), clarification("c", "BREAK_START", at(10)), clarification("b", "CHECK_IN", at(6)),
    ]), ["b+e", "c+d"]);
    assert.deepEqual(ids([clarification("a", "CHECK_IN", at(6)), clarification("b", "CHECK_OUT", at(15), { siteId: "3" })]), ["a", "b"]);
    assert.deepEqual(ids([clarification("a", "CHECK_IN", at(6)), clarification("b", "CHECK_OUT", at(15), { userId: "mara" })]), ["a", "b"]);
    assert.deepEqual(ids([clarification("a", "CHECK_IN", at(6)), clarification("b", "CHECK_OUT", at(7, "29"))]), ["a", "b"]);
    assert.deepEqual(ids([clarification("a", "CHECK_OUT", at(6)), clarification("b", "CHECK_IN", at(7))]), ["a", "b"]);
    // The second coming has the end.
    assert.deepEqual(ids([clarification("a", "CHECK_IN", at(6)), clarification("b", "CHECK_IN", at(7)), clarification("c", "CHECK_OUT", at(8))]), ["a", "b+c"]);
    assert.deepEqual(ids([clarification("a", "CHECK_IN", at(6)), clarification("b", "CHECK_OUT", at(7)), clarification("c", "CHECK_OUT", at(8))]), ["a+b", "c"]);
  });

  test("is booked with one tap only where nothing is in doubt", () => {
    const one = (act, code, more) => ({ one: clarification("a", act, at(6), { code, ...more }), other: null });
    const pair = (code, later) => ({ one: clarification("a", "CHECK_IN", at(6), { code }), other: clarification("b", "CHECK_OUT", at(15), { code: later }) });
    assert.deepEqual([pair("site-not-found", "not-checked-in"), pair("too-old", "too-old"), one("ADJUST_QUANTITY", "site-not-found"),
      one("ENTER_TIMES", "not-assigned"), one("BREAK_STATED", "not-checked-in"), one("CHECK_OUT", "too-old")].map(isClear), [true, true, true, true, true, true]);
    assert.deepEqual([pair("overlaps-another-entry", "not-checked-in"), pair("site-not-found", "before-own-check-in"), one("CHECK_IN", "site-not-found"),
      one("CHECK_OUT", "not-checked-in"), one("ADJUST_QUANTITY", "not-enough"), one("CORRECT_TIMES", "foremen-recent-only"), one("BREAK_END", "not-on-break"),
    ].map(isClear), [false, false, false, false, false, false, false]);
  });

  test("is said in words", () => {
    const say = (act, body, more) => plain(whatOf({ one: clarification("a", act, at(6), { body, ...more }), other: null }));
    assert.equal(say("ADJUST_QUANTITY", { delta: 2.5, unit: "Sack", materialName: "Fuge" }), "2,5 Sack Fuge aufgefüllt");
    assert.equal(say("BREAK_STATED", { minutes: 0 }), "Keine Pause");
    assert.equal(say("ENTER_TIMES", { people: [{ userId: "a" }, { userId: "b" }], checkedInAt: at(6), checkedOutAt: at(15) }), "Stunden für 2 Personen: 07:00 – 16:00");
    assert.equal(plain(whatOf({ one: clarification("a", "ENTER_TIMES", at(6), { body: { people: [{ userId: "a" }], checkedInAt: at(6) } }), other: null }, new Map([["a", "Mara Lenz"]]))),
      "Stunden für Mara Lenz: ab 07:00");
    assert.match(say("CORRECT_TIMES", { checkedOutAt: at(15), breaks: [{ from: null, to: null, minutes: 30 }] }), /^Korrektur: gegangen .*16:00, Pause: 30 min$/);
  });
});

for (const language of ["de", "en"]) {
  test(`each reason has words of its own: ${language}`, async () => {
    await useLanguage(language);
    await Promise.all([useAllWords(), useWords("clarifications")]);
    const other = whyOf({ code: "something-newer", params: {} });
    assert.ok(other.length > 10);
    // Those of Sources/Core/Clarifications/Report.swift.
    for (const code of [
      "site-not-found", "too-many-daily-entries", "too-many-breaks", "too-many-corrections", "foremen-only", "stale", "other-entry-open", "entry-voided",
      "entry-cant-be-open", "foremen-recent-only", "checked-in-already", "open-entry-exists", "overlaps-another-entry", "not-checked-in", "on-break-already",
      "not-on-break", "material-not-found", "not-enough", "too-much", "before-material", "unit-changed", "too-old", "before-own-check-in", "before-break",
      "outside-entry", "breaks-overlap", "longer-than-entry", "not-assigned", "before-check-in",
    ]) assert.notEqual(whyOf({ code, params: { amount: 2, unit: "Sack" } }), other, code);
    for (const code of ["constructor", "other entry", null]) assert.equal(whyOf({ code, params: null }), other);
  });
}

describe("the form", () => {
  beforeEach(speak);
  const from = "2026-11-28T06:00:12.345Z";
  const to = "2026-11-28T15:00:59.000Z";
  const book = (reported, values, entry) => bookingOf(reported, beginOf(reported, entry), { kind: "WORK", breaks: "[]", siteId: "2", ...values });
  const wall = { checkedInAt: "2026-11-28T07:00", checkedOutAt: "2026-11-28T16:00" };

  test("of a day sends what was touched, and the end that makes it one entry", () => {
    const day = { one: clarification("a", "CHECK_IN", from), other: clarification("b", "CHECK_OUT", to) };
    assert.deepEqual(book(day, wall), { checkedOutAt: to });
    assert.deepEqual(book(day, { ...wall, checkedInAt: "2026-11-28T06:30", kind: "TRAVEL", siteId: "3", breaks: '[{"minutes":"30"}]' }), {
      checkedInAt: "2026-11-28T05:30:00.000Z", checkedOutAt: to, kind: "TRAVEL", siteId: "3", breaks: [{ minutes: 30 }],
    });
    assert.deepEqual(book(day, { ...wall, checkedOutAt: "2026-11-28T15:30" }), { checkedOutAt: "2026-11-28T14:30:00.000Z" });
    assert.deepEqual(book(day, { ...wall, checkedOutAt: "" }), {}, "it is still running");
  });

  test("of one end takes the other", () => {
    const coming = { one: clarification("a", "CHECK_IN", from), other: null };
    assert.deepEqual(book(coming, { ...wall, checkedOutAt: "" }), {});
    assert.deepEqual(book(coming, wall), { checkedOutAt: "2026-11-28T15:00:00.000Z" });
    const going = { one: clarification("b", "CHECK_OUT", to), other: null };
    assert.deepEqual([beginOf(going).needs, beginOf(going).instants], [["checkedOutAt"], { checkedInAt: null, checkedOutAt: to }]);
    assert.deepEqual(book(going, { ...wall, checkedInAt: "" }), {});
    assert.deepEqual(book(going, wall), { checkedInAt: "2026-11-28T06:00:00.000Z" });
  });

  test("of a correction shows what the entry says, and leaves the site to which it was moved", () => {
    const entry = { id: "9", checkedInAt: from, checkedOutAt: to, kind: "WORK", breaks: [{ from: null, to: null, minutes: 30, source: "STATED" }] };
    const moved = { one: clarification("a", "CORRECT_TIMES", to, { body: { entryId: "9", siteId: "3", checkedOutAt: "2026-11-28T14:00:00.000Z" } }), other: null };
    assert.deepEqual(beginOf(moved, entry).instants, { checkedInAt: from, checkedOutAt: "2026-11-28T14:00:00.000Z" });
    const shown = { checkedInAt: wall.checkedInAt, checkedOutAt: "2026-11-28T15:00", siteId: "3", breaks: '[{"minutes":"30"}]' };
    assert.deepEqual(book(moved, shown, entry), {});
    assert.deepEqual(book(moved, { ...shown, siteId: "2", checkedInAt: "2026-11-28T06:00" }, entry), { checkedInAt: "2026-11-28T05:00:00.000Z", siteId: "2" });
    assert.equal(beginOf(moved).breaks, null, "of an unknown entry the breaks can't be said");
  });

  test("of a break and of material sends what it is by now", () => {
    const stated = { one: clarification("a", "BREAK_STATED", from, { body: { minutes: 30 } }), other: null };
    assert.deepEqual(bookingOf(stated, beginOf(stated), { at: "2026-11-28T07:00", minutes: 30, siteId: "2" }), {});
    assert.deepEqual(bookingOf(stated, beginOf(stated), { at: "2026-11-28T07:00", minutes: 45, siteId: "3" }), { minutes: 45, siteId: "3" });
    const pause = { one: clarification("a", "BREAK_START", from), other: null };
    assert.deepEqual(bookingOf(pause, beginOf(pause), { at: "2026-11-28T07:00", minutes: null, siteId: "2" }), {});
    const both = { one: clarification("a", "BREAK_START", from), other: clarification("b", "BREAK_END", to) };
    assert.deepEqual(beginOf(both).instants, { from, to });
    assert.deepEqual(bookingOf(both, beginOf(both), { from: "2026-11-28T07:00", to: wall.checkedOutAt, siteId: "2" }), {});
    assert.deepEqual(bookingOf(both, beginOf(both), { from: "2026-11-28T07:05", to: wall.checkedOutAt, siteId: "2" }), { from: "2026-11-28T06:05:00.000Z" });
    const taking = { one: clarification("a", "ADJUST_QUANTITY", from, { body: { delta: -9, unit: "Sack", materialId: "3", note: "Bad" } }), other: null };
    // Whatever is counted by now: the amount is said.
    assert.deepEqual(bookingOf(taking, beginOf(taking), { at: "2026-11-28T07:00", direction: "take", delta: 9, materialId: "3", note: "Bad" }), { delta: -9 });
    assert.deepEqual(bookingOf(taking, beginOf(taking), { at: "2026-11-28T08:00", direction: "add", delta: 2.5, materialId: "4", note: "Flur " }), {
      at: "2026-11-28T07:00:00.000Z", delta: 2.5, materialId: "4", note: "Flur",
    });
  });
});

// Hours as the office writes them: clock times in the hours that clocks show twice or never, breaks, versions, and what payroll gets.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openPage, pass, reset, server, setOnline, settle, until } from "./pages.mjs";

import { setTimeZone, useAllWords, useLanguage, useWords } from "app/words.js";
import { breaksIn, breaksText, instantWithin, spokenBreaks } from "parts/breaks-field.js";
import { approvalWords, daysOver, isUnsaid } from "parts/day-approval.js";
import { tableOf } from "parts/hours-export.js";
import { holidaysIn, holidaysText, spokenHolidays, wrongHolidays } from "parts/local-holidays.js";
import { addUp, isOdd, sheetOf } from "parts/time-sheets.js";
import { exactIn, instantIn, isTouched, passOf, wrongTime } from "parts/wall-fields.js";

beforeEach(async () => {
  await useLanguage("de");
  await useAllWords();
  setTimeZone("Europe/Berlin");
});

describe("a company's own holidays", () => {
  beforeEach(() => useWords("absences"));
  const eve = { day: "2026-12-24", name: "Heiligabend" };

  test("are kept as they were shown, and spoken for people", () => {
    assert.deepEqual(holidaysIn(holidaysText([eve])), [eve]);
    assert.equal(holidaysText([{ name: eve.name, day: eve.day }]), holidaysText([eve]));
    assert.equal(spokenHolidays(holidaysText([eve])), "24. Dez. 2026: Heiligabend");
    assert.equal(spokenHolidays(holidaysText([])), "");
    // A draft that can't be read is no empty list: saving that would wipe the company's.
    for (const text of ["{", "null", "[null]", '{"day": "2026-12-24"}']) {
      assert.equal(holidaysIn(text), null, text);
      assert.equal(wrongHolidays(text), "Jeder Feiertag braucht einen Tag und einen Namen.");
    }
    assert.deepEqual(holidaysIn(""), []);
    assert.deepEqual(holidaysIn('[{"day": "2026-12-24", "name": " Heiligabend "}]'), [eve]);
  });

  test("need a day and a name, and each day once", () => {
    assert.equal(wrongHolidays(holidaysText([eve])), null);
    assert.equal(wrongHolidays(holidaysText([{ ...eve, name: " " }])), "Jeder Feiertag braucht einen Tag und einen Namen.");
    assert.equal(wrongHolidays(holidaysText([{ ...eve, day: "" }])), "Jeder Feiertag braucht einen Tag und einen Namen.");
    assert.equal(wrongHolidays(holidaysText([eve, { ...eve, name: "Weihnachten" }])), "Der 24. Dez. 2026 steht zweimal da.");
    // What the server gave twice keeps no one from saving.
    const twice = [eve, { ...eve, name: "Weihnachten" }];
    assert.equal(wrongHolidays(holidaysText(twice), twice), null);
    assert.equal(wrongHolidays(holidaysText([...twice, ...["Nikolaus", "Barbara"].map((name) => ({ day: "2026-12-06", name }))]), twice),
      "Der 6. Dez. 2026 steht zweimal da.");
  });
});

const values = (wall, pass) => ({ at: wall, ...(pass !== undefined && { passes: { at: pass } }) });

describe("a clock time in a field", () => {
  test("of 25 October 2026 in Berlin is one of two, and no one guesses which", () => {
    assert.equal(instantIn(values("2026-10-25T02:10"), "at"), null);
    assert.equal(instantIn(values("2026-10-25T02:10", "0"), "at"), "2026-10-25T00:10:00.000Z");
    assert.equal(instantIn(values("2026-10-25T02:10", "1"), "at"), "2026-10-25T01:10:00.000Z");
    assert.equal(wrongTime(values("2026-10-25T02:10"), "at"), null);
    assert.equal(instantIn(values("2026-10-25T03:10"), "at"), "2026-10-25T02:10:00.000Z");
  });

  test("that wasn't touched stays exact, in either of the two hours", () => {
    for (const instant of ["2026-10-25T00:40:12.345Z", "2026-10-25T01:40:12.345Z"]) {
      // Whether the form says which of the two, or not.
      for (const pass of [undefined, passOf(instant)]) {
        assert.equal(isTouched(values("2026-10-25T02:40", pass), "at", instant), false);
        assert.equal(exactIn(values("2026-10-25T02:40", pass), "at", instant), instant);
      }
    }
    assert.deepEqual([passOf("2026-10-25T00:40:12Z"), passOf("2026-10-25T01:40:12Z"), passOf("2026-10-25T02:40:12Z")], ["0", "1", undefined]);
    assert.equal(exactIn(values("2026-10-25T02:40", "0"), "at", "2026-10-25T01:40:12.345Z"), "2026-10-25T00:40:00.000Z");
    assert.equal(exactIn(values("2026-11-02T07:00"), "at", "2026-11-02T06:00:59.999Z"), "2026-11-02T06:00:59.999Z");
    assert.equal(exactIn(values(""), "at", null), null);
  });

  test("of 28 March 2027 in Berlin may be none, which is said", () => {
    assert.equal(instantIn(values("2027-03-28T02:30"), "at"), null);
    assert.equal(wrongTime(values("2027-03-28T02:30"), "at"),
      "02:30 Uhr gab es am So., 28. März nicht: Die Uhren wurden vorgestellt, eine Stunde fehlt. Nimm 03:30 Uhr oder eine Zeit davor.");
    for (const wall of ["2027-03-28T01:59", "2027-03-28T03:00"]) assert.equal(wrongTime(values(wall), "at"), null, wall);
    assert.equal(wrongTime(values("0027-03-28T02:30"), "at"), "Das ist keine Uhrzeit.");
  });

  test("is the company's west of Greenwich, too", () => {
    setTimeZone("America/New_York");
    assert.equal(instantIn(values("2026-11-01T01:30"), "at"), null);
    assert.equal(instantIn(values("2026-11-01T01:30", "1"), "at"), "2026-11-01T06:30:00.000Z");
    assert.equal(exactIn(values("2026-11-01T01:30", "0"), "at", "2026-11-01T05:30:30Z"), "2026-11-01T05:30:30Z");
    assert.equal(instantIn(values("2027-03-14T02:30"), "at"), null);
    assert.match(wrongTime(values("2027-03-14T02:30"), "at"), /^02:30 Uhr gab es am/);
    assert.equal(instantIn(values("2026-11-28T20:15"), "at"), "2026-11-29T01:15:00.000Z");
  });
});

describe("breaks in a form", () => {
  const span = { from: "2026-11-02T06:00:59.500Z", to: "2026-11-02T15:00:10.000Z" };
  const taken = { from: "2026-11-02T11:00:15.250Z", to: "2026-11-02T11:30:45.750Z", minutes: 30, source: "TAKEN" };
  const stated = { from: null, to: null, minutes: 15, source: "STATED" };

  test("are sent as they were, to the millisecond, unless they are changed", () => {
    const known = [taken, stated];
    assert.deepEqual(breaksIn(breaksText(known), span, known), [{ from: taken.from, to: taken.to }, { minutes: 15 }]);
    const rows = JSON.parse(breaksText(known));
    rows[0].to = "12:45";
    assert.deepEqual(breaksIn(JSON.stringify(rows), span, known), [
      { from: "2026-11-02T11:00:00.000Z", to: "2026-11-02T11:45:00.000Z" }, { minutes: 15 },
    ]);
    assert.equal(spokenBreaks(breaksText([...known, { ...stated, minutes: 0 }])), "12:00 – 12:30, 15 min, keine");
  });

  test("leave out the one that lasts, which goes on", () => {
    const running = { from: "2026-11-02T13:00:00Z", to: null, minutes: null, source: "TAKEN" };
    assert.deepEqual(breaksIn(breaksText([running, stated]), span, [running, stated]), [{ minutes: 15 }]);
  });

  test("that begin or end with the entry lie inside it", () => {
    assert.deepEqual(breaksIn('[{"from":"07:00","to":"16:00"}]', span), [span]);
  });

  test("lack something until they are whole", () => {
    for (const rows of [[{ from: "12:00", to: "" }], [{ from: "", to: "12:00" }], [{ minutes: "" }], [{ minutes: "1,5" }], [{ minutes: "-5" }]]) {
      assert.equal(breaksIn(JSON.stringify(rows), span), null, JSON.stringify(rows));
    }
  });

  test("of a night are on the day on which they fall", () => {
    const night = { from: "2026-11-02T21:00:00.000Z", to: "2026-11-03T05:00:00.000Z" };
    assert.equal(instantWithin("23:30", night).instant, "2026-11-02T22:30:00.000Z");
    assert.equal(instantWithin("02:00", night).instant, "2026-11-03T01:00:00.000Z");
    // What lies outside is for the server to refuse: it is no earlier than the entry.
    assert.equal(instantWithin("12:00", night).instant, "2026-11-03T11:00:00.000Z");
    assert.equal(instantWithin("21:00", { ...night, to: null }).instant, "2026-11-03T20:00:00.000Z");
  });

  test("in an hour that there was twice are asked for, where both are within the entry", () => {
    const night = { from: "2026-10-24T22:00:00.000Z", to: "2026-10-25T04:00:00.000Z" };
    assert.deepEqual(instantWithin("02:10", night), { instant: null, isTwice: true });
    assert.equal(instantWithin("02:10", night, "1").instant, "2026-10-25T01:10:00.000Z");
    const first = { from: "2026-10-25T00:05:00.000Z", to: "2026-10-25T00:50:00.000Z" };
    assert.deepEqual(instantWithin("02:10", first), { instant: "2026-10-25T00:10:00.000Z", isTwice: false });
    const second = { ...first, from: "2026-10-25T01:05:00.000Z", to: "2026-10-25T02:50:00.000Z" };
    assert.deepEqual(instantWithin("02:10", second), { instant: "2026-10-25T01:10:00.000Z", isTwice: false });
    // As it was recorded, whichever hour it was in.
    const both = { from: "2026-10-25T00:40:30.000Z", to: "2026-10-25T01:40:30.000Z", minutes: 60, source: "TAKEN" };
    assert.deepEqual(breaksIn(breaksText([both]), night, [both]), [{ from: both.from, to: both.to }]);
    const rows = JSON.parse(breaksText([both]));
    assert.deepEqual(rows, [{ from: "02:40", to: "02:40", fromPass: "0", toPass: "1" }]);
    assert.deepEqual(breaksIn(JSON.stringify(rows), night), [{ from: "2026-10-25T00:40:00.000Z", to: "2026-10-25T01:40:00.000Z" }]);
  });
});

describe("an entry that someone else may change", () => {
  const mara = { id: "mara", name: "Mara Lenz" };
  const was = { id: "9", version: 3, userId: "mara", siteId: "2", checkedInAt: "2026-11-27T06:00:00Z", checkedOutAt: "2026-11-27T15:00:00Z" };
  const place = { company: "1", site: "2", siteName: "Bad Müller", people: [mara] };
  const body = { checkedInAt: "2026-11-27T05:30:00.000Z", breaks: [{ minutes: 30 }], reason: "War früher da" };
  const boss = { id: "sabine", role: "MANAGER", language: "de", companyId: "1" };
  const stale = { status: 412, body: { code: "stale", params: {}, detail: "No.", fields: [], requestId: "a-1" } };

  beforeEach(() => reset());

  test("is corrected and declared void with the version that was shown", async () => {
    const { queue } = await openPage(boss);
    await queue.correctHours({ ...place, was, body });
    await queue.voidHours({ ...place, was, body: { reason: "Doppelt" } });
    await queue.endHours({ ...place, entry: "9", body: { checkedOutAt: "2026-11-27T15:00:00Z", reason: "Feierabend" } });
    assert.deepEqual(server.asked.map(({ method, path, version }) => [method, path, version]), [
      ["PATCH", "/companies/1/sites/2/time-entries/9", '"3"'], ["POST", "/companies/1/sites/2/time-entries/9/void", '"3"'],
      ["PATCH", "/companies/1/sites/2/time-entries/9", undefined],
    ]);
    assert.ok(server.asked[1].key);
  });

  test("keeps that version without a signal, and is edited with a newer one", async () => {
    const { queue } = await openPage(boss);
    await setOnline(false);
    await Promise.all([queue.correctHours({ ...place, was, body }), pass(4100)]);
    server.answer = () => stale;
    await setOnline(true);
    await pass(2000);
    assert.equal(server.asked[0].version, '"3"');
    assert.deepEqual(queue.waiting.map(({ refused, about }) => [refused.status, about.was.version]), [[412, 3]]);
    server.answer = () => ({ body: was });
    await queue.edit(queue.waiting[0].key, { body, version: 4 });
    await settle();
    assert.equal(server.asked.at(-1).version, '"4"');
    assert.deepEqual(queue.waiting, []);
  });

  test("is corrected under a key; what another person made of it meanwhile is for the person to see", async () => {
    const { queue } = await openPage(boss);
    let isLost = true;
    server.answer = () => {
      if (isLost) throw new TypeError("There is no signal.");
      return stale;
    };
    await Promise.all([queue.correctHours({ ...place, was, body }), pass(4100)]);
    isLost = false;
    await setOnline(true);
    await pass(5000);
    await until(() => queue.waiting.every(({ refused }) => refused));
    assert.deepEqual(queue.waiting.map(({ refused }) => refused?.status), [412]);
    const keys = server.asked.map(({ key }) => key);
    assert.ok(keys.length > 1 && keys[0] && new Set(keys).size === 1, String(keys));
  });
});

describe("a day that is submitted or approved", () => {
  test("counts once it is over", () => {
    assert.deepEqual(daysOver("2026-11-26", "2026-12-03"), ["2026-11-26", "2026-11-27"]);
    assert.deepEqual(daysOver("2026-11-28", "2026-12-01"), []);
    // It is Saturday there by then.
    setTimeZone("Pacific/Kiritimati");
    assert.deepEqual(daysOver("2026-11-27", "2026-11-29"), ["2026-11-27"]);
  });

  test("is submitted again only if that says something new", () => {
    const said = [undefined, { state: "SUBMITTED", changedSince: false }, { state: "SUBMITTED", changedSince: true }, { state: "REOPENED" }, { state: "APPROVED", changedSince: true }];
    assert.deepEqual(said.map(isUnsaid), [true, false, true, true, false]);
  });

  test("says so in words, also what a newer server says", () => {
    assert.equal(approvalWords(undefined), "");
    assert.equal(approvalWords({ day: "2026-11-26" }), "");
    assert.equal(approvalWords({ approval: { state: "APPROVED", changedSince: true } }), "freigegeben, nach dem Einreichen geändert");
    assert.equal(approvalWords({ approval: { state: "PAID", changedSince: false } }), "PAID");
  });
});

describe("what the server computed", () => {
  const day = (date, minutes, more) => ({
    day: date, presenceMinutes: minutes + 30, breakMinutes: 30, minutes, travelMinutes: 0, gapMinutes: 0, warnings: [], entries: [], isOpen: false, ...more,
  });
  const sheets = [
    { userId: "mara", userName: "Mara Lenz", days: [day("2026-11-02", 480), day("2026-11-03", 465, { breakSource: "RULE" })] },
    { userId: "jonas", userName: "Jonas Keller", days: [day("2026-11-02", 300)] },
  ];
  const entry = (userId, userName, from, to, more) => ({
    id: from, userId, userName, siteId: "2", checkedInAt: `2026-11-${from}:00Z`, checkedOutAt: to && `2026-11-${to}:00Z`, corrections: [],
    kind: "WORK", breaks: [], ...more,
  });

  test("is what payroll gets, on the last line of each day", () => {
    const entries = [
      entry("mara", "Mara Lenz", "03T06:00", "03T14:15", { minutes: 495 }),
      entry("mara", "Mara Lenz", "02T11:00", "02T15:30", { minutes: 270, kind: "TRAVEL", corrections: [{}] }),
      entry("mara", "Mara Lenz", "02T06:00", "02T10:00", { minutes: 240, breaks: [{ from: null, to: null, minutes: 30, source: "STATED" }] }),
      entry("jonas", "Jonas Keller", "02T06:00", null, { minutes: null }),
    ];
    const table = tableOf(entries, sheets, () => "Bad", ({ userId }) => (userId === "mara" ? "1005" : ""));
    assert.equal(table[0].length, 15);
    assert.deepEqual(table.slice(1), [
      ["Jonas Keller", "Bad", "2026-11-02", "07:00", "", "", "", "", "", "Arbeit", "", 330, 30, 300, "5,00"],
      ["Mara Lenz", "Bad", "2026-11-02", "07:00", "11:00", 240, "4,00", "", "1005", "Arbeit", "30 min", "", "", "", ""],
      ["Mara Lenz", "Bad", "2026-11-02", "12:00", "16:30", 270, "4,50", 1, "1005", "Fahrt", "", 510, 30, 480, "8,00"],
      ["Mara Lenz", "Bad", "2026-11-03", "07:00", "15:15", 495, "8,25", "", "1005", "Arbeit", "", 495, 30, 465, "7,75"],
    ]);
  });

  test("is added up, and nothing else", () => {
    assert.deepEqual(addUp(sheets[0].days), { presenceMinutes: 1005, breakMinutes: 60, minutes: 945, travelMinutes: 0 });
    assert.deepEqual(sheetOf(sheets, "nobody").total, { presenceMinutes: 0, breakMinutes: 0, minutes: 0, travelMinutes: 0 });
    assert.deepEqual([isOdd(day("2026-11-02", 500, { warnings: ["over-8-hours"] })), isOdd(day("2026-11-02", 500, { warnings: ["no-break"] }))], [false, true]);
  });
});

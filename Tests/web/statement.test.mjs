// What the view of a month says of its days, what the sheet for customs lacks, and files that the server refuses.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openPage, pass, reset, server, setOnline } from "./pages.mjs";

import { setTimeZone, useAllWords, useLanguage, useWords } from "app/words.js";
import { together } from "pages/wages.js";
import { lastDayOf, monthIn, monthsFrom, monthsToChoose } from "parts/months.js";
import { awayIn, breaksIn, breaksOn, notesOf, placeIn, spanOn, standingOf } from "parts/statement-text.js";

async function speak(language) {
  await useLanguage(language);
  await Promise.all([useAllWords(), useWords("statement")]);
  setTimeZone("Europe/Berlin");
}

beforeEach(() => speak("de"));

const night = { checkedInAt: "2026-11-02T05:00:00Z", checkedOutAt: "2026-11-03T14:00:00Z", kind: "WORK", breaks: [] };

describe("an entry of a day", () => {
  test("says on how many days later it ends, and nothing where that is the same", () => {
    assert.equal(spanOn(night, "2026-11-02"), "06:00–15:00 +1");
    assert.equal(spanOn({ ...night, checkedOutAt: "2026-11-02T14:00:00Z" }, "2026-11-02"), "06:00–15:00");
    assert.equal(spanOn({ ...night, checkedOutAt: null }, "2026-11-02"), "06:00–offen");
    // 24 to 25 October 2026: the clocks are put back.
    assert.equal(spanOn({ checkedInAt: "2026-10-24T20:00:00Z", checkedOutAt: "2026-10-25T05:00:00Z" }, "2026-10-24"), "22:00–06:00 +1");
  });

  test("has its own breaks, each with how it is known", () => {
    const taken = (from, to) => ({ from: `2026-11-02T${from}:00Z`, to: to && `2026-11-02T${to}:00Z`, minutes: 30, source: "TAKEN" });
    const stated = (minutes) => ({ from: null, to: null, minutes, source: "STATED" });
    assert.equal(breaksOn([taken("08:00", "08:15"), taken("11:00", "11:30"), stated(15)], "2026-11-02"), "09:00–09:15, 12:00–12:30 gestempelt, 15 min angegeben");
    assert.equal(breaksOn([stated(0)], "2026-11-02"), "0 min angegeben");
    assert.equal(breaksOn([taken("08:00", null)], "2026-11-02"), "09:00–läuft gestempelt");
    const day = { day: "2026-11-02", breakSource: "TAKEN", breakMinutes: 45 };
    assert.deepEqual(breaksIn(day, [{ breaks: [taken("11:00", "11:30")] }, { breaks: [stated(15)] }, { breaks: [] }]), ["12:00–12:30 gestempelt", "15 min angegeben", ""]);
    assert.deepEqual(breaksIn({ ...day, breakSource: "RULE" }, [{ breaks: [] }, { breaks: [] }]), ["45 min nach Regel", ""]);
  });

  test("was travel, or part of a day away, in words", async () => {
    assert.equal(placeIn({ kind: "TRAVEL" }, "Bad Müller"), "Bad Müller (Fahrt)");
    assert.equal(placeIn({ kind: "WORK" }, "Bad Müller"), "Bad Müller");
    const half = { kind: "VACATION", half: true, minutes: 240 };
    assert.equal(awayIn({ holiday: null, absences: [half, { kind: "SCHOOL", half: false, minutes: 125 }] }), "Urlaub (halb) 4:00, Berufsschule 2:05");
    assert.equal(awayIn({ holiday: "Buß- und Bettag", absences: [] }), "Feiertag: Buß- und Bettag");
    assert.equal(awayIn({ holiday: null }), "");
    await speak("en");
    assert.equal(placeIn({ kind: "TRAVEL" }, "Bad"), "Bad (travel)");
  });
});

describe("a correction", () => {
  const entry = {
    ...night, checkedInAt: "2026-11-03T05:00:00Z", breaks: [{ from: null, to: null, minutes: 30, source: "STATED" }], state: "CLOSED",
    corrections: [{ ...night, checkedOutAt: "2026-11-02T14:00:00Z", userName: "Anna Roth", createdAt: "2026-11-04T08:00:00Z", reason: "Falscher Tag", reasonCode: null }],
  };

  test("that moved an entry says both days, and what was there after", () => {
    assert.deepEqual(notesOf(entry, "Bad Müller"), [
      "Di., 3. Nov., Bad Müller: vorher Mo., 2. Nov. 06:00–15:00, keine Pause erfasst; danach Di., 3. Nov. 06:00–15:00, Pause 30 min angegeben. "
      + "Anna Roth, 4. Nov. 2026: Falscher Tag",
    ]);
  });

  test("of several says what the next one found, and what was voided or entered is said, too", () => {
    const [first] = entry.corrections;
    const more = {
      ...entry, state: "VOID", voidedByName: null, voidedAt: "2026-11-06T08:00:00Z", voidReason: "Doppelt", enteredByName: "Fritz Hahn", source: "FOREMAN", reason: "Handy leer",
      corrections: [first, { ...first, ...night, kind: "TRAVEL", reasonCode: "site-removed", reason: "The site was removed." }],
    };
    const notes = notesOf(more, "Bad");
    assert.equal(notes.length, 4);
    assert.match(notes[0], /Fritz Hahn.*Handy leer/);
    assert.match(notes[1], /danach Mo., 2\. Nov\. 06:00–Di., 3\. Nov\. 15:00, Fahrt, keine Pause erfasst\./);
    assert.match(notes[2], /: Baustelle entfernt$/);
    assert.match(notes[3], /gestrichen: Di., 3\. Nov\. 06:00–15:00, .*: Doppelt$/);
  });
});

describe("whether a month is approved", () => {
  const day = (date, state, entries = ["1"]) => ({ day: date, entries, ...(state && { approval: { state } }) });
  const all = (month, today, ...days) => standingOf(days, month, today).text;

  test("is said only of what was approved", () => {
    assert.equal(all("2026-10", "2026-11-28", day("2026-10-01", "APPROVED"), day("2026-10-02", "APPROVED", [])), "Alle Tage sind freigegeben.");
    assert.equal(all("2026-10", "2026-11-28", day("2026-10-01", "APPROVED"), day("2026-10-02", "SUBMITTED")), "Nicht freigegeben: 1 Tag.");
    assert.equal(all("2026-10", "2026-11-28"), "In diesem Monat sind keine Stunden.");
    assert.equal(standingOf([day("2026-10-02", "REOPENED")], "2026-10", "2026-11-28").isWrong, true);
  });

  test("says that the month isn't over, or hasn't begun", () => {
    // A day off to come: nothing was approved.
    assert.equal(all("2026-12", "2026-11-28", day("2026-12-24", null, [])), "Der Monat hat noch nicht begonnen.");
    assert.equal(all("2026-11", "2026-11-28", day("2026-11-30", null, [])), "In diesem Monat sind keine Stunden. Der Monat ist noch nicht zu Ende.");
    assert.equal(all("2026-11", "2026-11-28", day("2026-11-27", "APPROVED"), day("2026-11-30", null, [])), "Alle vergangenen Tage sind freigegeben. Der Monat ist noch nicht zu Ende.");
    assert.equal(all("2026-11", "2026-11-30", day("2026-11-27", "APPROVED"), day("2026-11-30")), "Nicht freigegeben: 1 Tag. Der Monat ist noch nicht zu Ende.");
  });

  test("in English, too", async () => {
    await speak("en");
    assert.equal(all("2026-12", "2026-11-28"), "The month hasn’t begun.");
    assert.equal(all("2026-11", "2026-11-28", day("2026-11-27", "APPROVED")), "All days so far are approved. The month isn’t over.");
  });
});

describe("the months to choose from", () => {
  test("go back five years, or to the first day whose hours are there", () => {
    const usual = monthsToChoose("2026-11", null, "2026-11-28");
    assert.deepEqual([usual[0], usual.at(-1), usual.length], ["2026-11", "2021-12", 60]);
    assert.deepEqual(monthsToChoose("2026-11", "2026-09-01", "2026-11-28"), ["2026-11", "2026-10", "2026-09"]);
    assert.equal(monthsToChoose("2026-11", "2017-01-01", "2026-11-28").at(-1), "2017-01");
  });

  test("have the one in the address, whichever it is, and no other than a month", () => {
    assert.deepEqual(monthsToChoose("2026-02", "2026-10-01", "2026-11-28"), ["2026-11", "2026-10", "2026-02"]);
    assert.equal(monthsToChoose("2027-01", null, "2026-11-28")[0], "2027-01");
    assert.deepEqual(["2022-01", "2022-13", "2022-1", "soon", null].map(monthIn), ["2022-01", null, null, null, null]);
  });

  test("follow each other", () => {
    assert.deepEqual([monthsFrom("2026-01", -1), monthsFrom("2026-12", 1), monthsFrom("2026-11", -59)], ["2025-12", "2027-01", "2021-12"]);
    assert.deepEqual([lastDayOf("2026-02"), lastDayOf("2028-02"), lastDayOf("2026-12")], ["2026-02-28", "2028-02-29", "2026-12-31"]);
  });
});

test("days of one person that aren't approved are one gap of payroll", () => {
  const gap = (userId, day) => ({ code: "not-approved", userId, day });
  assert.deepEqual(together([gap("a", "1"), gap("a", "2"), gap("b", "1"), { code: "no-hours" }]).map(({ userId, count }) => [userId, count]),
    [["a", 2], ["b", 1], [undefined, 1]]);
});

describe("the sheet for customs", () => {
  const record = "/companies/1/time-sheets/record";
  const place = { company: "1", site: "2", siteName: "Bad Müller" };
  beforeEach(() => reset());

  async function clocked() {
    const page = await openPage();
    const [{ kept }, { taken }] = await Promise.all([page.load("app/kept.js"), page.load("app/settled.js")]);
    await kept.belongTo("lena");
    const words = (all) => all.map(({ kind, at, siteName }) => [kind, at, siteName]);
    return { ...page, kept, acts: () => words(taken.of("1")) };
  }

  test("lacks what was answered just before the signal went, until a newer one is there", async () => {
    const { queue, kept, acts } = await clocked();
    kept.put(record, { asOf: "2026-11-28T05:59:00.000Z", days: [] });
    let isLost = true;
    server.answer = ({ method, path }) => {
      if (method === "GET" && isLost) throw new TypeError("There is no signal.");
      return { body: path === record ? { asOf: "2026-11-28T06:01:00.000Z", days: [{}] } : { id: "9", checkedOutAt: null } };
    };
    await Promise.all([queue.checkIn(place), pass(12_000)]);
    assert.deepEqual([queue.clocked("1"), server.asked.length], [[], 1]);
    assert.deepEqual(acts(), [["check-in", server.asked[0].body.at, "Bad Müller"]]);
    isLost = false;
    await setOnline(false);
    await setOnline(true);
    await pass(1000);
    assert.deepEqual(kept.peek(record).value.days, [{}], "it is asked for again with the next signal");
    assert.deepEqual(acts(), []);
  });

  test("keeps no answer that was on its way while an act was taken", async () => {
    const { queue, kept, acts } = await clocked();
    kept.put(record, { asOf: "2026-11-28T05:59:00.000Z", days: [] });
    await pass(1000);
    let answer;
    server.answer = ({ method, path }) => (path === record ? new Promise((done) => { answer ??= () => done({ body: { asOf: "2026-11-28T06:00:05.000Z", days: [] } }); })
      : { body: method === "GET" ? {} : { id: "9", checkedOutAt: null } });
    const early = kept.refresh(record);
    await Promise.all([queue.checkIn(place), pass(10_000)]);
    while (!server.asked.length) await pass(50);
    answer();
    await early;
    assert.equal(kept.peek(record).value.asOf, "2026-11-28T05:59:00.000Z");
    assert.equal(acts().length, 1);
  });
});

describe("a file of the server", () => {
  beforeEach(() => reset());

  test("comes with its name, or not at all, in words", async () => {
    const { load } = await openPage();
    const { api } = await load("app/api.js");
    server.answer = () => ({ body: "text", headers: { "Content-Disposition": 'attachment; filename="polier-2026-11.pdf"' } });
    const { blob, name } = await api.file("/companies/1/time-sheets/statement?month=2026-11");
    assert.deepEqual([name, await blob.text()], ["polier-2026-11.pdf", '"text"']);
    server.answer = () => ({ status: 409, body: { code: "statements-too-long", params: {}, detail: "No.", fields: [], requestId: "a-1" } });
    await assert.rejects(api.file("/x"), { status: 409, code: "statements-too-long" });
    server.answer = () => ({ status: 503, body: { code: "busy", params: {}, detail: "No.", fields: [], requestId: "a-1" }, headers: { "Retry-After": "3" } });
    await assert.rejects(api.file("/x"), { status: 503, retryAfter: 3 });
  });
});

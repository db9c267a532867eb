// Days and clock times are the company's, whatever the engine's formatters look like.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { clockAt, dayOf, setTimeZone } from "app/words.js";
import { addDays, instantsOf, mondayOf, monthOf, wallTime, weekOf } from "app/zone.js";

const inZone = (zone, check) => test(zone, () => {
  setTimeZone(zone);
  check();
});

/** Runs `check` with formatters that put their parts together as another engine would, or write other digits unless told. */
function withFormatters(name, format, check) {
  test(name, () => {
    const { format: plain } = Object.getOwnPropertyDescriptors(Intl.DateTimeFormat.prototype);
    Object.defineProperty(Intl.DateTimeFormat.prototype, "format", { ...plain, get() { return (instant) => format(this, instant); } });
    try {
      check();
    } finally {
      Object.defineProperty(Intl.DateTimeFormat.prototype, "format", plain);
    }
  });
}

describe("an instant's day and time", () => {
  inZone("Europe/Berlin", () => {
    assert.deepEqual(clockAt("2026-11-27T23:30:00Z"), { day: "2026-11-28", time: "00:30" });
    assert.equal(wallTime("2026-06-01T05:02:59.999Z"), "2026-06-01T07:02");
    assert.equal(dayOf("2026-12-31T23:00:00Z"), "2027-01-01");
  });
  inZone("America/New_York", () => assert.equal(dayOf("2026-11-28T04:59:00Z"), "2026-11-27"));
  inZone("Asia/Kathmandu", () => assert.equal(wallTime("2026-11-28T00:00:00Z"), "2026-11-28T05:45"));
  for (const [name, text] of [["WebKit with ICU 72", "11/28/2026"], ["nothing that one could read", "—"]]) {
    withFormatters(name, () => text, () => {
      setTimeZone("Europe/Berlin");
      assert.equal(dayOf("2026-11-28T12:00:00Z"), "2026-11-28");
      assert.equal(wallTime("2026-11-28T12:00:00Z"), "2026-11-28T13:00");
      assert.deepEqual(instantsOf("2026-11-28T13:00"), ["2026-11-28T12:00:00.000Z"]);
    });
  }
});

describe("the instants of a clock time", () => {
  inZone("Europe/Berlin", () => {
    assert.deepEqual(instantsOf("2026-11-23T07:02"), ["2026-11-23T06:02:00.000Z"]);
    // 25 October 2026: at three the clocks show two again.
    assert.deepEqual(instantsOf("2026-10-25T01:59"), ["2026-10-24T23:59:00.000Z"]);
    assert.deepEqual(instantsOf("2026-10-25T02:00"), ["2026-10-25T00:00:00.000Z", "2026-10-25T01:00:00.000Z"]);
    assert.deepEqual(instantsOf("2026-10-25T02:40"), ["2026-10-25T00:40:00.000Z", "2026-10-25T01:40:00.000Z"]);
    assert.deepEqual(instantsOf("2026-10-25T03:00"), ["2026-10-25T02:00:00.000Z"]);
    // 29 March 2026: two is skipped.
    assert.deepEqual(instantsOf("2026-03-29T01:59"), ["2026-03-29T00:59:00.000Z"]);
    assert.equal(wallTime(instantsOf("2026-03-29T02:30")[0]), "2026-03-29T03:30");
    assert.deepEqual(instantsOf("2026-03-29T03:00"), ["2026-03-29T01:00:00.000Z"]);
    for (const wall of ["", "soon", "0202-11-23T07:02", "2026-13-01T00:00", undefined, null]) assert.deepEqual(instantsOf(wall), [], wall);
  });
  inZone("Pacific/Apia", () => assert.deepEqual(instantsOf("2026-11-23T07:02"), ["2026-11-22T18:02:00.000Z"]));
  inZone("Australia/Lord_Howe", () => {
    // The clocks are put back by half an hour at two.
    assert.equal(instantsOf("2026-04-05T01:45").length, 2);
    assert.equal(instantsOf("2026-04-05T01:15").length, 1);
  });
  inZone("UTC", () => assert.deepEqual(instantsOf("2026-10-25T02:40"), ["2026-10-25T02:40:00.000Z"]));
});

test("every minute of the days on which the clocks change is found again", () => {
  for (const zone of ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]) {
    setTimeZone(zone);
    for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2027, 0, 1); day += 86_400_000) {
      if (wallTime(day).slice(11) === wallTime(day + 86_400_000).slice(11)) continue;
      for (let at = day; at < day + 86_400_000; at += 300_000) {
        const instant = new Date(at).toISOString();
        assert.ok(instantsOf(wallTime(at)).includes(instant), `${zone} ${instant}`);
      }
    }
  }
});

test("days, weeks and months are counted without a clock", () => {
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
  assert.equal(addDays("2028-02-28", 1), "2028-02-29");
  assert.equal(mondayOf("2026-11-29"), "2026-11-23");
  assert.equal(mondayOf("2026-11-23"), "2026-11-23");
  // ISO 8601: the week is its Thursday's year's.
  for (const [day, week] of [["2026-01-01", 1], ["2026-12-31", 53], ["2027-01-03", 53], ["2027-01-04", 1], ["2024-12-30", 1]]) {
    assert.equal(weekOf(day), week, day);
  }
  assert.deepEqual(monthOf("2026-12-24"), { from: "2026-12-01", until: "2027-01-01", before: "2026-11-01" });
});

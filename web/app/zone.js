// Days, weeks and clock times in the company's zone, wherever the phone is.

import { clockAt } from "app/words.js";

const dayLength = 86_400_000;

/** `2026-11-23` and a number of days: another day. */
export const addDays = (day, days) => new Date(Date.parse(day) + days * dayLength).toISOString().slice(0, 10);

/** The Monday of a day's week, as ISO 8601 counts. */
export const mondayOf = (day) => addDays(day, -((new Date(day).getUTCDay() + 6) % 7));

/** The week's number in ISO 8601: that of its Thursday. */
export function weekOf(day) {
  const thursday = addDays(mondayOf(day), 3);
  return 1 + Math.floor((Date.parse(thursday) - Date.parse(`${thursday.slice(0, 4)}-01-01`)) / dayLength / 7);
}

/** The first days of this month and of the next one. */
export function monthOf(day) {
  const [year, month] = day.split("-").map(Number);
  const first = (months) => new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  return { from: first(0), until: first(1), before: first(-1) };
}

/** An instant as a clock there shows it: `2026-11-23T07:02`, for `<input type="datetime-local">`. */
export function wallTime(instant) {
  const { day, time } = clockAt(instant);
  return `${day}T${time}`;
}

/**
 * The instants at which a clock there shows `2026-11-23T07:02`, the earliest first: one, or two in the hour that the clocks are put
 * back by. In the hour that they skip it is one too, an hour later on the clock. None for what is no time of these centuries: a year
 * may be half typed.
 */
export function instantsOf(wall) {
  const asUTC = Date.parse(`${wall}Z`);
  if (!(asUTC >= Date.UTC(1900, 0) && asUTC < Date.UTC(2200, 0))) return [];
  // What the clock is ahead by on either side of a change that may be near.
  const aheadAt = (instant) => Date.parse(`${wallTime(instant)}Z`) - instant;
  const offsets = [...new Set([aheadAt(asUTC - dayLength), aheadAt(asUTC + dayLength)])];
  const shown = offsets.map((ahead) => asUTC - ahead).filter((instant) => wallTime(instant) === wall).sort((one, other) => one - other);
  return (shown.length ? shown : [asUTC - offsets[0]]).map((instant) => new Date(instant).toISOString());
}

// Days, weeks and clock times where the company is, wherever the phone is.

import { currentTimeZone, dayOf } from "app/words.js";

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
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: currentTimeZone() });
  return `${dayOf(instant)}T${clock.format(new Date(instant))}`;
}

/** The instant at which a clock there shows `2026-11-23T07:02`; null for what is no time of these centuries: a year may be half typed. */
export function instantOf(wall) {
  const asUTC = Date.parse(`${wall}Z`);
  if (!(asUTC >= Date.UTC(1900, 0) && asUTC < Date.UTC(2200, 0))) return null;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  let guess = asUTC;
  for (let round = 0; round < 2; round += 1) guess -= Date.parse(`${wallTime(guess)}Z`) - asUTC;
  return new Date(guess).toISOString();
}

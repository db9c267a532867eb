// The months whose hours can be chosen, by year.

import { html, keyed } from "app/html.js";
import { day, dayOf } from "app/words.js";
import { addDays } from "app/zone.js";

/** How many are offered where nothing says from when on hours are there. */
const usual = 60;

/** A month of an address (2026-11), or null if it is none. @param {string | null} text */
export const monthIn = (text) => (/^(19|20|21)\d\d-(0[1-9]|1[0-2])$/.test(text ?? "") ? text : null);

/** @param {string} month  @param {number} months how many later, or earlier. */
export function monthsFrom(month, months) {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + months;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
}

/** The last day of a month. @param {string} month */
export const lastDayOf = (month) => addDays(`${monthsFrom(month, 1)}-01`, -1);

/**
 * The running month and those before it, the latest first, and always the chosen one.
 * @param {string} chosen
 * @param {string | null} [since] the first day of which hours are there.
 * @param {string} [today]
 */
export function monthsToChoose(chosen, since, today = dayOf()) {
  const running = today.slice(0, 7);
  const first = since?.slice(0, 7) ?? monthsFrom(running, 1 - usual);
  const months = [];
  for (let one = running; one >= first; one = monthsFrom(one, -1)) months.push(one);
  return [...new Set([...months, chosen])].sort().reverse();
}

/** As options of a select. @param {string} chosen  @param {string | null} [since] */
export function monthOptions(chosen, since) {
  const months = monthsToChoose(chosen, since);
  return [...new Set(months.map((month) => month.slice(0, 4)))].map((year) => keyed(year, html`
    <optgroup label=${year}>${months.filter((month) => month.startsWith(year)).map((month) => keyed(month, html`
      <option value=${month} ?selected=${month === chosen}>${day(`${month}-01`, "month")}</option>`))}</optgroup>`));
}

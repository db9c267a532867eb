// A time entry as a row: when, how long, where or who. It opens with its former versions, for managers to correct.

import { html, keyed } from "app/html.js";
import { now } from "app/now.js";
import { day, dayOf, duration, moment, t, time } from "app/words.js";
import { chip } from "parts/chips.js";

/** A time entry's minutes so far. */
export const minutesOf = (entry) => entry.minutes ?? Math.max(0, (now() - Date.parse(entry.checkedInAt)) / 60_000);
export const sumOf = (entries) => entries.reduce((sum, entry) => sum + minutesOf(entry), 0);

/** 07:02 – 15:40 */
export function spanOf({ checkedInAt, checkedOutAt }) {
  const from = time(checkedInAt);
  if (!checkedOutAt) return t("hours.open", { from });
  const isSameDay = dayOf(checkedInAt) === dayOf(checkedOutAt);
  return t("hours.span", { from, to: isSameDay ? time(checkedOutAt) : moment(checkedOutAt) });
}

/**
 * @param {object} entry
 * @param {{title?: string, before?: unknown, after?: unknown, open: (entry: object) => unknown}} options `title` says where, or who.
 */
export const entryRow = (entry, { title, before, after, open }) => keyed(entry.id, html`
  <li class="row is-link time-entry ${!entry.checkedOutAt && "is-running"}">
    ${before}
    <div class="row-text">
      <button type="button" class="time-span stretched" aria-label=${t("hours.details", {
        name: entry.userName, day: `${day(entry.checkedInAt, "weekday")}, ${spanOf(entry)}`,
      })} @click=${() => open(entry)}>${spanOf(entry)}</button>
      ${title && html`<p class="row-sub">${title}</p>`}
    </div>
    <div class="time-after">
      <span class="time-length">${duration(minutesOf(entry))}</span>
      ${!entry.checkedOutAt && chip(t("hours.running"), "now")}
      ${entry.enteredBy && chip(t("hours.entered"))}
      ${entry.corrections.length > 0 && chip(t("hours.corrected"))}
      ${after}
    </div>
  </li>`);

/** Entries by the day on which they began, the latest day first: `[[day, entries]]`. */
export function byDay(entries) {
  const days = new Map();
  for (const entry of entries) {
    const begun = dayOf(entry.checkedInAt);
    days.set(begun, [...(days.get(begun) ?? []), entry]);
  }
  return [...days].sort(([a], [b]) => (a < b ? 1 : -1));
}

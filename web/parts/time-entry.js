// A time entry as a row: when, how long, where or who, its breaks and where it comes from. It opens with its former versions, for managers
// to correct.

import { html, keyed } from "app/html.js";
import { hasPassed, now } from "app/now.js";
import { day, dayOf, duration, moment, t, time } from "app/words.js";
import { breaksOf } from "parts/breaks.js";
import { chip } from "parts/chips.js";

/** A time entry's minutes on the site, as the server counts them; those so far while the person is there. */
export const minutesOf = (entry) => entry.minutes ?? Math.max(0, (now() - Date.parse(entry.checkedInAt)) / 60_000);

export const isVoid = ({ state }) => state === "VOID";
/** Whether the person is there now. */
export const isOpen = (entry) => !entry.checkedOutAt && !isVoid(entry);
/** Whether it has been open for so long that the person is asked. */
export const isForgotten = (entry) => isOpen(entry) && hasPassed(entry.askAt);

/** 07:02 – 15:40 */
export function spanOf({ checkedInAt, checkedOutAt }) {
  const from = time(checkedInAt);
  if (!checkedOutAt) return t("hours.open", { from });
  const isSameDay = dayOf(checkedInAt) === dayOf(checkedOutAt);
  return t("hours.span", { from, to: isSameDay ? time(checkedOutAt) : moment(checkedOutAt) });
}

/** Each break: 12:00 – 12:30, 15 min. parts/breaks.js says what they come to. */
export function breaksInFull({ breaks = [] }) {
  if (!breaks.length) return null;
  const spoken = breaks.map(({ from, to, minutes }) => (from ? (to ? t("hours.span", { from: time(from), to: time(to) }) : t("hours.breaks.since", { time: time(from) }))
    : minutes ? duration(minutes) : t("hours.breaks.none")));
  return t("hours.breaks.list", { breaks: spoken.join(", ") });
}

/** Who said so, and why; null where the person themselves clocked. */
export const originOf = ({ source, enteredByName, reason }) => (enteredByName
  ? t(source === "FOREMAN" ? "hours.enteredByForeman" : "hours.enteredBy", { name: enteredByName, reason: reason ?? "" }) : null);

/** Who declared it void, and why. */
export const voidingOf = ({ voidedByName, voidReason, voidedAt }) => t("hours.void.by", {
  name: voidedByName ?? t("history.somebody"), reason: voidReason ?? "", moment: voidedAt ? moment(voidedAt) : "",
});

/**
 * @param {object} entry
 * @param {{title?: string, before?: unknown, after?: unknown, open: (entry: object) => unknown}} options `title` says where, or who.
 */
export const entryRow = (entry, { title, before, after, open }) => keyed(entry.id, html`
  <li class="row is-link time-entry ${isOpen(entry) && "is-running"} ${isVoid(entry) && "is-void"}">
    ${before}
    <div class="row-text">
      <button type="button" class="time-span stretched" aria-label=${t("hours.details", {
        name: entry.userName, day: `${day(entry.checkedInAt, "weekday")}, ${spanOf(entry)}`,
      })} @click=${() => open(entry)}>${spanOf(entry)}</button>
      ${title && html`<p class="row-sub">${title}</p>`}
    </div>
    <div class="time-after">
      <span class="time-length">${isVoid(entry) && !entry.checkedOutAt ? "–" : duration(minutesOf(entry))}</span>
      ${isVoid(entry) && chip(t("hours.void.chip"), "danger")}
      ${isForgotten(entry) ? chip(t("hours.forgotten"), "danger") : isOpen(entry) && chip(t("hours.running"), "now")}
      ${entry.kind === "TRAVEL" && chip(t("hours.kind.TRAVEL"))}
      ${entry.enteredBy && chip(t("hours.entered"))}
      ${entry.movedFrom && chip(t("hours.moved"))}
      ${entry.corrections.length > 0 && chip(t("hours.corrected"))}
      ${after}
    </div>
    ${details(entry)}
  </li>`);

/** Below both, over the whole width. */
function details(entry) {
  const lines = [breaksOf(entry).join(" · "), originOf(entry), isVoid(entry) && voidingOf(entry)].filter(Boolean);
  return lines.length > 0 && html`<div class="time-details">${lines.map((line) => html`<p class="row-sub">${line}</p>`)}</div>`;
}

/** Entries by the day on which they began, the latest day first: `[[day, entries]]`. */
export function byDay(entries) {
  const days = new Map();
  for (const entry of entries) {
    const begun = dayOf(entry.checkedInAt);
    days.set(begun, [...(days.get(begun) ?? []), entry]);
  }
  return [...days].sort(([a], [b]) => (a < b ? 1 : -1));
}

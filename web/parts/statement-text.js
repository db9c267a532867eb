// What the view of a month says of its days. Its importers say first `await useWords("statement")`.

import { day, dayOf, duration, t, time } from "app/words.js";
import { lastDayOf } from "parts/months.js";
import { isVoid, originOf } from "parts/time-entry.js";

const dayLength = 86_400_000;

/** 06:00, or 06:00 +1 on the day after. @param {string} instant  @param {string} of a day */
export function clockOn(instant, of) {
  const later = Math.round((Date.parse(dayOf(instant)) - Date.parse(of)) / dayLength);
  return `${time(instant)}${later > 0 ? ` +${later}` : later < 0 ? ` \u2212${-later}` : ""}`;
}

/** 22:00–06:00 +1 @param {any} entry  @param {string} of a day */
export const spanOn = ({ checkedInAt, checkedOutAt }, of) =>
  `${clockOn(checkedInAt, of)}–${checkedOutAt ? clockOn(checkedOutAt, of) : t("statement.open")}`;

/** Each break, and how it is known; those known in the same way share the words for it. @param {any[]} breaks  @param {string} of a day */
export const breaksOn = (breaks, of) => breaks.map(({ from, to, minutes, source }, place) => {
  const length = from ? `${clockOn(from, of)}–${to ? clockOn(to, of) : t("statement.lasts")}` : duration(minutes ?? 0);
  return breaks[place + 1]?.source === source ? length : `${length} ${t(`statement.sources.${source}`)}`;
}).join(", ");

/** The breaks of a day's entries, in their order: what the company's rule subtracts is said once. @param {any} work  @param {any[]} entries of the day */
export const breaksIn = ({ day: of, breakSource, breakMinutes }, entries) => entries.map(({ breaks = [] }, place) => [
  ...(breaks.length ? [breaksOn(breaks, of)] : []),
  ...(place === 0 && breakSource === "RULE" ? [`${duration(breakMinutes)} ${t("statement.sources.RULE")}`] : []),
].join(", "));

/** @param {any} entry  @param {string} site its name */
export const placeIn = ({ kind }, site) => (kind === "TRAVEL" ? t("statement.travel", { site }) : site);

/** What a day is besides work. @param {any} work */
export const awayIn = ({ holiday, absences = [] }) => [
  ...(holiday ? [t("statement.holiday", { name: holiday })] : []),
  ...absences.map(({ kind, half, minutes }) =>
    [t(`hours.away.${kind}`), half && t("statement.half"), minutes > 0 && hoursAndMinutes(minutes)].filter(Boolean).join(" ")),
].join(", ");

const isApproved = ({ approval }) => approval?.state === "APPROVED";
/** Whether a day should be approved, and isn't: days to come are approved later. @param {any} work */
export const lacksApproval = (work, today = dayOf()) => !isApproved(work) && (work.day < today || work.entries.length > 0);

/**
 * Whether all days are approved, and whether the month is over, in words.
 * @param {any[]} days of the month's sheet
 * @param {string} month
 * @param {string} [today]
 */
export function standingOf(days, month, today = dayOf()) {
  const missing = days.filter((work) => lacksApproval(work, today)).length;
  const [isToCome, isOver] = [`${month}-01` > today, lastDayOf(month) < today];
  const state = missing ? t("statement.missing", { count: missing })
    : days.some(isApproved) ? t(isOver ? "statement.all" : "statement.allSoFar")
      : isToCome ? null : t("statement.none");
  return { text: [state, !isOver && t(isToCome ? "statement.toCome" : "statement.goesOn")].filter(Boolean).join(" "), isWrong: missing > 0 };
}

/** What an entry said, with its days: a correction may have moved it to another one. */
function versionOf({ checkedInAt, checkedOutAt, kind, breaks = [] }) {
  const [from, to] = [dayOf(checkedInAt), checkedOutAt && dayOf(checkedOutAt)];
  const end = !to ? t("statement.open") : to === from ? time(checkedOutAt) : `${day(to, "weekday")} ${time(checkedOutAt)}`;
  return [
    `${day(from, "weekday")} ${time(checkedInAt)}–${end}`, kind === "TRAVEL" && t("statement.travelOnly"),
    breaks.length ? t("statement.breaks", { breaks: breaksOn(breaks, from) }) : t("statement.noBreaks"),
  ].filter(Boolean).join(", ");
}

/** Corrections with what was there before and after, voided and entered hours. @param {any} entry  @param {string} site its name */
export function notesOf(entry, site) {
  const notes = [
    originOf(entry),
    ...entry.corrections.map((old, place) => t("statement.before", {
      before: versionOf(old), after: versionOf(entry.corrections[place + 1] ?? entry), name: old.userName, day: day(dayOf(old.createdAt)),
      reason: old.reasonCode ? t(`corrections.${old.reasonCode}`) : old.reason,
    })),
    isVoid(entry) && t("statement.voided", {
      span: versionOf(entry), name: entry.voidedByName ?? t("history.somebody"), day: day(dayOf(entry.voidedAt)), reason: entry.voidReason,
    }),
  ];
  return notes.filter(Boolean).map((note) => `${day(dayOf(entry.checkedInAt), "weekday")}, ${site}: ${note}`);
}

/** 8:05 @param {number} minutes */
export const hoursAndMinutes = (minutes) =>
  `${minutes < 0 ? "\u2212" : ""}${Math.floor(Math.abs(minutes) / 60)}:${String(Math.abs(minutes) % 60).padStart(2, "0")}`;

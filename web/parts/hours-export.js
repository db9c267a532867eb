// Hours as a CSV file for payroll: one line per time entry, and on the last line of each day what the server computed for that day.

import { byName, dayOf, language, time, t } from "app/words.js";
import { saveTable } from "parts/csv.js";
import { sheetOf } from "parts/time-sheets.js";

/**
 * @param {object[]} entries that aren't void
 * @param {object[]} sheets the time sheets of the same period
 * @param {{from: string}} period
 * @param {(entry: object) => string} siteName
 * @param {(entry: object) => string} numberOf the person's number in the payroll, or an empty text.
 */
export function saveHours(entries, sheets, period, siteName, numberOf) {
  saveTable(`${t("hours.title").toLowerCase()}-${period.from}.csv`, tableOf(entries, sheets, siteName, numberOf));
}

const names = [
  "person", "site", "day", "from", "to", "minutes", "hours", "corrected", "personnelNumber", "kind", "breaks", "dayPresence", "dayBreak", "dayMinutes",
  "dayHours",
];

/** The head, and the lines. */
export function tableOf(entries, sheets, siteName, numberOf) {
  const sorted = [...entries].sort(byPersonAndTime);
  const lines = sorted.map((entry, place) => {
    const next = sorted[place + 1];
    const isLast = next?.userId !== entry.userId || dayOf(next.checkedInAt) !== dayOf(entry.checkedInAt);
    return [...lineOf(entry, siteName(entry)), numberOf(entry), ...breaksOf(entry), ...(isLast ? sumsOf(sheets, entry) : ["", "", "", ""])];
  });
  return [names.map((name) => t(`hours.columns.${name}`)), ...lines];
}

const byPersonAndTime = (a, b) => byName(a.userName, b.userName) || (a.userId < b.userId ? -1 : a.userId > b.userId ? 1 : 0)
  || Date.parse(a.checkedInAt) - Date.parse(b.checkedInAt);

function lineOf(entry, site) {
  const { userName, checkedInAt, checkedOutAt, minutes, corrections } = entry;
  const isNextDay = checkedOutAt && dayOf(checkedOutAt) !== dayOf(checkedInAt);
  const left = checkedOutAt ? `${isNextDay ? `${dayOf(checkedOutAt)} ` : ""}${time(checkedOutAt)}` : "";
  return [userName, site, dayOf(checkedInAt), time(checkedInAt), left, minutes ?? "", hoursOf(minutes), corrections.length || ""];
}

const breaksOf = ({ kind, breaks = [] }) => [
  kind ? t(`hours.kind.${kind}`) : "",
  breaks.map(({ from, to, minutes }) => (from ? `${time(from)}–${to ? time(to) : ""}` : `${minutes} min`)).join(", "),
];

function sumsOf(sheets, { userId, checkedInAt }) {
  const day = sheetOf(sheets, userId).days.find((one) => one.day === dayOf(checkedInAt));
  return day ? [day.presenceMinutes, day.breakMinutes, day.minutes, hoursOf(day.minutes)] : ["", "", "", ""];
}

/** To two places, with the language's comma or point. */
const hoursOf = (minutes) => (minutes === null || minutes === undefined ? "" : (minutes / 60).toFixed(2).replace(".", language() === "de" ? "," : "."));

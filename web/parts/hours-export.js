// Hours as a CSV file for payroll: one line per time entry.

import { byName, dayOf, language, time, t } from "app/words.js";
import { saveTable } from "parts/csv.js";
import { minutesOf } from "parts/time-entry.js";

/**
 * @param {object[]} entries
 * @param {{from: string}} period
 * @param {(entry: object) => string} siteName
 * @param {(entry: object) => string} numberOf the person's number in the payroll, or an empty text.
 */
export function saveHours(entries, period, siteName, numberOf) {
  const names = ["person", "site", "day", "from", "to", "minutes", "hours", "corrected", "personnelNumber"];
  const lines = [...entries].sort(byPersonAndTime).map((entry) => [...lineOf(entry, siteName(entry)), numberOf(entry)]);
  saveTable(`${t("hours.title").toLowerCase()}-${period.from}.csv`, [names.map((name) => t(`hours.columns.${name}`)), ...lines]);
}

const byPersonAndTime = (a, b) => byName(a.userName, b.userName) || Date.parse(a.checkedInAt) - Date.parse(b.checkedInAt);

function lineOf(entry, site) {
  const { userName, checkedInAt, checkedOutAt, corrections } = entry;
  const isDone = Boolean(checkedOutAt);
  const isNextDay = isDone && dayOf(checkedOutAt) !== dayOf(checkedInAt);
  const minutes = isDone ? Math.round(minutesOf(entry)) : "";
  const hours = isDone ? (Number(minutes) / 60).toFixed(2).replace(".", language() === "de" ? "," : ".") : "";
  const left = isDone ? `${isNextDay ? `${dayOf(checkedOutAt)} ` : ""}${time(checkedOutAt)}` : "";
  return [userName, site, dayOf(checkedInAt), time(checkedInAt), left, minutes, hours, corrections.length || ""];
}

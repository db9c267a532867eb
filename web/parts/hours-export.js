// Hours as a file for the payroll office: a line a visit, as spreadsheets in the person's language read it.

import { byName, dayOf, language, time, t } from "app/words.js";
import { minutesOf } from "parts/time-entry.js";

/** @param {object[]} entries  @param {{from: string}} period  @param {(entry: object) => string} siteName */
export function saveHours(entries, period, siteName) {
  const names = ["person", "site", "day", "from", "to", "minutes", "hours", "corrected"];
  const lines = [...entries].sort(byPersonAndTime).map((entry) => lineOf(entry, siteName(entry)));
  const separator = language() === "de" ? ";" : ",";
  const text = [names.map((name) => t(`hours.columns.${name}`)), ...lines]
    .map((cells) => cells.map((cell) => quoted(cell, separator)).join(separator)).join("\r\n");
  // Spreadsheets take a file for UTF-8 only when it begins so.
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\uFEFF", text, "\r\n"], { type: "text/csv;charset=utf-8" }));
  link.download = `${t("hours.title").toLowerCase()}-${period.from}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const byPersonAndTime = (a, b) => byName(a.userName, b.userName) || Date.parse(a.checkedInAt) - Date.parse(b.checkedInAt);

function lineOf(entry, site) {
  const { userName, checkedInAt, checkedOutAt, corrections } = entry;
  const isDone = Boolean(checkedOutAt);
  const isNextDay = isDone && dayOf(checkedOutAt) !== dayOf(checkedInAt);
  const minutes = isDone ? Math.round(minutesOf(entry)) : "";
  const hours = isDone ? (minutes / 60).toFixed(2).replace(".", language() === "de" ? "," : ".") : "";
  const left = isDone ? `${isNextDay ? `${dayOf(checkedOutAt)} ` : ""}${time(checkedOutAt)}` : "";
  return [userName, site, dayOf(checkedInAt), time(checkedInAt), left, minutes, hours, corrections.length || ""];
}

// A name that begins like a formula must not become one.
function quoted(cell, separator) {
  const text = /^[=+\-@\t]/.test(cell) ? `'${cell}` : String(cell);
  return text.includes(separator) || /["\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

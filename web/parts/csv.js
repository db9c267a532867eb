// Tables as CSV files, in the format of spreadsheets in the person's language.

import { language } from "app/words.js";
import { saveFile } from "parts/download.js";

/**
 * Saves a table. Numbers are written with the language's decimal comma or point.
 * @param {string} name of the file
 * @param {(string | number | null)[][]} lines the head among them; null for an empty cell.
 */
export function saveTable(name, lines) {
  saveFile(name, new Blob([tableText(lines)], { type: "text/csv;charset=utf-8" }));
}

/** @param {(string | number | null)[][]} lines */
export function tableText(lines) {
  const separator = language() === "de" ? ";" : ",";
  const rows = lines.map((cells) => cells.map((cell) => quoted(cell, separator)).join(separator));
  // Spreadsheets read a file as UTF-8 only if it begins with this mark.
  return `\uFEFF${rows.join("\r\n")}\r\n`;
}

// A name that begins like a formula must not become one.
function quoted(cell, separator) {
  if (cell === null) return "";
  if (typeof cell === "number") return quoteIf(String(cell).replace(".", language() === "de" ? "," : "."), separator);
  return quoteIf(/^[=+\-@\t]/.test(cell) ? `'${cell}` : cell, separator);
}

function quoteIf(text, separator) {
  return text.includes(separator) || /["\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

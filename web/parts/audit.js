// Entries of the history as sentences: who did what, and each field that changed.

import { html } from "app/html.js";
import { day, hasWord, number, t } from "app/words.js";

/**
 * @param {object} entry as the server tells it.
 * @param {Map<string, string>} names of people by their ids, as far as they are known.
 */
export function auditSentence({ action, userId, userName, userNameThen, subjectId, subjectName, subjectNameThen, changes }, names) {
  const isSelf = action === "user.changed" && userId === subjectId;
  const word = `history.actions.${action}${isSelf ? "-self" : ""}`;
  // Whoever was removed and is named by no record has no name any more.
  const values = {
    user: asThen(userName.trim(), userNameThen) || t("history.somebody"),
    subject: asThen(subjectName?.trim(), subjectNameThen) || whose(changes, names),
    action,
  };
  return t(hasWord(word) ? word : "history.unknown", values);
}

/** With the name that somebody had at the time. */
const asThen = (name, then) => (name && then ? t("history.then", { name, then }) : name);

/** Whose hours they are. */
const whose = (changes, names) => names.get(changes.find(({ field }) => field === "userId")?.to) ?? t("history.somebody");

/** The fields that an entry is about, a line each; nothing where the sentence says it all. */
export function auditChanges({ action, changes }, names) {
  const told = changes.filter(({ field }) => field !== "userId");
  const lines = told.flatMap((change) => (change.field === "users" ? crew(change, names) : [line(action, change)]));
  return lines.length > 0 && html`<ul class="changes">${lines.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function line(action, { field, from, to }) {
  const values = { field: word(`history.fields.${field}`, field), from: value(action, field, from), to: value(action, field, to) };
  if (to === null) return t("history.touched", values);
  return t(from === null ? "history.set" : "history.change", values);
}

/** Both sides are ids with blanks between them. */
function crew({ from, to }, names) {
  const [before, after] = [from, to].map((ids) => (ids ?? "").split(" ").filter(Boolean));
  const lines = { assigned: after.filter((id) => !before.includes(id)), withdrawn: before.filter((id) => !after.includes(id)) };
  return Object.entries(lines)
    .filter(([, ids]) => ids.length > 0)
    .map(([name, ids]) => t(`history.${name}`, { names: ids.map((id) => names.get(id) ?? t("history.somebody")).join(", ") }));
}

const words = new Map([["language", "nav.languages"], ["role", "roles"], ["priority", "site.priorities"]]);

function value(action, field, code) {
  if (code === null) return null;
  if (field === "amount" || field === "threshold") return number(Number(code));
  if (field === "startDate" || field === "endDate") return day(code);
  if (field === "status") return word(`${action.startsWith("site.") ? "site" : "history"}.statuses.${code}`, code);
  return words.has(field) ? word(`${words.get(field)}.${code}`, code) : code;
}

const word = (key, otherwise) => (hasWord(key) ? t(key) : otherwise);

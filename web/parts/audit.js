// Audit entries as sentences: who did what, and each field that changed. Its importers say first `await useWords("history")`.

import { html } from "app/html.js";
import { amount, day, euro, hasWord, moment, number, t } from "app/words.js";

/**
 * @param {object} entry as the server sends it.
 * @param {Map<string, string>} names of people by their ids, as far as they are known.
 * @param {Map<string, string>} [units] of materials by their ids, likewise.
 */
export function auditSentence({ action, userId, userName, userNameThen, subjectId, subjectName, subjectNameThen, tokenName, changes }, names, units) {
  if (action === refused) {
    return refusedSentence(asThen(userName.trim(), userNameThen) || t("history.somebody"), subjectName, changes, units?.get(subjectId));
  }
  const isSelf = action === "user.changed" && userId === subjectId;
  const word = `history.actions.${action}${isSelf ? "-self" : ""}`;
  // A removed person whom no record names no longer has a name.
  const values = {
    user: asThen(userName.trim(), userNameThen) || t("history.somebody"),
    subject: asThen(subjectName?.trim(), subjectNameThen) || whose(changes, names),
    action,
  };
  const said = t(hasWord(word) ? word : "history.unknown", values);
  return tokenName ? `${said} ${t("history.byToken", { name: tokenName })}` : said;
}

/**
 * A change as a list shows it that has the movements too: without the amount, which the movement of the count or the conversion says.
 * @returns {object | null} null if it says nothing else.
 */
export function besideMovements(entry) {
  if (entry.action !== "material.changed") return entry;
  const changes = entry.changes.filter(({ field }) => field !== "amount");
  return changes.length || !entry.changes.length ? { ...entry, changes } : null;
}

/** An amount that a person wanted to take or add, reported too late to be booked. */
const refused = "material.act-refused";

function refusedSentence(user, material, changes, usual) {
  const { delta, unit = usual, at, code } = Object.fromEntries(changes.map(({ field, to }) => [field, to]));
  const by = Math.abs(Number(delta));
  const why = `history.refusedFor.${code}`;
  return t(Number(delta) < 0 ? "history.refusedTake" : "history.refusedAdd", {
    user, material: material ?? "", amount: unit ? amount(by, unit) : number(by), when: at ? moment(at) : "",
    why: t(hasWord(why) ? why : "history.refusedFor.other"),
  });
}

/** With the person's name at the time. */
const asThen = (name, then) => (name && then ? t("history.then", { name, then }) : name);

/** The person whose hours they are. */
const whose = (changes, names) => names.get(changes.find(({ field }) => field === "userId")?.to) ?? t("history.somebody");

/** The changed fields of an entry, one line each; nothing if the sentence says it all. */
export function auditChanges({ action, changes }, names) {
  const told = changes.filter(({ field }) => field !== "userId" && (action !== refused || field === "note"));
  const lines = told.flatMap((change) => (crews.has(change.field) ? crew(change, names) : [line(action, change)]));
  return lines.length > 0 && html`<ul class="changes">${lines.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function line(action, { field, from, to }) {
  const values = { field: word(`history.fields.${field}`, field), from: value(action, field, from), to: value(action, field, to) };
  // A site is said by its id.
  if (to === null || field === "siteId") return t("history.touched", values);
  return t(from === null ? "history.set" : "history.change", values);
}

/** What is said of people who came to such a field, and of those who left it. */
const crews = new Map([["users", ["assigned", "withdrawn"]], ["foremen", ["leading", "notLeading"]]]);

/** Both sides are ids with blanks between them. */
function crew({ field, from, to }, names) {
  const [before, after] = [from, to].map((ids) => (ids ?? "").split(" ").filter(Boolean));
  const [come, gone] = crews.get(field);
  const lines = { [come]: after.filter((id) => !before.includes(id)), [gone]: before.filter((id) => !after.includes(id)) };
  return Object.entries(lines)
    .filter(([, ids]) => ids.length > 0)
    .map(([name, ids]) => t(`history.${name}`, { names: ids.map((id) => names.get(id) ?? t("history.somebody")).join(", ") }));
}

const words = new Map([
  ["language", "nav.languages"], ["breakRule", "company.breakRules"], ["hourMails", "profile.hourMailsKinds"], ["role", "roles"], ["priority", "site.priorities"], ["kind", "hours.kind"], ["isOwn", "history.isOwn"],
  ["secondFactorFor", "history.secondFactors"],
  ["region", "company.regions"],
]);

function value(action, field, code) {
  if (code === null) return null;
  if (field === "price") return euro(Number(code));
  if (field === "amount" || field === "threshold") return number(Number(code));
  if (field === "scopes") return code.split(" ").map((scope) => word(`tokens.scopes.${scope}`, scope)).join(", ");
  if (field === "days") return code.split(" ").map((run) => run.split("/").map((one) => day(one, "short")).join(" – ")).join(", ");
  if (field === "startDate" || field === "endDate" || field === "from" || field === "to" || field === "hoursFrom") return day(code);
  if (action.startsWith("absence.") && (field === "state" || field === "part")) return word(`history.${field}s.${code}`, code);
  if (field === "status") return word(`${action.startsWith("site.") ? "site" : "history"}.statuses.${code}`, code);
  return words.has(field) ? word(`${words.get(field)}.${code}`, code) : code;
}

const word = (key, otherwise) => (hasWord(key) ? t(key) : otherwise);

// Failures in the person's language, by the server's code and values. A proxy's answer has only a status.

import { day, hasWord, language, momentInText, phrase, t } from "app/words.js";

/** The words for a status without a code, or with a code newer than the app. */
const usual = new Map([
  [401, "sign-in-needed"], [403, "role-forbids"], [412, "stale"], [429, "too-many-tries"], [502, "server-unreachable"],
  [503, "server-unreachable"], [504, "server-unreachable"], [507, "disk-full"],
]);

/** One sentence for a Problem (or for an error of the app). */
export function explain(problem) {
  if (problem.status === undefined) return t("problem.unexpected");
  if (problem.status === 0) return t(problem.reason === "timeout" ? "problem.timeout" : "problem.offline");
  const { status, code, params, requestId, retryAfter } = problem;
  const values = { ...spoken(params), count: Math.ceil((retryAfter ?? 60) / 60), why: whyOf(problem), requestId };
  return phrase("problems", code, values)
    ?? inEnglish(problem)
    ?? phrase("problems", usual.get(status), values)
    ?? phrase("problem", String(status))
    ?? phrase("problems", "internal-error", values)
    ?? t("problem.unnamed");
}

/** What is wrong with one field of what was sent. @param {{code: string, params: object, message: string}} flaw */
export function explainField({ code, params, message }) {
  const sentence = language() === "en" && typeof message === "string" && message;
  return phrase("fields", code, spoken(params)) ?? (sentence || t("problem.field"));
}

/** Everything that is wrong with the fields, each said once. */
const whyOf = ({ fields }) => [...new Set(fields.map(explainField))].join(" ");

/** The server's own sentence, for English readers, if it says more than the status. */
function inEnglish({ status, code, detail, fields }) {
  const saysMore = code || ([400, 403, 409].includes(status) && !fields.length);
  return language() === "en" && saysMore && detail ? detail : null;
}

/** Values in words: an instant is a time in the company's zone, a role or a language has a name. */
const spoken = (params) => Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => {
  if (typeof value !== "string") return [name, value];
  if (name.endsWith("At") && !Number.isNaN(Date.parse(value))) return [name, momentInText(value)];
  if (name === "day" && /^\d{4}-\d\d-\d\d$/.test(value)) return [name, day(value, "weekday")];
  return [name, name === "role" || name === "allowed" ? value.split(", ").map(named).join(", ") : value];
}));

function named(code) {
  const word = ["roles", "nav.languages", "site.priorities"].map((place) => `${place}.${code}`).find(hasWord);
  return word ? t(word) : code;
}

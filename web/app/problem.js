// What went wrong, in the person's words. The server explains itself in English; what it is known to say is found here by its
// form, everything else by its status.

import { hasWord, language, t } from "app/words.js";

const atTheDoor = [
  [/^There is already an account for this e-mail address/, "emailTaken"],
  [/^The e-mail address or the password is wrong/, "wrongPassword"],
  [/^This link was used or has expired/, "linkUsed"],
];

const inside = [
  [/^You are not checked in on this site/, "notCheckedIn"],
  [/^(.+) is checked in already: a second visit/, "openVisit"],
  [/checked in already/, "checkedIn"],
  [/^(.+) has another visit in that time/, "otherVisit"],
  [/^Only (\S+) (.+) of (.+) are left/, "notEnough"],
  [/^There can't be more than (\S+) (.+) of (.+)\.$/, "tooMuch"],
  [/has joined already/, "joinedAlready"],
  [/hasn't accepted the invitation yet/, "notJoined"],
  [/keeps at least one active manager/, "lastManager"],
  [/A manager can change and remove workers only/, "workersOnly"],
];

const fields = [
  [/^is missing|^must not be (empty|null)/, "missing"],
  [/^must be an e-mail address/, "email"],
  [/^must have (\d+) to (\d+) characters/, "length"],
  [/^must have at most (\d+) characters/, "atMost"],
  [/most common passwords/, "common"],
  [/^is wrong/, "wrong"],
  [/^must not be before startDate/, "beforeStart"],
  [/^must not be before/, "beforeCheckIn"],
  [/^must not be in the future/, "future"],
  [/^must be at most 30 days ago/, "tooOld"],
  [/^must not contain control characters/, "control"],
  [/^must be a time zone/, "timeZone"],
];

/** One sentence for a Problem (or for an error of our own). */
export function explain(problem) {
  if (problem.status === undefined) return t("problem.unexpected");
  const known = match(atTheDoor, problem.detail, "problem.detail") ?? match(inside, problem.detail, "refusal");
  if (known) return known;
  if (problem.status === 0) return t(`problem.${problem.reason}`);
  if (problem.status === 429) return t("problem.429", { count: Math.ceil((problem.retryAfter ?? 60) / 60) });
  const refusesWithReason = [400, 403, 409].includes(problem.status) && problem.detail;
  if (refusesWithReason && language() === "en" && !problem.fields.length) return problem.detail;
  // What a proxy says while the server is away means what the server says while its database is.
  const word = `problem.${[502, 504].includes(problem.status) ? 503 : problem.status}`;
  if (hasWord(word)) return t(word);
  return problem.requestId ? t("problem.server", { id: problem.requestId }) : t("problem.unnamed");
}

/** What is wrong with one field: `message` as the server says it. */
export const explainField = (message) => match(fields, message, "problem.field") ?? t("problem.field.invalid");

/** The words for a text that has one of these forms: `[pattern, word]`, with what stands in its groups as {1}, {2}, {3}. */
export function match(table, text, place) {
  for (const [pattern, word] of table) {
    const found = pattern.exec(text ?? "");
    // Amounts with the language's comma.
    const [, ...values] = found?.map((value) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : value)) ?? [];
    if (found) return t(`${place}.${word}`, { 1: values[0], 2: values[1], 3: values[2] });
  }
  return null;
}

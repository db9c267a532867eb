// What a write changes of the kept answers, so that pages show it before they refresh.

import { kept } from "app/kept.js";
import { askAgain, clockSettled, materialSettled, recordOf, siteFinished, transferSettled } from "app/sites.js";
import { dayOf } from "app/words.js";

/**
 * @param {{kind: string, about: any}} entry
 * @param {object | object[]} answer several entries where a crew's hours were entered.
 */
export async function settle({ kind, about }, answer) {
  const { company, site, siteName } = about;
  if (kind === "adjust") return materialSettled(company, site, answer);
  if (kind === "transfer") return transferSettled(company, answer);
  if (kind === "finish") return siteFinished(company, answer, new Set(about.lines.map(({ to }) => to).filter(Boolean)));
  // A break that was clocked on another phone.
  if (kind === "check-out" && answer.breaks?.length) breakQuestion.forget(company);
  for (const one of [answer].flat()) await clockSettled(company, one, siteName);
  // The signal may be gone when someone asks for it.
  if (!kind.startsWith("crew")) kept.refresh(recordOf({ api: `/companies/${company}` })).catch(() => {});
}

/** A person's latest time entries, newest first. */
export const ownEntries = (/** @type {{api: string}} */ { api }, user) => `${api}/time-entries?userId=${user}&limit=100`;

/** A person's own clarifications, the newest first: all that wait, and those that were decided lately. @param {string} company its id */
export const ownClarifications = (company, user) => `/companies/${company}/clarifications?userId=${user}&limit=100`;

/**
 * What couldn't be recorded, and waits for a decision, changes nothing of what is known, but for the person's own list.
 * @param {{user: string, about: any}} entry  @param {any} clarification
 */
export async function setAside({ user, about: { company, site } }, clarification) {
  const own = ownClarifications(company, user);
  await kept.change(own, (all) => [clarification, ...all.filter(({ id }) => id !== clarification.id)]);
  kept.refresh(own).catch(() => {});
  askAgain(company, site);
}

/** No one is asked about a shorter stretch, in milliseconds. */
const shortest = 4 * 3_600_000;

/** @typedef {{company: string, site: string, siteName?: string, from: string, to: string}} Worked `from` and `to` are instants. */

/** Whether to ask the person who checked out for their break. It stays known for the day, and goes with what is kept for them. */
export const breakQuestion = {
  /** Where it is kept: the server has nothing there. @param {string} company its id */
  pathOf: (company) => `/companies/${company}/break-question`,

  /** What is asked about today, as far as it is known by now. @param {string} company its id  @returns {Worked | null} */
  of(company) {
    const worked = kept.peek(breakQuestion.pathOf(company))?.value;
    return worked && dayOf(worked.to) === dayOf() ? worked : null;
  },

  /**
   * After a check-out.
   * @param {{company: string, site: string, siteName?: string}} place
   * @param {{from: string, to: string, breaks: number}} visit `breaks` are those that are known.
   */
  checkedOut(place, { from, to, breaks }) {
    if (breaks || Date.parse(to) - Date.parse(from) <= shortest) breakQuestion.forget(place.company);
    else breakQuestion.ask({ ...place, from, to });
  },

  /** @param {Worked} worked */
  ask: (worked) => kept.put(breakQuestion.pathOf(worked.company), worked),

  /** It was answered, or needs no answer. @param {string} company its id */
  forget: (company) => kept.forget(breakQuestion.pathOf(company)),
};

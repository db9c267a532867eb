// What a write changes of the kept answers, so that pages show it before they refresh.

import { connection } from "app/connection.js";
import { kept } from "app/kept.js";
import { session } from "app/session.js";
import { askAgain, clockSettled, materialSettled, recordOf, siteFinished, transferSettled } from "app/sites.js";
import { dayOf } from "app/words.js";

/** The person's own acts that the server has taken and the kept record may lack. They go with what is kept for them. */
export const taken = {
  /** Where they are kept: the server has nothing there. @param {string} company its id */
  pathOf: (company) => `/companies/${company}/taken-acts`,

  /** Those that a record lacks: any record that is newer than the one that was known then has them. @param {string} company its id  @returns {any[]} */
  of(company) {
    const { asOf } = kept.peek(recordOf(placeOf(company)))?.value ?? {};
    return (kept.peek(taken.pathOf(company))?.value ?? []).filter((act) => !asOf || (act.asOf && asOf <= act.asOf));
  },

  async add(company, { key, kind, at, body, about: { siteName } }) {
    const path = recordOf(placeOf(company));
    await Promise.all([path, taken.pathOf(company)].map(kept.recall));
    const record = kept.peek(path)?.value;
    const act = { key, kind, at: body.at ?? at, minutes: body.minutes, siteName, asOf: record?.asOf };
    kept.put(taken.pathOf(company), [...taken.of(company).filter((one) => one.key !== key), act]);
    // What is being read right now may be older than the act: it isn't kept then.
    if (record) kept.put(path, record);
    behind.add(company);
    clearTimeout(timer);
    timer = setTimeout(readBehind, together);
  },
};

const placeOf = (company) => ({ api: `/companies/${company}` });
/** Acts that are sent one after the other are read together, in milliseconds. */
const together = 300;
/** The companies whose record is to be read again: the signal may be gone, then they are read with the next one. */
const behind = new Set();
let timer;
connection.onChange((online) => online && readBehind());

function readBehind() {
  // No one would be let in, or see it.
  if (session.state !== "in" || session.isLeaving) return behind.clear();
  for (const company of behind) {
    kept.refresh(recordOf(placeOf(company)))
      .then(() => behind.delete(company), (problem) => problem.isPassing || behind.delete(company));
  }
}

/**
 * @param {{kind: string, about: any, key: string, at: string, body: any}} entry
 * @param {object | object[]} answer several entries where a crew's hours were entered.
 */
export async function settle(entry, answer) {
  const { kind, about } = entry;
  const { company, site, siteName } = about;
  if (kind === "adjust") return materialSettled(company, site, answer);
  if (kind === "transfer") return transferSettled(company, answer);
  if (kind === "finish") return siteFinished(company, answer, new Set(about.lines.map(({ to }) => to).filter(Boolean)));
  // At the same time, since a browser may take long to say that it has nothing.
  const keeping = kind.startsWith("crew") ? null : taken.add(company, entry);
  // A break that was clocked on another phone.
  if (kind === "check-out" && answer.breaks?.length) breakQuestion.forget(company);
  for (const one of [answer].flat()) await clockSettled(company, one, siteName);
  await keeping;
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

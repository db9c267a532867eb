// Days of work as the server computed them, and what explains each number. No rule of hours stands here.

import { html } from "app/html.js";
import { importModule } from "app/modules.js";
import { day as dayIn, duration, t } from "app/words.js";

/** @param {string} api of the company  @param {{from: string, to: string, user?: string}} which `to` is the last day. */
export const sheetsPath = (api, { from, to, user }) => `${api}/time-sheets?from=${from}&to=${to}${user ? `&userId=${user}` : ""}`;

const sums = ["presenceMinutes", "breakMinutes", "minutes", "travelMinutes"];

/** What several sheets, or days, come to. @param {any[]} all */
export const addUp = (all) => Object.fromEntries(sums.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)]));

/**
 * Whether a day needs a look. More than eight hours alone are no fault: another day makes up for it. They are said where the day is
 * explained.
 * @param {{warnings: string[]}} day
 */
export const isOdd = ({ warnings }) => warnings.some((code) => code !== "over-8-hours");

/** What a day without work is: a holiday or an absence, in a letter; nothing for any other. @param {any} day */
export function awayMark({ entries, holiday, absences = [] }) {
  if (entries?.length) return null;
  const [{ kind } = { kind: holiday ? "HOLIDAY" : null }] = absences;
  return kind && t(`hours.awayMarks.${kind}`);
}

/** A day's working time: what is running counts when it has ended. @param {any} day  @param {(minutes: number) => string} [say] */
export function lengthOf({ minutes, isOpen }, say = duration) {
  if (!isOpen) return say(minutes);
  return minutes ? `${say(minutes)} +` : t("hours.running");
}

/** With a minus where hours are missing. @param {number} minutes */
export const signed = (minutes) => (minutes < 0 ? `\u2212${duration(-minutes)}` : duration(minutes));

/** A person's sheet; an empty one where there is nothing of theirs. @param {any[] | undefined} sheets */
export const sheetOf = (sheets, user) => sheets?.find(({ userId }) => userId === user) ?? { userId: user, days: [], total: addUp([]) };

/**
 * A number that says how it came to be.
 * @param {{label: string, name: string, of: any, text?: unknown, day?: string, kind?: string}} options
 */
export const explained = ({ label, name, of, text, day, kind = "" }) => html`
  <button type="button" class="explained ${kind}" aria-label=${t("hours.explain.label", { what: label, duration: duration(of.minutes) })}
    @click=${async (event) => {
      event.stopPropagation();
      const { explain } = await importModule(() => import("parts/day-explained.js"));
      await explain({ title: day ? dayIn(day, "long") : label, name, of });
    }}>${text ?? lengthOf(of)}</button>`;

// Reads time entries again: how one stands now that another person changed or moved it.

import { api } from "app/api.js";
import { may } from "app/may.js";
import { session } from "app/session.js";
import { dayOf } from "app/words.js";
import { addDays } from "app/zone.js";

/** How far from where it began a corrected entry is looked for, in days. */
const around = 45;
const atOnce = 500;

/**
 * An entry's person's entries of that time, those that are void too.
 * @param {string} company its id  @param {any} entry  @param {string} site where a foreman looks.
 * @returns {Promise<any[]>}
 */
async function neighbours(company, { userId, checkedInAt }, site) {
  if (!may.seeAllHours() && userId !== session.user?.id) {
    const entries = await api.get(`/companies/${company}/sites/${site}/time-entries?void=true&limit=${atOnce}`);
    return entries.filter((one) => one.userId === userId);
  }
  const begun = dayOf(checkedInAt);
  return api.all(`/companies/${company}/time-entries?userId=${userId}&void=true&from=${addDays(begun, -around)}&to=${addDays(begun, around)}`);
}

/** The entry as it is now; undefined where it isn't to be found. @param {string} company  @param {any} entry */
export const entryNow = async (company, entry) => (await neighbours(company, entry, entry.siteId)).find(({ id }) => id === entry.id);

/** The void one from which an entry was moved; undefined where it isn't this person's to see. @param {string} company  @param {any} entry */
export const originNow = async (company, entry) => (await neighbours(company, entry, entry.siteId)).find(({ id }) => id === entry.movedFrom);

/**
 * What an act on an entry left, if it was done: it may be refused because it was sent before, and its answer was lost.
 * @param {{about: any, body: any}} act  @returns {Promise<any>} the entry; undefined if it wasn't.
 */
export async function doneBefore({ about: { company, site, was }, body: { reason, confirm, siteId, at, ...values } }) {
  const isMoved = siteId !== undefined && siteId !== site;
  const entries = await neighbours(company, was, isMoved ? siteId : site);
  const entry = entries.find((one) => (isMoved ? one.movedFrom === was.id : one.id === was.id));
  if (!entry) return undefined;
  const last = isMoved ? { userId: entry.enteredBy, reason: entry.reason } : entry.corrections.at(-1);
  const isOwn = last?.userId === session.user?.id && last.reason === reason;
  return isOwn && Object.entries(values).every(([name, value]) => isSame(entry[name], value, name)) ? entry : undefined;
}

function isSame(known, sent, name) {
  if (name !== "breaks") return name.endsWith("At") ? instant(known) === instant(sent) : known === sent;
  const lengths = (breaks) => breaks.map(({ from, to, minutes }) => (from ? `${instant(from)} ${instant(to)}` : String(minutes))).sort().join();
  return lengths(known.filter(({ from, to }) => !from || to)) === lengths(sent);
}

const instant = (text) => (text ? Date.parse(text) : null);

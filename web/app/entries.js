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

/** The entry as it is now, void or not. @param {string} company its id  @param {any} entry  @returns {Promise<any>} */
export const entryNow = (company, { siteId, id }) => api.get(`/companies/${company}/sites/${siteId}/time-entries/${id}`);

/** The void one from which an entry was moved; undefined where it isn't this person's to see. @param {string} company  @param {any} entry */
export const originNow = async (company, entry) => (await neighbours(company, entry, entry.siteId)).find(({ id }) => id === entry.movedFrom);

// The people whom this browser knows by a key that scripts can't see: each took a card here, and signs in by a PIN.

import { api } from "app/api.js";
import { notes } from "app/notes.js";
import { session } from "app/session.js";

// So that they are shown at once, and without a signal.
const note = "polier.phone";

/**
 * @typedef {{userId: string, firstName: string, lastName: string, companyName: string}} Known
 */

export const phone = {
  /** As far as is known. @returns {Known[]} */
  get people() {
    return JSON.parse(notes.get(note) ?? "[]");
  },

  /** Asks the server. @returns {Promise<Known[]>} */
  async look() {
    try {
      const people = await api.get("/auth/phone");
      keep(people);
    } catch {
      // Without a signal it stays as it was; an older server knows no cards.
    }
    return phone.people;
  },

  /** Signs a person in by their PIN on this browser. @param {string} userId  @param {string} pin */
  signIn: (userId, pin) => session.enter("/auth/pin", { userId, pin }, { isByCard: true }),

  /**
   * Sets this browser up for a person.
   * @param {{token: string} | {code: string}} card  @param {string} pin  @param {() => void} arrive runs before pages hear of it.
   */
  async takeCard(card, pin, arrive) {
    await session.enter("/auth/card", { ...card, pin }, { isByCard: true, arrive });
    // On a tablet the next person may ask who is there without a signal.
    phone.look();
  },

  /** Ends the person's key of this browser. */
  async forget(userId) {
    await api.delete(`/auth/phone/${userId}`);
    keep(phone.people.filter((one) => one.userId !== userId));
  },
};

function keep(people) {
  if (people.length) notes.set(note, JSON.stringify(people));
  else notes.remove(note);
}

// The server's time. A phone's own clock may be wrong, and what was done without a signal is dated by it.

import { notes } from "app/notes.js";

const note = "polier.clock";
const tolerated = 20_000;
let ahead = Number(notes.get(note)) || 0;

/** Milliseconds since 1970, as the server counts them. */
export const now = () => Date.now() + ahead;

/** Whether an instant lies behind. @param {string | null | undefined} instant */
export const hasPassed = (instant) => Boolean(instant) && now() >= Date.parse(/** @type {string} */ (instant));

/** @param {string | null} date an answer's Date header  @param {number} asked when the request was sent, by this clock. */
export function learnTime(date, asked) {
  const said = Date.parse(date ?? "");
  const came = Date.now();
  // An answer that was long on its way says little.
  if (Number.isNaN(said) || came - asked > tolerated / 2) return;
  const found = said - (asked + came) / 2;
  const next = Math.abs(found) > tolerated ? Math.round(found) : 0;
  if (Math.abs(next - ahead) < tolerated / 4) return;
  ahead = next;
  notes.set(note, String(ahead));
}

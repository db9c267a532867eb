// Fetches what a person may need on site while there is a signal: it may be gone a moment later, and on plain http no service worker keeps
// the app.

import { loadPage, pagesFor } from "app/routes.js";
import { session } from "app/session.js";
import { useAllWords, useWords } from "app/words.js";

/** Modules that pages import when something is tapped, and that are of use without a signal: not what only the server can do. */
const parts = {
  all: [
    () => useAllWords(),
    () => import("pages/site-materials.js"),
    () => import("pages/site-team.js"),
    () => import("pages/site-hours.js"),
    () => import("pages/site-history.js"),
    () => import("app/entries.js"),
    () => import("parts/ask-break.js"),
    () => import("parts/clarified.js"),
    () => import("parts/correct-hours.js"),
    () => useWords("clarifications"),
    () => useWords("record"),
    // Days off are asked for on site, too, and sent once there is a signal.
    () => import("parts/absence-form.js"),
    () => useWords("absences"),
    () => import("parts/day-explained.js"),
    () => import("parts/dialog.js"),
    () => import("parts/crew-hours.js"),
    () => import("parts/edit-act.js"),
    () => import("parts/material-sheet.js"),
    () => import("parts/move-material.js"),
    () => import("parts/number-pad.js"),
    () => import("parts/still-there.js"),
    () => import("parts/waiting-list.js"),
  ],
  WORKER: [() => import("parts/clarifications-mine.js"), () => import("parts/hours-mine.js")],
  MANAGER: [
    () => useWords("history"),
    () => import("parts/finish-site.js"),
    () => import("parts/hours-export.js"),
    () => import("parts/hours-team.js"),
  ],
};
/** For who has a PIN here, perhaps on a tablet with others. */
const ofPins = [() => import("parts/next-person.js"), () => import("parts/pin-sign-in.js")];
parts.BOOKKEEPER = [() => import("parts/hours-export.js"), () => import("parts/hours-team.js")];
parts.ADMIN = parts.MANAGER;

/** @returns {Promise<boolean>} whether everything is here now. A missing module is fetched again when it is needed. */
export async function fetchAllFor(role) {
  const pages = pagesFor(role).map((name) => loadPage(name));
  const loads = [...parts.all, ...(parts[role] ?? []), ...(session.isByCard ? ofPins : [])].map((load) => load());
  const outcomes = await Promise.allSettled([...pages, ...loads]);
  return outcomes.every(({ status }) => status === "fulfilled");
}

// All that a person may open, fetched while there is a signal: on site it may be gone a moment later, and on plain http no service
// worker keeps the app.

import { loadPage, pagesFor } from "app/routes.js";

/** What pages import when something is tapped. */
const parts = {
  all: [
    () => import("pages/site-materials.js"),
    () => import("pages/site-team.js"),
    () => import("pages/site-hours.js"),
    () => import("pages/site-history.js"),
    () => import("parts/confirm-again.js"),
    () => import("parts/conflict.js"),
    () => import("parts/correct-hours.js"),
    () => import("parts/dialog.js"),
    () => import("parts/edit-act.js"),
    () => import("parts/material-sheet.js"),
    () => import("parts/number-pad.js"),
    () => import("parts/sign-in-again.js"),
    () => import("parts/waiting-list.js"),
  ],
  WORKER: [() => import("parts/hours-mine.js")],
  MANAGER: [
    () => import("parts/company-form.js"),
    () => import("parts/erase-company.js"),
    () => import("parts/hours-export.js"),
    () => import("parts/hours-team.js"),
    () => import("parts/material-form.js"),
  ],
};
parts.ADMIN = [...parts.MANAGER, () => import("parts/tell-all.js")];

/** @returns {Promise<boolean>} whether all of it is here now. What isn't is asked for again when it is needed. */
export async function fetchAllFor(role) {
  const pages = pagesFor(role).map((name) => loadPage(name));
  const loads = [...parts.all, ...(parts[role] ?? [])].map((load) => load());
  const outcomes = await Promise.allSettled([...pages, ...loads]);
  return outcomes.every(({ status }) => status === "fulfilled");
}

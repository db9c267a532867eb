// Modules that don't come with the page: other pages, dialogs, words.

import { Problem } from "app/api.js";
import { connection } from "app/connection.js";
import { isReachable } from "app/rescue.js";

let onStuck = () => {};

/** @param {() => void} handler called when only reloading the page would get a module. */
export function whenStuck(handler) {
  onStuck = handler;
}

/**
 * Imports a module: `importModule(() => import("parts/dialog.js"))`. Throws a Problem with the reason "offline" where it can't be
 * fetched, and the module's own error where that breaks.
 */
export async function importModule(load) {
  try {
    return await load();
  } catch (failure) {
    // Engines report the same error for a module that can't be fetched and for one that throws it.
    if (!(failure instanceof TypeError)) throw failure;
    if (!(await isReachable())) {
      connection.report(false);
      throw new Problem({ reason: "offline" });
    }
    return loadAgain(load);
  }
}

// Chromium retries a failed module. Firefox and WebKit keep the failure, its own or an import's, as long as the page lives.
async function loadAgain(load) {
  try {
    return await load();
  } catch (failure) {
    if (failure instanceof TypeError) onStuck();
    throw failure;
  }
}

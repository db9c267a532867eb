// Files from the server: fetched first, so that a refusal is said in words, and then saved.

import { api } from "app/api.js";
import { fail } from "app/live.js";

/** The addresses that are being fetched: a second tap must not ask again. */
const running = new Set();

/** For a file that may be large: a company's, on a phone with a weak signal. */
const long = 30 * 60_000;

/** For a click on a link to all of someone's data. @param {MouseEvent} event */
export const downloadAll = (event) => download(event, { timeout: long });

/**
 * For a click on a link to a file of the server. With a key held, the browser does what it does.
 * @param {MouseEvent} event  @param {{timeout?: number}} [options]
 */
export async function download(event, options = {}) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  const { href, pathname, search } = new URL(link.href);
  if (running.has(href)) return;
  running.add(href);
  link.setAttribute("aria-busy", "true");
  try {
    const { blob, name } = await api.file((pathname + search).slice("/api/v1".length), options);
    saveFile(name ?? (link.download || "polier"), blob);
  } catch (problem) {
    fail(problem);
  } finally {
    running.delete(href);
    link.removeAttribute("aria-busy");
  }
}

/** @param {string} name  @param {Blob} blob */
export function saveFile(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

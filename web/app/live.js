// Notifications: announced to screen readers, and shown as a note at the edge of the screen.

import { html, keyed, render } from "app/html.js";
import { explain } from "app/problem.js";
import { t } from "app/words.js";

const notes = [];
let count = 0;

// Keyboard users need time to reach a note.
let isByKeys = false;
const heed = (byKeys) => {
  if (byKeys === isByKeys) return;
  isByKeys = byKeys;
  for (const note of notes) note.start();
};
addEventListener("pointerdown", () => heed(false), true);
// Screen readers click buttons without a pointer: the detail is 0 then.
addEventListener("click", (/** @type {any} */ { detail, target }) => detail === 0 && target.closest?.("button") && heed(true), true);
addEventListener("keydown", (event) => {
  // The keyboard on a phone's screen names no keys.
  if (event.key !== "Unidentified") heed(true);
  if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]")) notes.at(-1)?.close();
}, true);

/** Says something to screen readers only. */
export function say(text) {
  const place = document.getElementById("announcer");
  // The same text twice is announced twice.
  place.textContent = place.textContent === text ? `${text}\u00A0` : text;
}

/**
 * Shows a note for a while, longer while the pointer or the focus is on it. One with an action replaces the one
 * before, and stays for keyboard users.
 * @param {string} text
 * @param {{kind?: "done" | "problem", action?: {label: string, run: () => unknown}, seconds?: number}} options
 * @returns {() => boolean} takes the note away, and says whether it was still there.
 */
export function toast(text, { kind = "done", action = null, seconds = action ? 10 : kind === "problem" ? 8 : 4 } = {}) {
  const note = { id: (count += 1), text, kind, action };
  const hold = () => clearTimeout(note.timer);
  const start = () => {
    hold();
    if (notes.includes(note) && !(action && isByKeys)) note.timer = setTimeout(note.close, seconds * 1000);
  };
  Object.assign(note, { hold, start, close: () => close(note) });
  if (action) notes.find((one) => one.action)?.close();
  if (kind === "problem") notes.find((one) => one.text === text)?.close();
  if (notes.length === 3) notes[0].close();
  if (notes.length === 0) standAboveStrip();
  // Closing those may have moved the focus.
  note.before = document.activeElement;
  notes.push(note);
  start();
  show();
  say(text);
  return note.close;
}

/** Shows why something failed, as `toast` does. Requests that were aborted when their page was left are no failures. */
export function fail(problem) {
  if (problem?.name === "AbortError" || problem?.status === 401) return;
  if (problem?.status === undefined) console.error(problem);
  return toast(explain(problem), { kind: "problem" });
}

/** Notes stand above the strip of the frame. What appears there later is covered until they are gone: they don't move. */
function standAboveStrip() {
  const strip = /** @type {HTMLElement} */ (document.querySelector(".status"));
  document.getElementById("toasts").style.setProperty("--strip", `${strip?.offsetHeight ?? 0}px`);
}

function close(note) {
  const at = notes.indexOf(note);
  if (at < 0) return false;
  const place = document.getElementById("toasts");
  const hadFocus = place.children[at].contains(document.activeElement);
  notes.splice(at, 1);
  note.hold();
  show();
  if (hadFocus) giveBack(note.before);
  return true;
}

/** The focus goes back to where it was, or to the head of the page. */
export function giveBack(before) {
  const options = { preventScroll: !isByKeys };
  if (before !== document.body && before?.isConnected) before.focus(options);
  if (document.activeElement === before) return;
  const head = /** @type {HTMLElement} */ (document.querySelector("#main h1") ?? document.getElementById("main"));
  head?.setAttribute("tabindex", "-1");
  head?.focus(options);
}

/** Shows the page again. What has the focus may be gone by then: the focus goes on to the next row, or to the head of the page. */
export function keepFocus(draw) {
  const before = /** @type {HTMLElement} */ (document.activeElement);
  const row = before?.closest?.("#main li");
  const rows = [...(row?.parentElement?.children ?? [])];
  const others = [...rows.slice(rows.indexOf(row) + 1), ...rows.slice(0, rows.indexOf(row)).reverse()];
  draw();
  if (!before || before.isConnected) return;
  const next = others.find((one) => one.isConnected)?.querySelector("button, a");
  giveBack(next ?? before);
}

function show() {
  const place = document.getElementById("toasts");
  place.setAttribute("aria-label", t("nav.notes"));
  render(place, notes.map((note) => keyed(note.id, html`
    <div class="toast is-${note.kind}" @pointerenter=${note.hold} @pointerleave=${note.start}
      @focusin=${note.hold} @focusout=${note.start}>
      <p>${note.text}</p>
      <div class="toast-buttons">
        ${note.action && html`<button type="button" class="toast-action"
          @click=${() => { note.close(); note.action.run(); }}>${note.action.label}</button>`}
        <button type="button" class="toast-close" aria-label=${t("action.close")} @click=${note.close}>×</button>
      </div>
    </div>`)));
}

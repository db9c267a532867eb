// What happens without anybody looking there: said to screen readers, and shown as a note at the edge of the screen.

import { html, keyed, render } from "app/html.js";
import { explain } from "app/problem.js";
import { t } from "app/words.js";

const notes = [];
let count = 0;

/** Says something to screen readers only. */
export function say(text) {
  const place = document.getElementById("announcer");
  // The same text twice is news again.
  place.textContent = place.textContent === text ? `${text}\u00A0` : text;
}

/**
 * Shows a note for a while, longer while one points at it or has the focus in it.
 * @param {{kind?: "done" | "problem", action?: {label: string, run: () => unknown}, seconds?: number}} options
 * @returns {() => void} takes the note away.
 */
export function toast(text, { kind = "done", action = null, seconds = action ? 10 : kind === "problem" ? 8 : 4 } = {}) {
  const note = { id: (count += 1), text, kind, action };
  const hold = () => clearTimeout(note.timer);
  const start = () => { hold(); note.timer = setTimeout(note.close, seconds * 1000); };
  Object.assign(note, { hold, start, close: () => { hold(); notes.splice(notes.indexOf(note) >>> 0, 1); show(); } });
  notes.push(note);
  if (notes.length > 3) notes[0].close();
  start();
  show();
  say(text);
  return note.close;
}

/** Shows why something failed. What a page left behind by its end is no failure. */
export function fail(problem) {
  if (problem?.name === "AbortError" || problem?.status === 401) return;
  if (problem?.status === undefined) console.error(problem);
  toast(explain(problem), { kind: "problem" });
}

function show() {
  const place = document.getElementById("toasts");
  place.setAttribute("aria-label", t("nav.notes"));
  render(place, notes.map((note) => keyed(note.id, html`
    <div class="toast is-${note.kind}" @pointerenter=${note.hold} @pointerleave=${note.start}
      @focusin=${note.hold} @focusout=${note.start}>
      <p>${note.text}</p>
      ${note.action && html`<button type="button" class="toast-action"
        @click=${() => { note.close(); note.action.run(); }}>${note.action.label}</button>`}
      <button type="button" class="toast-close" aria-label=${t("action.close")} @click=${note.close}>×</button>
    </div>`)));
}

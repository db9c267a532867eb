// What the operators of the server tell everyone, as a line below every page.

import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { now } from "app/now.js";
import { redraw } from "app/router.js";
import { session } from "app/session.js";
import { icon } from "parts/icon.js";

const path = "/notice";
const minutes = 60_000;
let notice = null;

/** For the strip of the frame. */
export const noticeLines = () => (isNow() ? [html`<p>${icon("note")}<span>${notice.text}</span></p>`] : []);

// An older server tells nothing, and what was told ends by itself.
const isNow = () => Boolean(notice?.text) && Date.parse(notice.until) > now();

kept.watch(path, (value) => {
  notice = value;
  redraw();
}, new AbortController().signal);

let person = null;
/** Everyone who signs in is told at once, also without a signal. */
async function look() {
  if (session.state !== "in") return;
  if (session.user.id !== person) {
    person = session.user.id;
    notice = (await kept.recall(path))?.value ?? null;
  }
  kept.refresh(path).catch(() => {});
}

session.onChange(() => session.user?.id !== person && look());
addEventListener("visibilitychange", () => !document.hidden && look());
setInterval(() => {
  if (document.hidden) return;
  look();
  redraw();
}, 5 * minutes);
look();

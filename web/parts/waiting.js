// Waiting and refused acts as lines below every page, and notes about them.

import { fail, toast } from "app/live.js";
import { html } from "app/html.js";
import { importModule } from "app/modules.js";
import { explain } from "app/problem.js";
import { queue } from "app/queue.js";
import { redraw } from "app/router.js";
import { session } from "app/session.js";
import { importWithWords, t, useAllWords } from "app/words.js";
import { icon } from "parts/icon.js";

/** For the strip of the frame. */
export function waitingLines() {
  const refused = refusedCount();
  const waiting = queue.waiting.filter((entry) => !entry.refused && entry.isKept !== false).length;
  return [
    queue.hasUnkept && line("warning", t("queue.unkept")),
    waiting > 0 && line("clock", t("queue.waiting", { count: waiting })),
    refused > 0 && line("warning", t("queue.refused", { count: refused })),
  ].filter(Boolean);
}

const refusedCount = () => queue.waiting.filter((entry) => entry.refused).length;

const line = (picture, text) => html`
  <p>${icon(picture)}<span>${text}</span>
    <button type="button" class="status-action" @click=${open}>${t("queue.show")}</button></p>`;

async function open() {
  const { openWaiting } = await importWithWords(() => import("parts/waiting-list.js"));
  await openWaiting();
}

/** It left the queue, and isn't saved. */
async function tellClarified(clarification) {
  const { tellClarified: tell } = await importModule(() => import("parts/clarified.js"));
  await tell(clarification);
}

/** The start page may be here before the words for it are. */
async function tellRefused(problem) {
  await useAllWords().catch(() => {});
  const count = refusedCount();
  toast(count > 1 ? t("queue.refused", { count }) : explain(problem), { kind: "problem", action: { label: t("queue.show"), run: open } });
}

// Acts of the current page are reported there. These are about earlier acts.
let sent = 0;
const late = new Set();
queue.onChange(({ entry, answer, clarification, problem, isTold }) => {
  redraw();
  if (clarification) tellClarified(clarification).catch(fail);
  for (const { key } of queue.waiting) late.add(key);
  if (problem && !isTold) tellRefused(problem);
  if (!entry || !late.has(entry.key)) return;
  if (answer) sent += 1;
  if (queue.waiting.some((one) => !one.refused)) return;
  if (sent) toast(t("queue.sent", { count: sent }));
  sent = 0;
});

// Signing out discards unsent acts, so that the next person finds none of them.
session.beforeSignOut(async () => {
  if (session.state === "in") await Promise.race([queue.send(), new Promise((done) => { setTimeout(done, 5000); })]);
  const count = queue.unsent;
  if (!count) return true;
  const { ask } = await importWithWords(() => import("parts/dialog.js"));
  return ask({
    title: t("queue.signOut.title"),
    text: t("queue.signOut.text", { count }),
    confirm: t("queue.signOut.confirm"),
    cancel: t("queue.signOut.stay"),
    isDanger: true,
  });
});

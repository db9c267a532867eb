// What waits, in the order in which it will be sent, and what was refused with its reason.

import { connection } from "app/connection.js";
import { html, keyed } from "app/html.js";
import { explain, explainField } from "app/problem.js";
import { queue } from "app/queue.js";
import { amount, moment, t } from "app/words.js";
import { chip } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { editAct } from "parts/edit-act.js";
import { icon } from "parts/icon.js";

/** What somebody did, in their words. */
export function labelOf({ kind, body, about }) {
  if (kind !== "adjust") return t(kind === "check-in" ? "queue.did.in" : "queue.did.out", { site: about.siteName });
  return t(body.delta < 0 ? "queue.did.take" : "queue.did.add", { amount: amount(Math.abs(body.delta), about.unit), name: about.name });
}

export function openWaiting() {
  return openDialog({
    title: t("queue.title"),
    view(dialog) {
      follow(dialog);
      const entries = queue.waiting;
      if (!entries.length) return html`<p>${t("queue.nothing")}</p>`;
      const isWaiting = entries.some((entry) => !entry.refused);
      const isUnkept = entries.some((entry) => !entry.refused && entry.isKept === false);
      return html`
        ${isUnkept && html`<div class="notice is-problem">${icon("warning")}<p>${t("queue.unkeptText")}</p></div>`}
        ${isWaiting && html`<p class="queue-lead">${t("queue.lead")}</p>`}
        <ol class="list queue">${entries.map((entry) => keyed(entry.key, row(entry)))}</ol>
        ${isWaiting && connection.online && html`
          <div class="actions"><button type="button" class="button" @click=${() => queue.send()}>${t("queue.sendNow")}</button></div>`}`;
    },
  });
}

function follow(dialog) {
  if (dialog.isFollowing) return;
  dialog.isFollowing = true;
  queue.onChange(dialog.update, dialog.signal);
}

const row = (entry) => html`
  <li class="row queue-row">
    <div class="row-text">
      <p class="row-title">${labelOf(entry)}</p>
      <p class="row-sub">${moment(entry.at)}${entry.body.note && ` · ${entry.body.note}`}</p>
    </div>
    ${chip(t(`queue.state.${stateOf(entry)}`), entry.refused || entry.isKept === false ? "danger" : "low")}
    ${entry.refused && html`<p class="queue-reason">${reasonOf(entry)}</p>`}
    ${(entry.refused || !entry.isTried) && html`
      <div class="queue-actions">
        ${entry.refused && html`
          <button type="button" class="button is-small" @click=${() => editAct(entry)}>${t("queue.edit")}</button>
          <button type="button" class="button is-small" @click=${() => queue.retry(entry.key)}>${t("queue.retry")}</button>`}
        <button type="button" class="button is-small is-quiet" @click=${() => queue.discard(entry.key)}>${t("queue.discard")}</button>
      </div>`}
  </li>`;

function stateOf({ refused, isKept, isTried }) {
  if (refused) return "refused";
  if (isKept === false) return "unkept";
  return isTried ? "again" : "waiting";
}

// Of a date that the server doesn't take, it says so at the field.
function reasonOf({ refused }) {
  const field = refused.fields.find((one) => one.field === "at");
  return field ? t("queue.badTime", { why: explainField(field) }) : explain(refused);
}

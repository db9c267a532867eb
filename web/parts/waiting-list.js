// Waiting acts, in the order in which they will be sent, and refused ones with their reasons.

import { connection } from "app/connection.js";
import { html, keyed } from "app/html.js";
import { fail } from "app/live.js";
import { explain, explainField } from "app/problem.js";
import { queue } from "app/queue.js";
import { amount, day, duration, moment, t } from "app/words.js";
import { chip } from "parts/chips.js";
import { ask, openDialog } from "parts/dialog.js";
import { editAct } from "parts/edit-act.js";
import { icon } from "parts/icon.js";
import { spanOf } from "parts/time-entry.js";

const clockWords = new Map([
  ["check-in", "queue.did.in"], ["check-out", "queue.did.out"], ["break-start", "queue.did.breakStart"], ["break-end", "queue.did.breakEnd"],
]);

/** An act in words. */
export function labelOf({ kind, body, about }) {
  if (kind.startsWith("crew-")) {
    const names = about.people.map(({ name }) => name).join(", ");
    if (kind === "crew-void") {
      return t("queue.did.crewVoid", { names, site: about.siteName, span: `${day(about.was.checkedInAt, "weekday")}, ${spanOf(about.was)}` });
    }
    if (kind === "crew-fix") {
      const fixed = { ...about.was, ...body };
      return t("queue.did.crewFix", { names, site: about.toName ?? about.siteName, span: `${day(fixed.checkedInAt, "weekday")}, ${spanOf(fixed)}` });
    }
    return kind === "crew-in"
      ? t("queue.did.crewIn", { names, site: about.siteName, when: moment(body.checkedInAt) })
      : t("queue.did.crewOut", { names, site: about.siteName, when: moment(body.checkedOutAt) });
  }
  if (kind === "finish") return t("queue.did.finish", { site: about.siteName });
  if (kind === "transfer") {
    const what = about.lines.map(({ amount: moved, unit, name }) => `${amount(moved, unit)} ${name}`).join(", ");
    return t("queue.did.move", { what, from: about.siteName, to: about.toName });
  }
  if (kind === "break-stated") {
    return t(body.minutes ? "queue.did.breakStated" : "queue.did.noBreak", { duration: duration(body.minutes), site: about.siteName });
  }
  const clocked = clockWords.get(kind);
  if (clocked) return t(clocked, { site: about.siteName });
  return t(body.delta < 0 ? "queue.did.take" : "queue.did.add", { amount: amount(Math.abs(body.delta), about.unit), name: about.name });
}

/** Whether the last one was discarded, and not sent. */
let isDiscarded = false;

async function discard(entry) {
  if (entry.refused && !(await ask({
    title: t("queue.discardTitle"), text: t("queue.discardText", { what: labelOf(entry) }), confirm: t("queue.discard"), isDanger: true,
  }))) return;
  isDiscarded = true;
  await queue.discard(entry.key);
}

export function openWaiting() {
  isDiscarded = false;
  return openDialog({
    title: t("queue.title"),
    view(dialog) {
      follow(dialog);
      const entries = queue.waiting;
      if (!entries.length) return html`<p>${t(isDiscarded ? "queue.nothingLeft" : "queue.nothing")}</p>`;
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
          ${entry.refused.status !== 412 && html`
            <button type="button" class="button is-small" @click=${() => queue.retry(entry.key)}>${t("queue.retry")}</button>`}`}
        <button type="button" class="button is-small is-quiet" @click=${() => discard(entry).catch(fail)}>${t("queue.discard")}</button>
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

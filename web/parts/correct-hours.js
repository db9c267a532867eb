// A time entry in full: who entered it, its former versions with their reasons, and for who may the form that corrects it.

import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { toast } from "app/live.js";
import { queue } from "app/queue.js";
import { day, duration, moment, phrase, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, textField } from "parts/fields.js";
import { personChip } from "parts/chips.js";
import { minutesOf, spanOf } from "parts/time-entry.js";
import { instantIn, isTouched, wallFields } from "parts/wall-fields.js";

/**
 * @param {object} entry
 * @param {{company: string, siteName: string, mayCorrect?: boolean}} place `company` is its id.
 * @returns {Promise<object | undefined>} the entry as it is now, if it was corrected; without a signal the correction waits.
 */
export async function openEntry(entry, { company, siteName, mayCorrect = false }) {
  const people = [{ id: entry.userId, name: entry.userName }];
  // It may wait for long, and needs no more than this.
  const { id, userId, userName, siteId, checkedInAt, checkedOutAt, minutes } = entry;
  const was = { id, userId, userName, siteId, checkedInAt, checkedOutAt, minutes, corrections: [] };
  const outcome = await openForm(entry, siteName, mayCorrect && {
    draft: `entry:${entry.id}`,
    send: (body) => queue.correctHours({ company, site: entry.siteId, siteName, people, was, body }),
  });
  if (outcome) toast(outcome.state === "waiting" ? t("crew.waits", { what: t("hours.correction.kept") }) : t("hours.correction.done"));
  return outcome?.answer;
}

/** A refused correction, as it was entered. @param {object} act one of `queue.waiting` */
export const editCorrection = ({ key, body, about, refused }) => openForm(about.was, about.siteName, {
  draft: `act:${key}`, entered: body, refused, send: (changed) => queue.edit(key, { body: changed }),
});

/** @param {object} entry  @param {string} siteName  @param {Correcting | false} correcting */
function openForm(entry, siteName, correcting) {
  let form = null;
  return openDialog({
    title: t(correcting ? "hours.correction.title" : "hours.correction.viewTitle"),
    view(dialog) {
      form ??= correcting && correctionForm(dialog, entry, correcting);
      return html`
        <div class="entry-head">
          ${personChip(entry.userName, siteName)}
          <p class="entry-span"><b>${day(entry.checkedInAt, "weekday")}, ${spanOf(entry)}</b><span>${duration(minutesOf(entry))}</span></p>
        </div>
        ${entry.enteredByName && html`<p class="hint">${t("hours.enteredBy", { name: entry.enteredByName, reason: entry.reason ?? "" })}</p>`}
        ${form ? fieldsOf(form, entry, correcting && correcting.entered) : html`<p class="hint">${t("hours.correction.ask")}</p>`}
        ${entry.corrections.length > 0 && html`
          <h3>${t("hours.correction.history")}</h3>
          <ol class="list">${[...entry.corrections].reverse().map(version)}</ol>`}`;
    },
  });
}

/** Why it was corrected: the reason given, or the event that ended it. */
const reasonOf = ({ reason, reasonCode }) => phrase("corrections", reasonCode) ?? reason;

const version = (correction) => html`
  <li class="row"><div class="row-text">
    <p class="row-title">${t("hours.correction.was", { span: `${day(correction.checkedInAt, "weekday")}, ${spanOf(correction)}` })}</p>
    <p>${t("hours.correction.reasonIs", { reason: reasonOf(correction) })}</p>
    <p class="row-sub">${t("hours.correction.by", { name: correction.userName, moment: moment(correction.createdAt) })}</p>
  </div></li>`;

const fieldsOf = (form, entry, entered) => formView(form, html`
  <div class="fields">
    ${form.timeField({ name: "checkedInAt", label: t("hours.correction.came") })}
    ${form.timeField({
      name: "checkedOutAt", label: t("hours.correction.went"), required: false,
      hint: !entry.checkedOutAt && t("hours.correction.wentHint"),
    })}
  </div>
  ${textField(form, { name: "reason", label: t("hours.correction.reason"), hint: t("hours.correction.reasonHint"), maxlength: 500, value: entered?.reason })}
`, { submit: t(entered ? "queue.retry" : "hours.correction.submit") });

/**
 * @typedef {{draft: string, send: (body: any) => Promise<any>, entered?: any, refused?: any}} Correcting `entered` is what a refused one
 *   says.
 * @param {any} dialog  @param {object} entry  @param {Correcting} correcting
 */
function correctionForm(dialog, entry, { draft, send, entered, refused }) {
  const form = createForm(dialog, {
    draft: draftOf(draft),
    check(values) {
      const [came, went] = ["checkedInAt", "checkedOutAt"].map((name) => instantIn(values, name));
      if (came && went && went < came) return { checkedOutAt: t("fields.before-check-in") };
      if (!came) return { checkedInAt: t("hours.correction.noTime") };
      if (values.checkedOutAt && !went) return { checkedOutAt: t("hours.correction.noTime") };
      return Object.keys(changed(values, entry)).length ? {} : { checkedInAt: t("hours.correction.same") };
    },
    send: (values) => send({ ...changed(values, entry), reason: values.reason }),
    done: (answer) => dialog.close(answer),
  });
  if (refused) form.refuse(refused, { checkedInAt: "checkedInAt", checkedOutAt: "checkedOutAt", reason: "reason" });
  const { checkedInAt, checkedOutAt } = /** @type {any} */ ({ ...entry, ...entered });
  form.timeField = wallFields(form, dialog, { checkedInAt, checkedOutAt });
  return form;
}

function changed(values, entry) {
  const names = ["checkedInAt", "checkedOutAt"].filter((name) => isTouched(values, name, entry[name]));
  return Object.fromEntries(names.map((name) => [name, instantIn(values, name)]));
}

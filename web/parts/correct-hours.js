// A visit in full: its former versions with their reasons, and for leads the form that corrects it.

import { api } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { toast } from "app/live.js";
import { may } from "app/may.js";
import { day, duration, moment, phrase, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, textField } from "parts/fields.js";
import { personChip } from "parts/chips.js";
import { minutesOf, spanOf } from "parts/time-entry.js";
import { instantIn, isTouched, wallFields } from "parts/wall-fields.js";

/**
 * @param {object} entry
 * @param {{company: string, siteName: string}} place `company` is where its paths begin at the server.
 * @returns {Promise<object | undefined>} the entry as it is now, if it was corrected.
 */
export async function openEntry(entry, { company, siteName }) {
  let form = null;
  const corrected = await openDialog({
    title: t(may.correctHours() ? "hours.correction.title" : "hours.correction.viewTitle"),
    view(dialog) {
      form ??= may.correctHours() && correctionForm(dialog, entry, company);
      return html`
        <div class="entry-head">
          ${personChip(entry.userName, siteName)}
          <p class="entry-span"><b>${day(entry.checkedInAt, "weekday")}, ${spanOf(entry)}</b><span>${duration(minutesOf(entry))}</span></p>
        </div>
        ${form ? fieldsOf(form, entry) : html`<p class="hint">${t("hours.correction.ask")}</p>`}
        ${entry.corrections.length > 0 && html`
          <h3>${t("hours.correction.history")}</h3>
          <ol class="list">${[...entry.corrections].reverse().map(version)}</ol>`}`;
    },
  });
  if (corrected) toast(t("hours.correction.done"));
  return corrected;
}

/** Why it was corrected: in somebody's words, or what ended it by itself. */
const reasonOf = ({ reason, reasonCode }) => phrase("corrections", reasonCode) ?? reason;

const version = (correction) => html`
  <li class="row"><div class="row-text">
    <p class="row-title">${t("hours.correction.was", { span: `${day(correction.checkedInAt, "weekday")}, ${spanOf(correction)}` })}</p>
    <p>${t("hours.correction.reasonIs", { reason: reasonOf(correction) })}</p>
    <p class="row-sub">${t("hours.correction.by", { name: correction.userName, moment: moment(correction.createdAt) })}</p>
  </div></li>`;

const fieldsOf = (form, entry) => formView(form, html`
  <div class="fields">
    ${form.timeField({ name: "checkedInAt", label: t("hours.correction.came") })}
    ${form.timeField({
      name: "checkedOutAt", label: t("hours.correction.went"), required: false,
      hint: !entry.checkedOutAt && t("hours.correction.wentHint"),
    })}
  </div>
  ${textField(form, { name: "reason", label: t("hours.correction.reason"), hint: t("hours.correction.reasonHint"), maxlength: 500 })}
`, { submit: t("hours.correction.submit") });

function correctionForm(dialog, entry, company) {
  const form = createForm(dialog, {
    draft: draftOf(`entry:${entry.id}`),
    check(values) {
      const [came, went] = ["checkedInAt", "checkedOutAt"].map((name) => instantIn(values, name));
      if (came && went && went < came) return { checkedOutAt: t("fields.before-check-in") };
      if (!came) return { checkedInAt: t("hours.correction.noTime") };
      if (values.checkedOutAt && !went) return { checkedOutAt: t("hours.correction.noTime") };
      return Object.keys(changed(values, entry)).length ? {} : { checkedInAt: t("hours.correction.same") };
    },
    send: (values) => api.patch(`${company}/sites/${entry.siteId}/time-entries/${entry.id}`, {
      ...changed(values, entry), reason: values.reason,
    }),
    done: (answer) => dialog.close(answer),
  });
  form.timeField = wallFields(form, dialog, { checkedInAt: entry.checkedInAt, checkedOutAt: entry.checkedOutAt });
  return form;
}

function changed(values, entry) {
  const names = ["checkedInAt", "checkedOutAt"].filter((name) => isTouched(values, name, entry[name]));
  return Object.fromEntries(names.map((name) => [name, instantIn(values, name)]));
}

// A visit in full: its former versions with their reasons, and for leads the form that corrects it.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { toast } from "app/live.js";
import { may } from "app/may.js";
import { day, duration, moment, phrase, t } from "app/words.js";
import { instantsOf, wallTime } from "app/zone.js";
import { openDialog } from "parts/dialog.js";
import { choiceField, formView, textField } from "parts/fields.js";
import { personChip } from "parts/chips.js";
import { minutesOf, spanOf } from "parts/time-entry.js";

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
    ${timeField(form, entry, { name: "checkedInAt", label: t("hours.correction.came") })}
    ${timeField(form, entry, {
      name: "checkedOutAt", label: t("hours.correction.went"), required: false,
      hint: !entry.checkedOutAt && t("hours.correction.wentHint"),
    })}
  </div>
  ${textField(form, { name: "reason", label: t("hours.correction.reason"), hint: t("hours.correction.reasonHint"), maxlength: 500 })}
`, { submit: t("hours.correction.submit") });

/** A clock time, and which of the two instants it is where the clocks were put back. */
function timeField(form, entry, field) {
  const instant = entry[field.name];
  const instants = instantsOf(form.walls[field.name]);
  return html`
    ${textField(form, { ...field, type: "datetime-local", value: wallOf(instant) })}
    ${instants.length > 1 && choiceField(form, {
      name: `passes.${field.name}`, label: t("hours.correction.twice"), value: String(instants.indexOf(minuteOf(instant))),
      options: [{ value: "0", label: t("hours.correction.before") }, { value: "1", label: t("hours.correction.after") }],
    })}`;
}

const wallOf = (instant) => (instant ? wallTime(instant) : "");
const minuteOf = (instant) => instant && new Date(Math.floor(Date.parse(instant) / 60_000) * 60_000).toISOString();

function correctionForm(dialog, entry, company) {
  const form = createForm(dialog, {
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
  /** The clock times as they stand in the fields. */
  form.walls = { checkedInAt: wallOf(entry.checkedInAt), checkedOutAt: wallOf(entry.checkedOutAt) };
  const { input } = form;
  form.input = (event) => {
    input(event);
    const { name, value } = event.target;
    if (!Object.hasOwn(form.walls, name)) return;
    form.walls[name] = value;
    dialog.update();
  };
  return form;
}

const instantIn = (values, name) => instantsOf(values[name])[Number(values.passes?.[name] ?? 0)] ?? null;

// The fields know no seconds: what wasn't touched stays exact.
function changed(values, entry) {
  const changes = {};
  for (const name of ["checkedInAt", "checkedOutAt"]) {
    const instant = instantIn(values, name);
    if (instant !== (minuteOf(entry[name]) ?? null)) changes[name] = instant;
  }
  return changes;
}

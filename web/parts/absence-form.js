// Asks for an absence, enters or changes one, or declines it with a reason.

import { api } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { dayOf, decimal, t } from "app/words.js";
import { daysOf, kindOf } from "parts/absence.js";
import { nameOf } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { areaField, choiceField, dayField, formView, numberField, selectField } from "parts/fields.js";

const kinds = ["VACATION", "SICK", "COMP_TIME", "SCHOOL", "WEATHER", "UNPAID", "HOLIDAY", "OTHER"];
const partOf = ({ half, minutes }) => (minutes ? "MINUTES" : half ? "HALF" : "WHOLE");

/**
 * @param {string} path of the absences
 * @param {{users?: any[] | null, absence?: any, title: string, submit: string, isOwn: boolean}} options `users` to choose from; without them
 *   it is the caller's own.
 * @returns {Promise<object | undefined>} the absence as it is then.
 */
export function openAbsence(path, { users, absence, title, submit, isOwn }) {
  let form = null;
  let part = absence ? partOf(absence) : "WHOLE";
  let kind = absence?.kind ?? "VACATION";
  // Chosen by the person, or filled from a draft.
  const choose = (dialog) => ({ target }) => {
    if (!["part", "kind"].includes(target.name)) return;
    if (target.name === "part") part = target.form.elements.namedItem("part").value;
    else kind = target.value;
    dialog.update();
  };
  return openDialog({
    title,
    view(dialog) {
      form ??= createForm(dialog, {
        // Without a signal nothing is asked for: what was typed stays until there is one.
        draft: absence ? undefined : draftOf(`absence:${path}`),
        check: ({ from, to, hours }) => ({
          ...(to && from && to < from && { to: t("fields.before-from") }),
          ...(part === "MINUTES" && !(hours > 0 && hours < 24) && { hours: t("absences.hoursWrong") }),
        }),
        send({ user, kind, from, to, hours, note }, { key, of }) {
          const body = {
            kind, from, to: to || from, half: part === "HALF", minutes: part === "MINUTES" ? Math.max(1, Math.round(hours * 60)) : null,
            note: note.trim() || null,
          };
          if (absence) return api.patch(`${path}/${absence.id}`, body, { of });
          return api.post(path, { ...body, ...(user && { userId: user }) }, { key });
        },
        done: (answer) => dialog.close(answer),
      });
      return html`<div @change=${choose(dialog)} @input=${choose(dialog)}>${formView(form, html`
        ${form.problem?.status === 0 && !absence && html`<p class="hint">${t("absences.offline")}</p>`}
        ${users && selectField(form, { name: "user", label: t("absences.person"), options: users.map((user) => ({ value: user.id, label: nameOf(user) })) })}
        ${selectField(form, {
          name: "kind", label: t("absences.kind"), value: kind, hint: isOwn && kind === "SICK" && t("absences.sickHint"),
          options: kinds.map((value) => ({ value, label: t(`absences.kinds.${value}`) })),
        })}
        <div class="fields">
          ${dayField(form, { name: "from", label: t("absences.from"), value: absence?.from ?? dayOf() })}
          ${dayField(form, { name: "to", label: t("absences.to"), value: absence?.to ?? "", required: false })}
        </div>
        ${choiceField(form, {
          name: "part", label: t("absences.part"), value: part,
          options: ["WHOLE", "HALF", "MINUTES"].map((value) => ({ value, label: t(`absences.parts.${value}`) })),
        })}
        ${part === "MINUTES" && numberField(form, {
          name: "hours", label: t("absences.hours"), unit: t("absences.hoursUnit"), value: absence?.minutes ? decimal(absence.minutes / 60) : "",
        })}
        ${areaField(form, { name: "note", label: t("absences.note"), hint: t("absences.noteHint"), value: absence?.note ?? "", required: false, maxlength: 500 })}
      `, { submit })}</div>`;
    },
  });
}

/** @param {string} path of the absences  @param {any} absence  @returns {Promise<object | undefined>} the absence as it is then. */
export function openDeclining(path, absence) {
  let form = null;
  return openDialog({
    title: t("absences.declineTitle"),
    view(dialog) {
      form ??= createForm(dialog, {
        send: ({ reason }, { of }) => api.patch(`${path}/${absence.id}`, { state: "NO", reason: reason.trim() || null }, { of }),
        done: (answer) => dialog.close(answer),
      });
      return html`
        <p>${absence.userName}: ${kindOf(absence)}, ${daysOf(absence)}</p>
        ${formView(form, areaField(form, {
          name: "reason", label: t("absences.declineReason"), hint: t("absences.declineHint", { name: absence.userName }), required: false, maxlength: 500,
        }), { submit: t("absences.decline"), isDanger: true })}`;
    },
  });
}

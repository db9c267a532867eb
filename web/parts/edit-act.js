// A refused act, as it was entered, with the reason at its field: to be corrected and sent again.

import { clockPath, materialPath } from "app/act-kinds.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { queue } from "app/queue.js";
import { overviewOf } from "app/sites.js";
import { t } from "app/words.js";
import { checkMinutes, minutesField } from "parts/ask-break.js";
import { editCorrection, editVoiding } from "parts/correct-hours.js";
import { editCrew } from "parts/crew-hours.js";
import { openDialog } from "parts/dialog.js";
import { formView, selectField } from "parts/fields.js";
import { editFinish } from "parts/finish-site.js";
import { editMove } from "parts/move-material.js";
import { enterAmount } from "parts/number-pad.js";
import { instantIn, isTouched, wallFields, wrongTime } from "parts/wall-fields.js";

/** @param {object} act one of `queue.waiting` that was refused. */
export function editAct(act) {
  if (act.kind === "crew-fix") return editCorrection(act);
  if (act.kind === "crew-void") return editVoiding(act);
  if (act.kind.startsWith("crew-")) return editCrew(act);
  if (act.kind === "transfer") return editMove(act);
  if (act.kind === "finish") return editFinish(act);
  return act.kind === "adjust" ? editAdjustment(act) : editClock(act);
}

async function editAdjustment({ key, body, at, about, refused }) {
  const { company, site, material, name, unit } = about;
  const known = (await kept.recall(`/companies/${company}/sites/${site}`))?.value.material.find(({ id }) => id === material);
  // As it is counted now: the amount is said anew.
  const counted = known?.unit ?? unit;
  return enterAmount({ id: material, name, unit: counted }, {
    left: known ? known.amount + queue.pendingDelta(materialPath(company, site, material)) : null,
    draft: `act:${key}`,
    entered: { delta: body.delta, note: body.note, at },
    refused,
    take: (delta, note, when) => queue.edit(key, {
      at: when, about: { ...about, unit: counted },
      body: { delta, unit: counted, ...(note && { note }), ...(body.undo && { undo: true }), at: when },
    }),
  });
}

/** By the act: what it is called, and its time. */
const clockWords = new Map([
  ["check-in", ["queue.editIn", "hours.correction.came"]],
  ["check-out", ["queue.editOut", "hours.correction.went"]],
  ["break-start", ["queue.editBreak", "breaks.began"]],
  ["break-end", ["queue.editBreak", "breaks.ended"]],
  ["break-stated", ["queue.editBreak", "breaks.before"]],
]);

async function editClock({ key, kind, at, body, about, refused }) {
  const [title, label] = clockWords.get(kind);
  const isStated = kind === "break-stated";
  const { company, site } = about;
  const overview = (await kept.recall(overviewOf({ api: `/companies/${company}` })))?.value;
  const sites = new Map((overview?.sites ?? []).map(({ id, name }) => [id, name]));
  if (!sites.has(site)) sites.set(site, about.siteName);
  let form = null;
  let whenField = null;
  return openDialog({
    title: t(title),
    view(dialog) {
      if (!form) {
        form = createForm(dialog, {
          draft: draftOf(`act:${key}`),
          check: (values) => ({
            ...(wrongTime(values, "at") && { at: wrongTime(values, "at") }), ...(isStated && checkMinutes(values)),
          }),
          send(values) {
            const chosen = values.site ?? site;
            const when = isTouched(values, "at", at) ? instantIn(values, "at") : at;
            dialog.close();
            return queue.edit(key, {
              path: clockPath(company, chosen, kind), at: when, body: { ...(isStated && { minutes: values.minutes }), at: when },
              heldUntil: undefined,
              about: { company, site: chosen, siteName: sites.get(chosen) },
            });
          },
        });
        form.refuse(refused, { at: "at", ...(isStated && { minutes: "minutes" }) });
        whenField = wallFields(form, dialog, { at });
      }
      return formView(form, html`
        ${kind === "check-in" ? selectField(form, {
          name: "site", label: t("queue.site"), value: site,
          options: [...sites].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label)),
        }) : html`<p>${about.siteName}</p>`}
        ${isStated && minutesField(form, body.minutes)}
        ${whenField({ name: "at", label: t(label) })}
      `, { submit: t("queue.retry") });
    },
  });
}

// What of a material is really there, as it was counted.

import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { queue } from "app/queue.js";
import { amount, decimal, parseNumber, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, numberField, textField } from "parts/fields.js";
import { materialSaved, pathOf, patchMaterial } from "parts/material-saved.js";

const exact = (value) => Math.round(value * 1000) / 1000;

/** @param {{id: string, api: string}} site  @param {object} material  @param {object} list of parts/material-list.js */
export async function countMaterial(site, material, list) {
  const path = pathOf(site, material);
  // What of one's own waits for a signal has left the shelf, and isn't booked yet.
  const pending = queue.pendingDelta(path);
  const textsOf = ({ amount: booked }) => ({ amount: decimal(exact(booked + pending)) });
  let form = null;
  let shown = material;
  let counted = "";
  await openDialog({
    title: t("material.count"),
    view(dialog) {
      if (!form) {
        form = createForm(dialog, {
          check: ({ amount: value }) => wrong(value),
          draft: draftOf(`count:${material.id}`),
          stale: { of: () => shown, read: () => kept.refresh(path), texts: textsOf },
          send: ({ amount: value, note }, { of }) =>
            patchMaterial(site, of, { amount: exact(value - pending), ...(note.trim() && { note: note.trim() }) }, textsOf),
          async done(saved) {
            dialog.close();
            await materialSaved(site, saved, list);
            toast(t("material.countDone", { name: saved.name, amount: amount(saved.amount, saved.unit) }));
          },
        });
        kept.refresh(path, { signal: dialog.signal }).then((fresh) => {
          if (!form.isChanged && !form.isDraft) shown = fresh;
          dialog.update();
        }, () => {});
      }
      const booked = exact(shown.amount + pending);
      const read = ({ target }) => {
        if (target.name !== "amount") return;
        counted = target.value;
        dialog.update();
      };
      return formView(form, html`
        <p>${t("material.countText", { name: shown.name, amount: amount(booked, shown.unit) })}</p>
        <div class="form-part" @input=${read}>
          ${numberField(form, { name: "amount", label: t("material.countAmount"), unit: shown.unit, autofocus: true, maxlength: 15 })}
          <p class="row-sub" aria-live="polite">${difference(counted, booked, shown.unit)}</p>
        </div>
        ${textField(form, { name: "note", label: t("material.countNote"), hint: t("material.countNoteHint"), required: false, maxlength: 500 })}
      `, { submit: t("action.save") });
    },
  });
}

function wrong(value) {
  if (value === null || Number.isNaN(value)) return {};
  if (value < 0) return { amount: t("material.wrong.negative") };
  return exact(value) === value ? {} : { amount: t("material.wrong.decimals") };
}

function difference(typed, booked, unit) {
  const value = parseNumber(typed);
  if (Number.isNaN(value)) return "";
  const by = exact(value - booked);
  if (!by) return t("material.countSame");
  return t(by < 0 ? "material.countLess" : "material.countMore", { amount: amount(Math.abs(by), unit) });
}

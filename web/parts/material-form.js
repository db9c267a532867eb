// A new material, or another name, unit, minimum or counted stock for one.

import { api } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { queue } from "app/queue.js";
import { decimal, t } from "app/words.js";
import { ask, openDialog } from "parts/dialog.js";
import { formView, numberField, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";

/** @param {{id: string, api: string}} site  @param {object} [material]  @param {object} [list] where it is shown: parts/material-list.js */
export async function editMaterial(site, material, list) {
  const answer = await openDialog({
    title: material ? t("material.editTitle") : t("material.new"),
    view: materialForm(site, material, list),
  });
  if (answer === "remove") await removeMaterial(site, material, list);
}

function materialForm(site, material, list) {
  let form = null;
  return (dialog) => {
    form ??= createForm(dialog, {
      check,
      draft: draftOf(material ? `material:${material.id}` : `material-new:${site.id}`),
      send: (values, { key }) => (material
        ? change(site, material, values, key)
        : api.post(`${site.api}/materials`, values, { key })),
      async done(saved) {
        dialog.close();
        // Behind what comes with the site are others before a new one.
        const put = ({ material: all, materialTruncated }) =>
          (material ? all.map((one) => (one.id === saved.id ? saved : one)) : materialTruncated ? all : [...all, saved]);
        await kept.change(site.api, (known) => withMaterials(known, put(known), material ? 0 : 1));
        list.put(saved.id, saved);
        toast(t(material ? "material.saved" : "material.isNew", { name: saved.name }));
      },
    });
    return formView(form, html`
      ${textField(form, {
        name: "name", label: t("material.name"), hint: !material && t("material.nameHint"), value: material?.name,
        maxlength: 200, autofocus: !material,
      })}
      ${textField(form, {
        name: "unit", label: t("material.unit"), hint: t("material.unitHint"), value: material?.unit,
        maxlength: 50, size: "short", list: "material-units",
      })}
      <datalist id="material-units">${t("material.units").split(", ").map((unit) => html`<option value=${unit}></option>`)}</datalist>
      ${numberField(form, {
        name: "amount", label: t(material ? "material.counted" : "material.amount"), hint: material && t("material.countedHint"),
        value: material ? decimal(material.amount) : "", unit: material?.unit,
      })}
      ${numberField(form, {
        name: "threshold", label: t("material.threshold"), hint: t("material.thresholdHint"),
        value: material ? decimal(material.threshold) : "", unit: material?.unit,
      })}
    `, {
      submit: t("action.save"),
      more: material && html`<button type="button" class="button is-quiet" @click=${() => dialog.close("remove")}>
        ${icon("remove")}${t("material.remove")}</button>`,
    });
  };
}

function check({ amount, threshold }) {
  const errors = {};
  for (const [name, value] of Object.entries({ amount, threshold })) {
    if (value === null || Number.isNaN(value)) continue;
    if (value < 0) errors[name] = t("material.wrong.negative");
    else if (Math.round(value * 1000) / 1000 !== value) errors[name] = t("material.wrong.decimals");
  }
  return errors;
}

// Somebody may be taking from it right now, which makes another version of it: so only the fields that differ are sent, and a
// count as what it differs by from the stock as it is by then, with what of one's own waits for a signal.
async function change(site, material, { amount, ...fields }, key) {
  const path = `${site.api}/materials/${material.id}`;
  const changes = Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== material[name]));
  let saved = material;
  if (Object.keys(changes).length) saved = await api.patch(path, changes);
  if (amount === material.amount) return saved;
  const { material: all } = await kept.refresh(site.api);
  saved = all.find(({ id }) => id === material.id) ?? (await find(site, saved)) ?? saved;
  const delta = Math.round((amount - saved.amount - queue.pendingDelta(path)) * 1000) / 1000;
  return delta ? api.post(`${path}/adjust-quantity`, { delta, note: t("material.countedNote") }, { key }) : saved;
}

const withMaterials = (site, material, change) =>
  ({ ...site, material, materialInfo: { ...site.materialInfo, total: site.materialInfo.total + change } });

/** One that doesn't come with the site. */
async function find(site, { id, name }) {
  const query = new URLSearchParams({ search: name.slice(0, 100) });
  return (await api.get(`${site.api}/materials?${query}`)).find((one) => one.id === id);
}

async function removeMaterial(site, material, list) {
  const isSure = await ask({
    title: t("material.removeTitle", { name: material.name }), text: t("material.removeText"), confirm: t("action.remove"), isDanger: true,
  });
  if (!isSure) return;
  try {
    await api.delete(`${site.api}/materials/${material.id}`);
    await kept.change(site.api, (known) => withMaterials(known, known.material.filter((one) => one.id !== material.id), -1));
    list.put(material.id, null);
    toast(t("material.removed", { name: material.name }));
  } catch (problem) {
    fail(problem);
  }
}

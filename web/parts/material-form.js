// A new material, or another name, unit, minimum or price for one.

import { api, Problem } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { amount, decimal, parseNumber, t } from "app/words.js";
import { ask, openDialog } from "parts/dialog.js";
import { formView, numberField, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { materialAdded, materialRemoved, materialSaved, pathOf, patchMaterial } from "parts/material-saved.js";
import { plain, searchQuery } from "parts/search-field.js";
import { similarTo } from "parts/similar-names.js";

/**
 * @param {{id: string, api: string, link: string}} site
 * @param {object} [material]
 * @param {object} [list] where it is shown: parts/material-list.js
 * @param {(material: object, quantity: number) => unknown} [book] adds to one that is there, in place of a new one of the same name.
 */
export async function editMaterial(site, material, list, book) {
  const answer = await openDialog({
    title: material ? t("material.editTitle") : t("material.new"),
    view: material ? changing(site, material, list) : adding(site, list),
  });
  if (answer === "remove") await removeMaterial(site, material, list);
  else if (answer?.twin) await book(answer.twin, answer.quantity);
}

const textsOf = ({ name, unit, threshold, price }) => ({ name, unit, threshold: decimal(threshold), price: priceText(price) });
const priceText = (price) => (price === null || price === undefined ? "" : decimal(price));

function adding(site, list) {
  let form = null;
  let twin = null;
  /** The name that was chosen although there is another like it. */
  let chosen = null;
  const draft = draftOf(`material-new:${site.id}`);
  return (dialog) => {
    form ??= createForm(dialog, {
      check,
      draft,
      async send({ price, ...values }, { key }) {
        twin = chosen === values.name ? null : await twinOf(values.name, site, list);
        if (twin) {
          form.errors.name = t("material.similar", { name: twin.name, amount: amount(twin.amount, twin.unit) });
          throw new Problem({ status: 409 });
        }
        // A server that came before prices refuses a field that it doesn't know.
        return api.post(`${site.api}/materials`, { ...values, ...(typeof price === "number" && { price }) }, { key });
      },
      async done(saved) {
        dialog.close();
        await materialAdded(site, saved, list);
        toast(t("material.isNew", { name: saved.name }));
      },
    });
    const element = () => /** @type {HTMLFormElement} */ (document.getElementById(form.id));
    const valueOf = (name) => /** @type {HTMLInputElement} */ (element().elements.namedItem(name)).value;
    const choose = () => {
      chosen = valueOf("name");
      element().requestSubmit();
    };
    const bookThere = () => {
      // Of another unit it would be another amount.
      const quantity = plain(valueOf("unit")) === plain(twin.unit) ? parseNumber(valueOf("amount")) || 0 : 0;
      draft.remove();
      dialog.close({ twin, quantity });
    };
    return formView(form, html`
      ${nameField(form)}
      ${twin && form.errors.name && html`
        <div class="actions">
          <button type="button" class="button" @click=${bookThere}>${t("material.bookThere")}</button>
          <button type="button" class="button" @click=${choose}>${t("material.addAnyway")}</button>
        </div>`}
      ${unitField(form)}
      ${numberField(form, { name: "amount", label: t("material.amount") })}
      ${thresholdField(form)}
      ${priceField(form)}
    `, { submit: t("action.save") });
  };
}

/** One on the site with a name like this. */
async function twinOf(name, site, list) {
  if (list.isWhole) return similarTo(name, list.all)[0];
  return similarTo(name, [...list.all, ...(await api.get(`${site.api}/materials?${searchQuery(name)}`))])[0];
}

function changing(site, material, list) {
  const path = pathOf(site, material);
  let form = null;
  let shown = material;
  /** The units, once it must be said how many of the one are one of the other; `isTurned`: of the old one in one of the new one. */
  let units = null;
  let isMoved = false;
  return (dialog) => {
    if (!form) {
      form = createForm(dialog, {
        check,
        draft: draftOf(`material:${material.id}`),
        stale: { of: () => shown, read: () => kept.refresh(path), texts: textsOf },
        send: (values, { of }) => send(values, of, dialog),
        async done(saved) {
          dialog.close();
          await materialSaved(site, saved, list);
          toast(t("material.saved", { name: saved.name }));
        },
      });
      kept.refresh(path, { signal: dialog.signal }).then((fresh) => {
        if (!form.isChanged && !form.isDraft) shown = fresh;
        dialog.update();
      }, () => {});
      // Without an answer the server says it when it is sent.
      kept.refresh(`${path}/movements?limit=2`, { signal: dialog.signal }).then((movements) => {
        isMoved = movements.length > 1 || (movements.length === 1 && movements[0].kind !== "ADD");
        const typed = /** @type {HTMLFormElement | null} */ (document.getElementById(form.id));
        if (typed) askFactor(/** @type {HTMLInputElement} */ (typed.elements.namedItem("unit")).value);
        dialog.update();
      }, () => {});
    }
    const read = ({ target }) => {
      if (target.name === "unit") askFactor(target.value);
      else if (target.name === "factor" && units) units.typed = target.value;
      else return;
      dialog.update();
    };
    return formView(form, html`
      ${nameField(form, shown)}
      <div class="form-part" @input=${read}>
        ${unitField(form, shown)}
        ${units && factorField()}
      </div>
      ${thresholdField(form, shown)}
      ${priceField(form, shown)}
    `, {
      submit: t("action.save"),
      more: html`<button type="button" class="button is-quiet" @click=${() => dialog.close("remove")}>
        ${icon("remove")}${t("material.remove")}</button>`,
    });

    function factorField() {
      const { from, to, isTurned, typed } = units;
      const [one, other] = isTurned ? [to, from] : [from, to];
      const factor = factorOf(parseNumber(typed ?? ""));
      const turn = () => {
        units.isTurned = !isTurned;
        dialog.update();
      };
      return html`
        ${numberField(form, {
          name: "factor", label: t("material.factor", { one, other }), unit: other,
          hint: factor ? t("material.factorHint", {
            before: amount(shown.amount, from), after: amount(Math.round(shown.amount * factor * 1000) / 1000, to),
          }) : t("material.factorWhy", { from }),
        })}
        <div class="actions"><button type="button" class="button is-small" @click=${turn}>
          ${t("material.factorTurn", { one: other, other: one })}</button></div>`;
    }
  };

  /** Material that was moved changes its unit only with a factor: it is asked for as soon as another unit is typed. */
  function askFactor(text) {
    const to = text.trim();
    if (!isMoved || to === shown.unit) units = null;
    else if (to) units = { from: shown.unit, isTurned: false, ...units, to };
  }

  /** What the server multiplies by; null where nothing of sense is typed. */
  function factorOf(typed) {
    if (!(typed > 0)) return null;
    return Math.round((units.isTurned ? 1 / typed : typed) * 1_000_000) / 1_000_000 || null;
  }

  async function send({ factor, ...values }, of, dialog) {
    // Only what differs, so that other changes are kept.
    const changes = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== (of[name] ?? null)));
    if (!Object.keys(changes).length) return of;
    if (changes.unit && units && factorOf(factor)) changes.factor = factorOf(factor);
    try {
      return await patchMaterial(site, of, changes, textsOf);
    } catch (problem) {
      if (problem.code === "unit-needs-factor") {
        isMoved = true;
        units ??= { from: of.unit, to: changes.unit, isTurned: false };
        form.refuse(problem, { [problem.code]: "factor" });
        dialog.update();
      }
      throw problem;
    }
  }
}

const nameField = (form, material) => textField(form, {
  name: "name", label: t("material.name"), hint: !material && t("material.nameHint"), value: material?.name, maxlength: 200, autofocus: !material,
});

const unitField = (form, material) => html`
  ${textField(form, {
    name: "unit", label: t("material.unit"), hint: t("material.unitHint"), value: material?.unit, maxlength: 50, size: "short", list: "material-units",
  })}
  <datalist id="material-units">${t("material.units").split(", ").map((unit) => html`<option value=${unit}></option>`)}</datalist>`;

const thresholdField = (form, material) => numberField(form, {
  name: "threshold", label: t("material.threshold"), hint: t("material.thresholdHint"),
  value: material ? decimal(material.threshold) : "", unit: material?.unit,
});

/** Not where the server tells of none. */
const priceField = (form, material) => may.seePrices() && (!material || "price" in material) && numberField(form, {
  name: "price", label: t("material.price"), hint: t("material.priceHint"), required: false, value: priceText(material?.price), unit: "€",
});

function check({ factor, ...values }) {
  const errors = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== "number" || Number.isNaN(value)) continue;
    if (value < 0) errors[name] = t("material.wrong.negative");
    else if (Math.round(value * 1000) / 1000 !== value) errors[name] = t("material.wrong.decimals");
  }
  if (factor <= 0) errors.factor = t("material.wrong.positive");
  return errors;
}

async function removeMaterial(site, material, list) {
  const left = material.amount > 0 && html`${t("material.removeLeft", { amount: amount(material.amount, material.unit) })} `;
  const isSure = await ask({
    title: t("material.removeTitle", { name: material.name }), text: html`${left}${t("material.removeText")}`, confirm: t("action.remove"), isDanger: true,
  });
  if (!isSure) return;
  try {
    await api.delete(pathOf(site, material));
    await materialRemoved(site, material, list);
    toast(t("material.removed", { name: material.name }));
  } catch (problem) {
    fail(problem);
  }
}

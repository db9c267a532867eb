// How much is taken or added, typed with a thumb: big keys, a comma, and what is left then.

import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { amount, decimal, number, parseNumber, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { choiceField, formView, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { instantIn, isTouched, wallFields, wrongTime } from "parts/wall-fields.js";

/**
 * @param {{id: string, name: string, unit: string}} material
 * @param {{
 *   left: number | null, draft: string, take: (delta: number, note: string | null, at?: string) => unknown,
 *   entered?: {delta: number, note?: string, at: string}, refused?: object, added?: number,
 * }} options `left` is how much there is, null where that isn't known; `draft` names what is typed; `entered` is what was refused, for
 *   the reason `refused`: its time can be put right where that was it. `added` is what it begins with, to be added.
 */
export function enterAmount(material, { left, draft, take, entered, refused, added }) {
  let form = null;
  let whenField = null;
  let values = {
    direction: added !== undefined || entered?.delta > 0 ? "add" : "take", quantity: Math.abs(entered?.delta ?? added ?? 0),
  };
  const { direction, quantity } = values;
  const asksWhen = refused?.code === "before-material" || (refused?.fields.some(({ field }) => field === "at") ?? false);
  let isTyped = false;

  return openDialog({
    title: material.name,
    view(dialog) {
      if (!form) {
        form = createForm(dialog, {
          draft: draftOf(draft),
          check: (values) => ({
            ...wrong(values.direction, values.quantity, left, material),
            ...(asksWhen && wrongTime(values, "at") && { at: wrongTime(values, "at") }),
          }),
          send: async (values) => {
            dialog.close();
            const at = asksWhen && isTouched(values, "at", entered.at) ? instantIn(values, "at") : entered?.at;
            take(values.direction === "take" ? -values.quantity : values.quantity, values.note.trim() || null, at);
          },
        });
        if (asksWhen) whenField = wallFields(form, dialog, { at: entered.at });
        if (refused) form.refuse(refused, {
          delta: "quantity", "not-enough": "quantity", "too-much": "quantity", "unit-changed": "quantity", unit: "quantity", note: "note", at: "at", "before-material": "at",
        });
      }
      dialog.hasInput = () => isTyped;
      const read = ({ target }) => {
        const fields = target.form.elements;
        values = { direction: fields.direction.value, quantity: parseNumber(fields.quantity.value) || 0 };
        isTyped = Boolean(fields.quantity.value.trim() || fields.note.value.trim());
        dialog.update();
      };
      return formView(form, html`
        <div class="pad" @input=${read}>
          ${asksWhen && whenField({ name: "at", label: t("material.when") })}
          ${choiceField(form, {
            name: "direction", label: t("material.direction"), value: direction,
            options: [{ value: "take", label: t("material.take") }, { value: "add", label: t("material.add") }],
          })}
          ${textField(form, {
            name: "quantity", label: t("material.quantity"), kind: "number", inputmode: "none", unit: material.unit,
            autofocus: true, maxlength: 15, value: quantity ? decimal(quantity) : "",
          })}
          <p class="pad-result" aria-live="polite">${!form.errors.quantity && result(material, left, values)}</p>
          ${keys()}
          ${textField(form, { name: "note", label: t("material.note"), value: entered?.note, required: false, maxlength: 500 })}
        </div>
      `, { submit: t(`material.${values.direction}`) });
    },
  });
}

/**
 * How much of a material, of what is there.
 * @param {{id: string, name: string, unit: string}} material
 * @param {{left: number | null, chosen: number | null, choose: (quantity: number) => unknown}} options `left` as for `enterAmount`.
 */
export function chooseAmount(material, { left, chosen, choose }) {
  let form = null;
  let quantity = chosen ?? 0;
  return openDialog({
    title: material.name,
    view(dialog) {
      form ??= createForm(dialog, {
        check: ({ quantity }) => wrong("take", quantity, left, material),
        send: async ({ quantity }) => {
          dialog.close();
          choose(quantity);
        },
      });
      // Nothing is lost with it.
      dialog.hasInput = () => false;
      const read = ({ target }) => {
        quantity = parseNumber(target.form.elements.quantity.value) || 0;
        dialog.update();
      };
      const all = ({ currentTarget }) => write(currentTarget.form, decimal(left));
      return formView(form, html`
        <div class="pad" @input=${read}>
          ${textField(form, {
            name: "quantity", label: t("material.quantity"), kind: "number", inputmode: "none", unit: material.unit,
            autofocus: true, maxlength: 15, value: chosen ? decimal(chosen) : "",
          })}
          <p class="pad-result" aria-live="polite">${!form.errors.quantity && result(material, left, { direction: "take", quantity })}</p>
          ${left !== null && html`
            <button type="button" class="button" @click=${all}>${t("material.all", { amount: amount(left, material.unit) })}</button>`}
          ${keys()}
        </div>
      `, { submit: t("material.takeOver") });
    },
  });
}

function wrong(direction, quantity, left, { unit }) {
  if (quantity === null || Number.isNaN(quantity)) return {};
  if (quantity <= 0) return { quantity: t("material.wrong.positive") };
  if (Math.round(quantity * 1000) / 1000 !== quantity) return { quantity: t("material.wrong.decimals") };
  if (left !== null && direction === "take" && quantity > left) return { quantity: t("material.wrong.notEnough", { amount: amount(left, unit) }) };
  return {};
}

function result({ unit }, left, { direction, quantity }) {
  if (left === null) return "";
  if (!quantity) return t("material.leftNow", { amount: amount(left, unit) });
  const after = left + (direction === "take" ? -quantity : quantity);
  return after < 0 ? t("material.wrong.notEnough", { amount: amount(left, unit) }) : t("material.leftThen", { amount: amount(after, unit) });
}

function write(form, text) {
  const field = form.elements.quantity;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The keys write into the field `quantity` of the form they stand in. */
function keys() {
  const comma = number(0.5)[1];
  const press = (change) => ({ currentTarget: { form } }) => write(form, change(form.elements.quantity.value));
  const type = (character) => press((text) => (character === comma && text.includes(comma) ? text : text + character));
  return html`
    <div class="pad-keys" role="group" aria-label=${t("material.pad")}>
      ${[..."123456789", comma, "0"].map((character) => html`
        <button type="button" class="pad-key" aria-label=${character === comma ? t("material.comma") : null}
          @click=${type(character)}>${character}</button>`)}
      <button type="button" class="pad-key" aria-label=${t("material.deleteDigit")}
        @click=${press((text) => text.slice(0, -1))}>${icon("delete")}</button>
    </div>`;
}

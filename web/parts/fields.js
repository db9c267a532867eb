// Draws fields and forms. Each field takes its form, a name and a label; hint and error are linked to the input for screen readers.

import { html, keyed } from "app/html.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";

/**
 * What every field may have. `isMarked`: that it may be left out is said at its label.
 * @typedef {{name: string, label: unknown, hint?: unknown, required?: boolean, isMarked?: boolean, size?: string}} Field
 */

/** Why it failed, above what was tried. */
export const failureOf = (text) => text && html`
  <div class="notice is-problem form-failure" tabindex="-1">${icon("warning")}<p>${text}</p></div>`;

/**
 * A whole form with its buttons.
 * @param {ReturnType<import("app/form.js").createForm>} form
 * @param {unknown} content
 * @param {{submit: string, isDanger?: boolean, cancel?: string, more?: unknown}} options `cancel` is where the way out leads.
 */
export const formView = (form, content, { submit, isDanger, cancel, more }) => html`
  <form class="form" id=${form.id} novalidate @submit=${form.submit} @input=${form.input}>
    ${failureOf(form.failure)}
    ${form.isDraft && html`
      <div class="notice draft">${icon("note")}<p>${t("form.draft.there")}</p>
        <button type="button" class="button is-small" @click=${form.discardDraft}>${t("form.draft.discard")}</button></div>`}
    ${form.conflict?.view(form)}
    ${content}
    <div class="actions">
      <button class="button ${isDanger ? "is-danger" : "is-primary"}" aria-disabled=${form.isBusy ? "true" : null}>${form.isBusy ? t("form.busy") : submit}</button>
      ${cancel && html`<a class="button" href=${cancel}>${t("action.cancel")}</a>`}
      ${more}
    </div>
  </form>`;

const idOf = (form, name) => `${form.id}-${name}`;

/**
 * The ids of what describes a field to screen readers.
 * @param {object} form  @param {{name: string, hint?: unknown}} field
 */
export function described(form, { name, hint }) {
  const ids = [hint && `${idOf(form, name)}-hint`, form.errors[name] && `${idOf(form, name)}-error`];
  return ids.filter(Boolean).join(" ") || null;
}

/** @param {object} form  @param {Field} field  @param {unknown} input */
const around = (form, { name, label, hint, required = true, isMarked = true, size = "" }, input) => html`
  <div class="field ${size && `is-${size}`} ${form.errors[name] && "has-error"}">
    <label for=${idOf(form, name)}>${label}${!required && isMarked && html` <span class="optional">${t("form.optional")}</span>`}</label>
    ${hint && html`<p class="hint" id=${`${idOf(form, name)}-hint`}>${hint}</p>`}
    ${input}
    ${errorOf(form, name)}
  </div>`;

export const errorOf = (form, name) => form.errors[name] && html`
  <p class="error" id=${`${idOf(form, name)}-error`}>${icon("warning")}<span>${form.errors[name]}</span></p>`;

/**
 * One line of text. Also e-mail (`type: "email"`), search, phone.
 * @param {object} form
 * @param {Field & {value?: string, type?: string, autocomplete?: string, inputmode?: string, list?: string, maxlength?: number,
 *   kind?: string, unit?: string, autofocus?: boolean, isFixed?: boolean, autocapitalize?: string}} field
 */
export function textField(form, field) {
  const { name, value = "", type = "text", required = true, autocomplete = "off", inputmode, maxlength, kind, unit } = field;
  return around(form, field, html`
    <div class="input ${unit && "has-unit"}">
      <input id=${idOf(form, name)} name=${name} type=${type} value=${value} ?required=${required} autocomplete=${autocomplete}
        inputmode=${inputmode} list=${field.list} maxlength=${maxlength} data-kind=${kind} ?autofocus=${field.autofocus} ?readonly=${field.isFixed}
        autocapitalize=${type === "email" ? "none" : field.autocapitalize} spellcheck=${type === "email" ? "false" : null}
        aria-invalid=${form.errors[name] ? "true" : null} aria-describedby=${described(form, field)}>
      ${unit && html`<span class="unit" aria-hidden="true">${unit}</span>`}
    </div>`);
}

/** A number with comma or point; its value is a number, or null when it is empty. */
export const numberField = (form, field) => textField(form, { inputmode: "decimal", kind: "number", size: "short", ...field });

/** A calendar day, as YYYY-MM-DD. */
export const dayField = (form, field) => textField(form, { type: "date", size: "short", ...field });

/**
 * @param {object} form
 * @param {Field & {autocomplete: string, autofocus?: boolean, inputmode?: string, maxlength?: number, reveal?: string, tidy?: (event: any) => void}} field
 *   `tidy` puts right what was typed; `reveal` names the button that shows it.
 */
export function passwordField(form, field) {
  const { name, autocomplete, required = true, autofocus, inputmode, maxlength = 128, tidy } = field;
  const toggle = ({ currentTarget }) => {
    const input = currentTarget.previousElementSibling;
    input.type = input.type === "password" ? "text" : "password";
    currentTarget.setAttribute("aria-pressed", String(input.type === "text"));
    input.focus();
  };
  return around(form, field, html`
    <div class="input has-button">
      <input id=${idOf(form, name)} name=${name} type="password" ?required=${required} autocomplete=${autocomplete} ?autofocus=${autofocus}
        maxlength=${maxlength} inputmode=${inputmode} autocapitalize="none" spellcheck="false" @input=${tidy}
        aria-invalid=${form.errors[name] ? "true" : null} aria-describedby=${described(form, field)}>
      <button type="button" class="button is-icon reveal" aria-pressed="false" aria-label=${field.reveal ?? t("form.showPassword")} @click=${toggle}>
        ${icon("show")}</button>
    </div>`);
}

export const areaField = (form, field) => around(form, field, html`
  <textarea id=${idOf(form, field.name)} name=${field.name} rows="4" ?required=${field.required ?? true} maxlength=${field.maxlength}
    .value=${field.value ?? ""} aria-invalid=${form.errors[field.name] ? "true" : null}
    aria-describedby=${described(form, field)}></textarea>`);

/** @param {object} form  @param {Field & {options: {value: string, label: string}[], value?: string}} field */
export const selectField = (form, field) => around(form, field, html`
  <div class="input has-arrow">
    <select id=${idOf(form, field.name)} name=${field.name} ?required=${field.required ?? true}
      aria-invalid=${form.errors[field.name] ? "true" : null} aria-describedby=${described(form, field)}>
      ${field.options.map(({ value, label }) => html`<option value=${value} ?selected=${value === field.value}>${label}</option>`)}
    </select>${icon("forward")}
  </div>`);

/**
 * One of a few, or with `isList` any of several people or things: its value is a list then.
 * @param {object} form
 * @param {Field & {options: {value: string, label: unknown, hint?: unknown}[], value?: string | string[], isList?: boolean}} field
 */
export function choiceField(form, field) {
  const { name, label, hint, options, value, required = true, isList = false } = field;
  return html`
    <fieldset class="field choices ${options.length > 3 || isList ? "is-list" : ""} ${form.errors[name] && "has-error"}"
      aria-describedby=${described(form, field)}>
      <legend>${label}${!required && html` <span class="optional">${t("form.optional")}</span>`}</legend>
      ${hint && html`<p class="hint" id=${`${idOf(form, name)}-hint`}>${hint}</p>`}
      <div class="choice-list">
        ${options.map((option) => keyed(option.value, html`
          <label class="choice">
            <input type=${isList ? "checkbox" : "radio"} name=${name} value=${option.value} data-kind=${isList ? "list" : null}
              ?required=${required && !isList} ?checked=${isList ? value?.includes(option.value) : option.value === value}
              aria-invalid=${form.errors[name] ? "true" : null}>
            <span class="choice-text">${option.label}${option.hint && html`<span class="hint">${option.hint}</span>`}</span>
          </label>`))}
      </div>
      ${errorOf(form, name)}
    </fieldset>`;
}

export const checkField = (form, { name, label, hint, value }) => html`
  <label class="choice">
    <input type="checkbox" name=${name} ?checked=${value}>
    <span class="choice-text">${label}${hint && html`<span class="hint">${hint}</span>`}</span>
  </label>`;

// The fields of a person, as forms for another person and for one's own account have them.

import { html } from "app/html.js";
import { may } from "app/may.js";
import { t } from "app/words.js";
import { choiceField, textField } from "parts/fields.js";

/** @param {object} form  @param {{firstName?: string, lastName?: string}} person  @param {{isSelf?: boolean}} options */
export const nameFields = (form, { firstName, lastName } = {}, { isSelf = false } = {}) => html`
  <div class="fields">
    ${textField(form, {
      name: "firstName", label: t("person.firstName"), value: firstName, maxlength: 100, autocomplete: isSelf ? "given-name" : "off",
    })}
    ${textField(form, {
      name: "lastName", label: t("person.lastName"), value: lastName, maxlength: 100, autocomplete: isSelf ? "family-name" : "off",
    })}
  </div>`;

/** @param {object} form  @param {{value?: string, hint?: unknown, label?: unknown, isSelf?: boolean, required?: boolean}} field */
export const emailField = (form, { value, hint, label = t("person.email"), isSelf = false, required = true }) => textField(form, {
  name: "email", label, type: "email", inputmode: "email", value: value ?? "", hint, required, autocomplete: isSelf ? "email" : "off",
});

/** Where a person is called, and what the payroll calls them. @param {object} form  @param {{phone?: string | null, personnelNumber?: string | null}} person */
export const numberFields = (form, { phone, personnelNumber } = { phone: null, personnelNumber: null }) => html`
  <div class="fields">
    ${textField(form, {
      name: "phone", label: t("person.phone"), type: "tel", inputmode: "tel", value: phone ?? "", required: false, maxlength: 50,
    })}
    ${textField(form, {
      name: "personnelNumber", label: t("person.personnelNumber"), hint: t("person.personnelNumberHint"), value: personnelNumber ?? "",
      required: false, maxlength: 20,
    })}
  </div>`;

/** What the payroll calls a person. @param {{personnelNumber?: string | null}} person  @param {(() => void) | false} [change] another one is given */
export const numberFact = ({ personnelNumber }, change) => (personnelNumber || change) && html`
  <div><dt>${t("person.personnelNumber")}</dt><dd>${personnelNumber ?? t("person.noNumber")}
    ${change && html`<button type="button" class="button is-small" @click=${change}>${t("person.changeNumber")}</button>`}</dd></div>`;

/**
 * The roles that one may give, with what they mean; nothing where there is no choice.
 * @param {object} form  @param {string} value  @param {(role: string) => void} [choose] hears of another one.
 */
export function roleField(form, value, choose) {
  const roles = may.roles();
  if (roles.length < 2) return null;
  return html`<div @change=${({ target }) => target.name === "role" && choose?.(target.value)}>${choiceField(form, {
    name: "role",
    label: t("person.role"),
    value,
    options: roles.map((role) => ({ value: role, label: t(`roles.${role}`), hint: t(`person.roleHints.${role}`) })),
  })}</div>`;
}

/** Sends a person's numbers: a personnel number that isn't free is said at its field. @param {any} form  @param {Promise<any>} sending */
export const withNumbers = (form, sending) => sending.catch((problem) => {
  if (problem.code?.startsWith("personnel-number-")) form.refuse(problem, { [problem.code]: "personnelNumber" });
  throw problem;
});

/** What is sent of an address and of numbers: null where nothing is typed. */
export const tidied = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => (
  ["email", "phone", "personnelNumber", "youthUntil"].includes(name) ? [name, value.trim() || null] : [name, value])));

/** Only the changed fields, so that another person's changes are kept, and a server that doesn't know a field yet isn't asked about it. */
export const changesOf = (values, was) =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== (was[name] ?? null)));

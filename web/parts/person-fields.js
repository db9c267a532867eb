// The fields of a person, as forms for somebody else and for oneself have them.

import { html } from "app/html.js";
import { may } from "app/may.js";
import { t } from "app/words.js";
import { choiceField, textField } from "parts/fields.js";

/** @param {{firstName?: string, lastName?: string}} [person] */
export const nameFields = (form, { firstName, lastName } = {}, { isSelf = false } = {}) => html`
  <div class="fields">
    ${textField(form, {
      name: "firstName", label: t("person.firstName"), value: firstName, maxlength: 100, autocomplete: isSelf ? "given-name" : "off",
    })}
    ${textField(form, {
      name: "lastName", label: t("person.lastName"), value: lastName, maxlength: 100, autocomplete: isSelf ? "family-name" : "off",
    })}
  </div>`;

export const emailField = (form, { value, hint, label = t("person.email"), isSelf = false }) => textField(form, {
  name: "email", label, type: "email", inputmode: "email", value, hint, autocomplete: isSelf ? "email" : "off",
});

/** The roles that one may give, with what they mean. */
export const roleField = (form, value) => choiceField(form, {
  name: "role",
  label: t("person.role"),
  value,
  options: may.roles().map((role) => ({ value: role, label: t(`roles.${role}`), hint: t(`person.roleHints.${roleHint(role, value)}`) })),
});

// Managers change workers only: whom they make a manager is out of their hands.
const roleHint = (role, was) => (role !== was && !may.changePerson({ role }) ? `${role}_LATER` : role);

/** Only what differs from how it was: what somebody else changed meanwhile stays. */
export const changesOf = (values, was) => Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== was[name]));

// The door. It stands before every address, and opens to what was asked for.

import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { registrationIsOpen } from "app/registration.js";
import { session } from "app/session.js";
import { t } from "app/words.js";
import { formView, passwordField, textField } from "parts/fields.js";
import { pageHead } from "parts/pieces.js";

export default function signIn(page) {
  const form = createForm(page, { send: ({ email, password }) => session.signIn(email.trim(), password) });
  return () => html`
    ${pageHead({ title: t("signIn.title"), lead: page.path !== "/" && t("signIn.lead") })}
    ${formView(form, html`
      ${textField(form, { name: "email", label: t("person.email"), type: "email", autocomplete: "username", inputmode: "email" })}
      ${passwordField(form, { name: "password", label: t("signIn.password"), autocomplete: "current-password" })}
      <p class="after-field"><a href="/forgot-password">${t("signIn.forgot")}</a></p>
    `, { submit: t("signIn.submit") })}
    ${registrationIsOpen && html`
      <p class="door-other">${t("signIn.noCompany")} <a href="/register">${t("signIn.register")}</a></p>`}`;
}

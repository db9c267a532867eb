// A company registers itself, with its first manager, who is signed in then.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { go } from "app/router.js";
import { session } from "app/session.js";
import { language, t } from "app/words.js";
import { addressFields } from "parts/address-fields.js";
import { formView, passwordField, textField } from "parts/fields.js";
import { pageHead } from "parts/pieces.js";

export default function register(page) {
  const form = createForm(page, {
    send: (values) => api.post("/auth/register", { ...values, language: language() }),
    async done(_, { email, password }) {
      history.replaceState(history.state, "", "/");
      await session.signIn(email, password).catch(() => go("/", { saved: true }));
    },
  });
  return () => html`
    ${pageHead({ title: t("register.title"), lead: t("register.lead"), back: { href: "/", label: t("signIn.title") } })}
    ${formView(form, html`
      <fieldset class="group">
        <legend>${t("register.company")}</legend>
        ${textField(form, { name: "companyName", label: t("company.name"), autocomplete: "organization", maxlength: 200 })}
      </fieldset>
      ${addressFields(form)}
      <fieldset class="group">
        <legend>${t("register.you")}</legend>
        <div class="fields">
          ${textField(form, { name: "firstName", label: t("person.firstName"), autocomplete: "given-name", maxlength: 100 })}
          ${textField(form, { name: "lastName", label: t("person.lastName"), autocomplete: "family-name", maxlength: 100 })}
        </div>
        ${textField(form, { name: "email", label: t("person.email"), type: "email", autocomplete: "username", inputmode: "email" })}
        ${passwordField(form, { name: "password", label: t("password.new"), hint: t("password.rule"), autocomplete: "new-password" })}
      </fieldset>
    `, { submit: t("register.submit") })}`;
}

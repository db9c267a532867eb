// A company registers itself with its first manager, who is then signed in. Where registration is closed: the operator to ask.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { registrationIsOpen } from "app/registration.js";
import { go } from "app/router.js";
import { session } from "app/session.js";
import { language, t, useAllWords } from "app/words.js";
import { addressFields } from "parts/address-fields.js";
import { breakRuleField } from "parts/break-rule.js";
import { formView, passwordField, textField } from "parts/fields.js";
import { phoneLink } from "parts/phone-link.js";
import { emptyState, pageHead } from "parts/pieces.js";

export default async function register(page) {
  await useAllWords();
  return registrationIsOpen ? open(page) : closed(page);
}

function closed(page) {
  page.read({ operator: "/operator" });
  return () => {
    const { name, email, phone } = page.data.operator;
    return emptyState({
      icon: "key", title: t("register.closedTitle"), isPage: true,
      text: t(name ? "register.closedAsk" : "register.closedText", { name }),
      action: html`
        ${email && html`<a class="button is-primary" href=${`mailto:${email}`}>${email}</a>`}
        ${phone && phoneLink(phone, "button")}
        <a class="button" href="/">${t("signIn.title")}</a>`,
    });
  };
}

function open(page) {
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
        ${breakRuleField(form, "LEGAL")}
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

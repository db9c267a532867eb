// A forgotten password: a link to set another one is sent to the person's address.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { t, useAllWords } from "app/words.js";
import { formView, textField } from "parts/fields.js";
import { emptyState, pageHead } from "parts/pieces.js";

export default async function forgotPassword(page) {
  await useAllWords();
  let address = null;
  const form = createForm(page, {
    send: ({ email }) => api.post("/auth/reset-password", { email: email.trim() }),
    done: (_, { email }) => { address = email.trim(); },
  });
  return () => (address
    ? emptyState({
      icon: "mail", title: t("forgot.sentTitle"), text: t("forgot.sentText", { email: address }), isPage: true,
      action: html`<a class="button" href="/">${t("forgot.back")}</a>`,
    })
    : html`
      ${pageHead({ title: t("forgot.title"), lead: t("forgot.lead"), back: { href: "/", label: t("signIn.title") } })}
      ${formView(form, textField(form, {
        name: "email", label: t("person.email"), type: "email", autocomplete: "username", inputmode: "email", value: page.query.get("email") ?? "",
      }), { submit: t("forgot.submit") })}`);
}

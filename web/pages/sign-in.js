// The sign-in page. It is shown at every address, and then leads to the requested page. Whom this browser knows by a card is shown first.

import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { importModule } from "app/modules.js";
import { notes } from "app/notes.js";
import { hasPasskeys, registrationIsOpen } from "app/registration.js";
import { session } from "app/session.js";
import { t } from "app/words.js";
import { formView, passwordField, textField } from "parts/fields.js";
import { pageHead } from "parts/pieces.js";

export default async function signIn(page) {
  let byPin = null;
  // Asks for the code of an account with a second factor.
  let byCode = null;
  if (notes.get("polier.phone")) {
    const { createPinSignIn } = await importModule(() => import("parts/pin-sign-in.js"));
    byPin = await createPinSignIn(page, hidePeople);
  }
  const form = createForm(page, {
    send: ({ email, password }) => session.signIn(email.trim(), password).catch(async (problem) => {
      if (!problem.params?.challenge) throw problem;
      const { createSecondStep } = await importModule(() => import("parts/second-step.js"));
      byCode = await createSecondStep(page, problem.params);
    }),
  });

  const byPasskey = async () => (await importModule(() => import("parts/passkeys.js"))).signInByPasskey();

  function hidePeople() {
    byPin = null;
    page.update();
  }

  return () => byPin?.() ?? byCode?.() ?? html`
    ${pageHead({ title: t("signIn.title"), lead: page.path !== "/" && t("signIn.lead") })}
    ${formView(form, html`
      ${textField(form, { name: "email", label: t("person.email"), type: "email", autocomplete: "username", inputmode: "email" })}
      ${passwordField(form, { name: "password", label: t("signIn.password"), autocomplete: "current-password" })}
      <p class="after-field"><a href="/forgot-password">${t("signIn.forgot")}</a></p>
    `, { submit: t("signIn.submit"), more: html`
      ${hasPasskeys && html`<button type="button" class="button" @click=${byPasskey}>${t("signIn.byPasskey")}</button>`}
      <a class="button" href="/card">${t("signIn.byCard")}</a>` })}
    ${registrationIsOpen && html`
      <p class="door-other">${t("signIn.noCompany")} <a href="/register">${t("signIn.register")}</a></p>`}`;
}

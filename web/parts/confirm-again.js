// Asks for the password, the PIN or the second factor again before acts that must not be possible on a borrowed phone.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { importModule } from "app/modules.js";
import { hasPasskeys } from "app/registration.js";
import { session } from "app/session.js";
import { t, useWords } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, passwordField, textField } from "parts/fields.js";

let asking = null;

/**
 * Several that need it at once share one dialog.
 * @param {AbortSignal} [signal]  @param {boolean} [byFactor] whether the password isn't enough.
 * @returns {Promise<boolean>} whether the right password, PIN or factor was given.
 */
export function confirmAgain(signal, byFactor = false) {
  asking ??= open(signal, byFactor).finally(() => { asking = null; });
  return asking;
}

async function open(signal, byFactor) {
  if (session.isByCard) {
    const { pinAsking } = await importModule(() => import("parts/pin-sign-in.js"));
    const view = pinAsking({ text: t("confirm.pinText"), submit: t("confirm.submit"), send: (pin) => api.post("/auth/confirm", { pin }) });
    return (await openDialog({ title: t("confirm.title"), view, signal })) === true;
  }
  const factors = await api.get("/users/me/factors", { signal });
  if (factors.length) await useWords("factors");
  const has = (kind) => factors.some((one) => one.kind === kind);
  const withPasskey = hasPasskeys && has("PASSKEY");
  let form = null;
  // "password", "code" of an app, or "recovery".
  let way = !byFactor ? "password" : has("TOTP") ? "code" : "recovery";

  const textKey = () => {
    if (way === "password") return withPasskey ? "secondStep.confirmEither" : "confirm.text";
    return byFactor ? "secondStep.confirmText" : "secondStep.confirmToo";
  };

  const view = (dialog) => {
    form ??= createForm(dialog, {
      send: (values) => api.post("/auth/confirm", way === "password" ? { password: values.password } : { code: values.code }),
      done: () => dialog.close(true),
    });
    const other = (name, label) => way !== name && html`
      <button type="button" class="button is-quiet" @click=${() => {
        [way, form] = [name, null];
        dialog.update();
      }}>${label}</button>`;
    const byPasskey = async () => {
      const { confirmByPasskey } = await importModule(() => import("parts/passkeys.js"));
      const show = (text) => {
        form.failure = text;
        dialog.update();
      };
      if (await confirmByPasskey(show)) dialog.close(true);
    };
    const fields = {
      password: () => html`
        ${textField(form, { name: "email", label: t("person.email"), type: "email", value: session.user.email, autocomplete: "username", isFixed: true })}
        ${passwordField(form, { name: "password", label: t("signIn.password"), autocomplete: "current-password", autofocus: true })}`,
      code: () => textField(form, {
        name: "code", label: t("secondStep.code"), autocomplete: "one-time-code", inputmode: "numeric", maxlength: 12, size: "short", autofocus: true,
      }),
      recovery: () => textField(form, { name: "code", label: t("secondStep.recovery"), autocapitalize: "characters", maxlength: 40, autofocus: true }),
    };
    return html`
      <p>${t(textKey())}</p>
      ${withPasskey && html`
        <div class="actions"><button type="button" class="button is-primary" @click=${byPasskey}>${t("secondStep.passkey")}</button></div>`}
      ${keyed(form.id, formView(form, fields[way](), {
        submit: t("confirm.submit"),
        more: factors.length > 0 && html`
          ${!byFactor && other("password", t("secondStep.byPassword"))}
          ${has("TOTP") && other("code", t("secondStep.byApp"))}
          ${byFactor && other("recovery", t("secondStep.byRecovery"))}`,
      }))}`;
  };
  return (await openDialog({ title: t("confirm.title"), view, signal })) === true;
}

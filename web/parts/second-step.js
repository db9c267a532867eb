// The second step of signing in: a code of the authenticator app, a passkey, or a recovery code.

import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { importModule } from "app/modules.js";
import { hasPasskeys } from "app/registration.js";
import { session } from "app/session.js";
import { t, useWords } from "app/words.js";
import { failureOf, formView, textField } from "parts/fields.js";
import { pageHead } from "parts/pieces.js";

/** The field for what an authenticator app shows. Phones offer codes that they know. */
export const codeField = (form) => textField(form, {
  name: "code", label: t("secondStep.code"), autocomplete: "one-time-code", inputmode: "numeric", maxlength: 12, size: "short", autofocus: true,
});

/**
 * @param {{update: () => void, hasInput: () => boolean}} host the page or dialog that shows it.
 * @param {{challenge: string, kinds: string}} asked what the server answered to the password.
 * @param {{restart?: () => void, more?: unknown, done?: () => void}} options `restart` shows the password again: in a dialog.
 * @returns {Promise<() => unknown>} shows it.
 */
export async function createSecondStep(host, { challenge, kinds }, { restart, more, done } = {}) {
  await useWords("factors");
  const [hasApp, hasPasskey] = [kinds.includes("TOTP"), hasPasskeys && kinds.includes("PASSKEY")];
  /** @type {"app" | "passkey" | "recovery"} */
  let way = hasPasskey ? "passkey" : hasApp ? "app" : "recovery";
  let form = create();

  function create() {
    const form = createForm(host, {
      send: ({ code }) => session.enter("/auth/second-factor", { challenge, code }).catch((problem) => {
        if (problem.code === "wrong-code" && way === "recovery") form.errors.code = t("secondStep.wrongRecovery");
        else if (problem.code === "wrong-code") form.refuse(problem, { "wrong-code": "code" });
        throw problem;
      }),
      done,
    });
    return form;
  }

  const take = (other) => () => {
    way = other;
    form = create();
    host.update();
  };

  async function byPasskey() {
    const { stepByPasskey } = await importModule(() => import("parts/passkeys.js"));
    const show = (text) => {
      form.failure = text;
      host.update();
    };
    if (await stepByPasskey(challenge, restart && show)) done?.();
  }

  const button = (other, label) => html`<button type="button" class="button is-quiet" @click=${take(other)}>${label}</button>`;

  return () => {
    const isOver = form.problem?.code === "challenge-ended";
    const startOver = restart ?? (() => location.reload());
    const others = html`
      ${isOver
        ? html`<button type="button" class="button" @click=${startOver}>${t("secondStep.restart")}</button>`
        : html`
          ${hasPasskey && way !== "passkey" && button("passkey", t("secondStep.byPasskey"))}
          ${hasApp && way !== "app" && button("app", t("secondStep.byApp"))}
          ${way !== "recovery" && button("recovery", t("secondStep.byRecovery"))}
          ${way === "passkey" && html`<button type="button" class="button is-quiet" @click=${startOver}>${t("secondStep.restart")}</button>`}`}
      ${more}`;
    const texts = { app: "secondStep.text", passkey: "secondStep.passkeyText", recovery: "secondStep.recoveryText" };
    return html`
      ${!restart && pageHead({ title: t("signIn.title") })}
      <p>${t(texts[way])}</p>
      ${way === "recovery" && html`<p class="hint">${t("secondStep.lost")}</p>`}
      ${way === "passkey"
        ? html`${failureOf(form.failure)}<div class="actions"><button type="button" class="button is-primary" @click=${byPasskey}>${t("secondStep.passkey")}</button>${others}</div>`
        : keyed(form.id, formView(form, way === "recovery"
          ? textField(form, { name: "code", label: t("secondStep.recovery"), autocapitalize: "characters", maxlength: 40, autofocus: true })
          : codeField(form), { submit: t("signIn.submit"), more: others }))}`;
  };
}

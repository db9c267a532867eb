// The second step of signing in: a code of the authenticator app, or a recovery code.

import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { session } from "app/session.js";
import { t, useWords } from "app/words.js";
import { formView, textField } from "parts/fields.js";
import { pageHead } from "parts/pieces.js";

/** The field for what an authenticator app shows. Phones offer codes that they know. */
export const codeField = (form) => textField(form, {
  name: "code", label: t("secondStep.code"), autocomplete: "one-time-code", inputmode: "numeric", maxlength: 12, size: "short", autofocus: true,
});

/**
 * @param {{update: () => void, hasInput: () => boolean}} host the page or dialog that shows it.
 * @param {string} challenge what the server answered to the password.
 * @param {{restart?: () => void, more?: unknown, done?: () => void}} options `restart` shows the password again: in a dialog.
 * @returns {Promise<() => unknown>} shows it.
 */
export async function createSecondStep(host, challenge, { restart, more, done } = {}) {
  await useWords("factors");
  let byRecovery = false;
  let form = create();

  function create() {
    const form = createForm(host, {
      send: ({ code }) => session.enter("/auth/second-factor", { challenge, code }).catch((problem) => {
        if (problem.code === "wrong-code") form.refuse(problem, { "wrong-code": "code" });
        throw problem;
      }),
      done,
    });
    return form;
  }

  function change() {
    byRecovery = !byRecovery;
    form = create();
    host.update();
  }

  return () => {
    const isOver = form.problem?.code === "challenge-ended";
    return html`
      ${!restart && pageHead({ title: t("signIn.title") })}
      <p>${t(byRecovery ? "secondStep.recoveryText" : "secondStep.text")}</p>
      ${keyed(form.id, formView(form, byRecovery
        ? textField(form, { name: "code", label: t("secondStep.recovery"), autocapitalize: "characters", maxlength: 40, autofocus: true })
        : codeField(form), {
        submit: t("signIn.submit"),
        more: html`
          ${isOver
            ? html`<button type="button" class="button" @click=${restart ?? (() => location.reload())}>${t("secondStep.restart")}</button>`
            : html`<button type="button" class="button is-quiet" @click=${change}>${t(byRecovery ? "secondStep.byApp" : "secondStep.byRecovery")}</button>`}
          ${more}`,
      }))}`;
  };
}

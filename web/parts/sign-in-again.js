// Asks for the password, a passkey or the PIN when the session has ended during work, which is kept.

import { html } from "app/html.js";
import { fail } from "app/live.js";
import { createForm } from "app/form.js";
import { importModule } from "app/modules.js";
import { hasPasskeys } from "app/registration.js";
import { session } from "app/session.js";
import { t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, passwordField, textField } from "parts/fields.js";

export async function askAgain() {
  const view = session.isByCard ? await byPin() : byPassword();
  if (session.state !== "expired") return;
  let isFollowing = false;
  openDialog({
    title: t("signIn.againTitle"),
    kind: "door",
    mayClose: false,
    view(dialog) {
      // The person may sign in again in another tab.
      if (!isFollowing) session.onChange(() => session.state === "in" && dialog.close(), dialog.signal);
      isFollowing = true;
      return view(dialog);
    },
  });
}

const somebodyElse = () => html`
  <button type="button" class="button is-quiet" @click=${() => session.signOut().catch(fail)}>${t("signIn.somebodyElse")}</button>`;

/** What isn't sent yet stays here for the person. */
const byCard = () => session.signOut().then(() => location.assign("/card")).catch(fail);

async function byPin() {
  const { pinAsking, signInByPin } = await importModule(() => import("parts/pin-sign-in.js"));
  const { id } = session.user;
  return pinAsking({
    text: t("signIn.againText"), submit: t("signIn.submit"), send: (pin) => signInByPin(id, pin), more: somebodyElse(), byCard,
  });
}

function byPassword() {
  let form = null;
  let byCode = null;
  const { id, email } = session.user;
  return (dialog) => {
    const restart = () => {
      [form, byCode] = [null, null];
      dialog.update();
    };
    const goOn = async (problem) => {
      if (problem.code !== "second-factor-needed") throw problem;
      const { createSecondStep } = await importModule(() => import("parts/second-step.js"));
      byCode = await createSecondStep(dialog, problem.params, { restart, more: somebodyElse(), done: () => dialog.close() });
    };
    async function byPasskey() {
      const { signInByPasskey } = await importModule(() => import("parts/passkeys.js"));
      await signInByPasskey(id, (text) => {
        form.failure = text;
        dialog.update();
      });
    }
    form ??= createForm(dialog, {
      send: ({ password }) => session.signIn(email, password).catch(goOn),
      done: () => byCode || dialog.close(),
    });
    if (byCode) return byCode();
    return html`
      <p>${t("signIn.againText")}</p>
      ${formView(form, html`
        ${textField(form, { name: "email", label: t("person.email"), type: "email", value: email, autocomplete: "username", isFixed: true })}
        ${passwordField(form, { name: "password", label: t("signIn.password"), autocomplete: "current-password", autofocus: true })}
      `, { submit: t("signIn.submit"), more: html`
        ${hasPasskeys && html`<button type="button" class="button" @click=${() => byPasskey().catch(fail)}>${t("signIn.byPasskey")}</button>`}
        ${somebodyElse()}` })}`;
  };
}

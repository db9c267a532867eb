// Asks for the password, or the PIN, again before acts that must not be possible on a borrowed phone.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { fail } from "app/live.js";
import { importModule } from "app/modules.js";
import { now } from "app/now.js";
import { session } from "app/session.js";
import { t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, passwordField, textField } from "parts/fields.js";

let asking = null;

/** Several that need it at once share one dialog. @returns {Promise<boolean>} whether the right password was given. */
export function confirmAgain(signal) {
  asking ??= open(signal).finally(() => { asking = null; });
  return asking;
}

async function open(signal) {
  let form = null;
  const { email } = session.user;
  if (session.isByCard) {
    const { pinAsking } = await importModule(() => import("parts/pin-sign-in.js"));
    const view = pinAsking({ text: t("confirm.pinText"), submit: t("confirm.submit"), send: (pin) => api.post("/auth/confirm", { pin }) });
    return (await openDialog({ title: t("confirm.title"), view, signal })) === true;
  }
  const view = (dialog) => {
    form ??= createForm(dialog, {
      send: ({ password }) => api.post("/auth/confirm", { password }),
      done: () => dialog.close(true),
    });
    return html`
      <p>${t("confirm.text")}</p>
      ${formView(form, html`
        ${textField(form, { name: "email", label: t("person.email"), type: "email", value: email, autocomplete: "username", isFixed: true })}
        ${passwordField(form, { name: "password", label: t("signIn.password"), autocomplete: "current-password", autofocus: true })}
      `, { submit: t("confirm.submit") })}`;
  };
  return (await openDialog({ title: t("confirm.title"), view, signal })) === true;
}

// A download takes a moment to begin.
const spare = 30_000;

/** For a click on a link to a file that needs the password: asks for it first, then follows the link. */
export async function downloadConfirmed(event) {
  const link = event.currentTarget;
  if (link.dataset.isConfirmed) {
    delete link.dataset.isConfirmed;
    return;
  }
  event.preventDefault();
  try {
    const { confirmedUntil } = await api.get("/auth/confirm");
    if (!(Date.parse(confirmedUntil ?? "") > now() + spare) && !(await confirmAgain())) return;
    link.dataset.isConfirmed = "true";
    link.click();
  } catch (problem) {
    fail(problem);
  }
}

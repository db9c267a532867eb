// When the session has ended under somebody's hands: the password again, and what they were doing is still there.

import { html } from "app/html.js";
import { fail } from "app/live.js";
import { createForm } from "app/form.js";
import { session } from "app/session.js";
import { t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, passwordField, textField } from "parts/fields.js";

export function askAgain() {
  let form = null;
  const { email } = session.user;
  openDialog({
    title: t("signIn.againTitle"),
    kind: "door",
    mayClose: false,
    view(dialog) {
      // The person may sign in again in another tab.
      if (!form) session.onChange(() => session.state === "in" && dialog.close(), dialog.signal);
      form ??= createForm(dialog, {
        send: ({ password }) => session.signIn(email, password),
        done: () => dialog.close(),
      });
      return html`
        <p>${t("signIn.againText")}</p>
        ${formView(form, html`
          ${textField(form, { name: "email", label: t("person.email"), type: "email", value: email, autocomplete: "username", isFixed: true })}
          ${passwordField(form, { name: "password", label: t("signIn.password"), autocomplete: "current-password", autofocus: true })}
        `, {
          submit: t("signIn.submit"),
          more: html`<button type="button" class="button is-quiet" @click=${() => session.signOut().catch(fail)}>
            ${t("signIn.somebodyElse")}</button>`,
        })}`;
    },
  });
}

// The link of an invitation or of a forgotten password: the person chooses a password, and is in.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { toast } from "app/live.js";
import { tabNotes } from "app/notes.js";
import { go } from "app/router.js";
import { session } from "app/session.js";
import { t, useAllWords } from "app/words.js";
import { formView, passwordField } from "parts/fields.js";
import { emptyState, pageHead } from "parts/pieces.js";

// It is kept while the tab is open, not in the address: that is copied, shown and kept in the history.
const note = "polier.link";

/** The link's token: in the fragment, or in the query if the server's settings say so. */
const tokenOf = (page) => new URLSearchParams(location.hash.slice(1)).get("token") ?? page.query.get("token");

export default async function setPassword(page) {
  const given = tokenOf(page);
  if (given) {
    tabNotes.set(note, given);
    history.replaceState(history.state, "", "/set-password");
  }
  // Another link that is opened in the same tab changes the fragment only.
  addEventListener("hashchange", () => tokenOf(page) && location.reload(), { signal: page.signal });
  await useAllWords();
  const token = tabNotes.get(note);
  let isUsed = !token;
  const form = createForm(page, {
    send: ({ password }) => api.post("/auth/set-password", { password }, { token }).catch((problem) => {
      isUsed = problem.status === 401;
      if (isUsed) tabNotes.remove(note);
      throw problem;
    }),
    async done(user, { password }) {
      tabNotes.remove(note);
      history.replaceState(history.state, "", "/");
      try {
        await session.signIn(user.email, password);
        toast(t("setPassword.welcome", { name: user.firstName }));
      } catch {
        toast(t("setPassword.set"));
        await go("/", { saved: true });
      }
    },
  });
  return () => (isUsed
    ? emptyState({
      icon: "key", title: t("setPassword.usedTitle"), text: t("setPassword.usedText"), isPage: true,
      action: html`<a class="button is-primary" href="/forgot-password">${t("setPassword.askAgain")}</a>
        <a class="button" href="/">${t("signIn.title")}</a>`,
    })
    : html`
      ${pageHead({ title: t("setPassword.title"), lead: t("setPassword.lead") })}
      ${formView(form, passwordField(form, {
        name: "password", label: t("password.new"), hint: t("password.rule"), autocomplete: "new-password",
      }), {
        submit: t("setPassword.submit"),
        // The mail is what many keep to find their way in.
        more: html`<a href="/">${t("setPassword.already")}</a>`,
      })}`);
}

// The pages behind mailed links about an address. They act on a tap only, because mail programs open links by themselves.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { tabNotes } from "app/notes.js";
import { t, useAllWords } from "app/words.js";
import { formView } from "parts/fields.js";
import { emptyState, pageHead } from "parts/pieces.js";

/** The link's token: in the fragment, or in the query if the server's settings say so. */
const tokenOf = (page) => new URLSearchParams(location.hash.slice(1)).get("token") ?? page.query.get("token");

/**
 * @param {import("app/page.js").Page} page
 * @param {{path: string, action: string, words: string, isDanger?: boolean, done?: (email: string) => unknown}} link `action` is the route
 *   that takes the token, `words` where the page's words stand.
 */
export async function emailLink(page, { path, action, words, isDanger, done = () => {} }) {
  await useAllWords();
  // The token is kept while the tab is open, not in the address: that is copied, shown and kept in the history.
  const note = `polier.link.${words}`;
  const given = tokenOf(page);
  if (given) {
    tabNotes.set(note, given);
    history.replaceState(history.state, "", path);
  }
  // Another link that is opened in the same tab changes the fragment only.
  addEventListener("hashchange", () => tokenOf(page) && location.reload(), { signal: page.signal });
  const token = tabNotes.get(note);
  // Why it is no longer valid.
  let over = token ? null : "used";
  let email = null;
  const form = createForm(page, {
    send: () => api.post(action, { token }).catch((problem) => {
      over = { "link-used": "used", "link-expired": "expired" }[problem.code] ?? null;
      if (over) tabNotes.remove(note);
      throw problem;
    }),
    async done(answer) {
      tabNotes.remove(note);
      ({ email } = answer);
      await done(email);
    },
  });
  const toStart = html`<a class="button is-primary" href="/">${t("emailLink.toStart")}</a>`;
  return () => {
    if (email) {
      return emptyState({ icon: "mail", title: t(`${words}.doneTitle`), text: t(`${words}.doneText`, { email }), isPage: true, action: toStart });
    }
    if (over) {
      const title = over === "expired" ? t(`${words}.expiredTitle`) : t("setPassword.usedTitle");
      return emptyState({ icon: "mail", title, text: t(`${words}.${over}Text`), isPage: true, action: toStart });
    }
    return html`
      ${pageHead({ title: t(`${words}.title`), lead: t(`${words}.lead`) })}
      ${formView(form, "", { submit: t(`${words}.submit`), isDanger })}`;
  };
}

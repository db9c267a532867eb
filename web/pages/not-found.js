// An address that leads nowhere, or to something that isn't this person's to see.

import { html } from "app/html.js";
import { may } from "app/may.js";
import { t } from "app/words.js";
import { emptyState } from "parts/pieces.js";

export default function notFound(page) {
  return () => emptyState({
    icon: "search",
    title: t("notFound.title"),
    text: t("notFound.text"),
    isPage: true,
    // A company that is gone has no start page either.
    action: may.listCompanies()
      ? html`<a class="button is-primary" href="/companies">${t("notFound.companies")}</a>`
      : html`<a class="button is-primary" href=${page.link("/")}>${t("notFound.start")}</a>
        ${page.company && html`<a class="button" href=${page.link("/sites")}>${t("notFound.sites")}</a>`}`,
  });
}

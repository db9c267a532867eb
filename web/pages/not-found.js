// An address that leads nowhere, or to something that isn't this person's to see.

import { html } from "app/html.js";
import { t } from "app/words.js";
import { emptyState } from "parts/pieces.js";

export default function notFound(page) {
  return () => emptyState({
    icon: "search",
    title: t("notFound.title"),
    text: t("notFound.text"),
    isPage: true,
    action: html`<a class="button is-primary" href=${page.link("/")}>${t("notFound.start")}</a>
      ${page.company && html`<a class="button" href=${page.link("/sites")}>${t("notFound.sites")}</a>`}`,
  });
}

// What is kept about people, for how long and why, on every server that runs this program.

import { html } from "app/html.js";
import { t, useWords } from "app/words.js";
import { icon } from "parts/icon.js";
import { missingSettings, operatorFacts } from "parts/operator.js";
import { pageHead, section } from "parts/pieces.js";

const items = ["account", "formerNames", "formerEmails", "sessions", "phones", "factors", "numbers", "hours", "movements", "history", "security", "mails", "attempts"];

export default async function privacy(page) {
  await useWords("privacy");
  page.read({ operator: "/operator" });
  return () => html`
    <div class="prose">
      ${pageHead({ title: t("privacy.title"), lead: t("privacy.lead") })}
      ${section({ title: t("privacy.who"), content: who(page.data.operator) })}
      ${section({
        title: t("privacy.kept"),
        content: html`
          <ul class="list">${items.map(item)}</ul>
          <p>${t("privacy.removal")}</p>`,
      })}
      ${texts("browser", "browserCookie", "browserStore")}
      ${texts("mail", "mailText")}
      ${texts("rights", "rightsText", "rightsCopy")}
      ${texts("backups", "backupsText")}
    </div>`;
}

const texts = (title, ...words) => section({
  title: t(`privacy.${title}`),
  content: words.map((word) => html`<p>${t(`privacy.${word}`)}</p>`),
});

function who(operator) {
  const settings = missingSettings(operator);
  return html`
    <p>${t("privacy.whoCompany")}</p>
    <p>${t(operator.name ? "privacy.whoOperator" : "privacy.whoNobody")}</p>
    ${operatorFacts(operator)}
    ${settings && html`<div class="notice is-low">${icon("warning")}<p>${t("privacy.whoSettings", { settings })}</p></div>`}`;
}

const item = (name) => html`
  <li class="row"><div class="row-text">
    <p class="row-title">${t(`privacy.items.${name}.what`)}</p>
    <p class="row-sub"><strong>${t("privacy.long")}</strong> ${t(`privacy.items.${name}.long`)}</p>
    <p class="row-sub"><strong>${t("privacy.why")}</strong> ${t(`privacy.items.${name}.why`)}</p>
  </div></li>`;

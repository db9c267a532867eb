// The delivery status of every mail to the company's people.

import { html, keyed } from "app/html.js";
import { hasWord, moment, t } from "app/words.js";
import { chip, nameOf } from "parts/chips.js";
import { mailReason } from "parts/mail-reason.js";
import { createPaged } from "parts/paged.js";
import { emptyState, pageHead } from "parts/pieces.js";

export default function companyMails(page) {
  const { api } = page.company;
  page.read({ mails: `${api}/mails?limit=50` });
  page.read({ people: `${api}/users` }, { optional: true });
  const paged = createPaged(page, "mails");
  return () => {
    const names = new Map((page.data.people ?? []).map((person) => [person.id, nameOf(person)]));
    return html`
      ${pageHead({ title: t("mails.title"), lead: t("mails.lead"), back: { href: page.link("/company"), label: t("company.title") } })}
      ${paged.items.length
        ? html`<ul class="list">${paged.items.map((mail) => row(mail, names))}</ul>`
        : emptyState({ icon: "mail", title: t("mails.none"), text: t("mails.noneText") })}
      ${paged.button()}`;
  };
}

const row = (mail, names) => keyed(mail.id, html`
  <li class="row mail">
    <div class="row-text">
      <p class="row-title">${word("mails.kinds", mail.kind)}</p>
      <p>${names.get(mail.userId) ?? t("history.somebody")}</p>
      <p class="row-sub is-line">${mail.address || t("mails.erasedAddress")}</p>
      ${note(mail)}
    </div>
    <div class="mail-state">
      ${stateChip(mail)}
      <time class="row-sub" datetime=${mail.updatedAt}>${moment(mail.updatedAt)}</time>
    </div>
  </li>`);

// What was tried before a mail was withdrawn isn't why it was.
const withdrawals = ["link-void", "newer-link", "no-longer-low"];

function note(mail) {
  if (mail.state !== "cancelled" || withdrawals.includes(mail.reasonCode)) return mailReason(mail);
  return html`<p class="row-sub">${t("mails.cancelledText")}</p>`;
}

const kinds = new Map([["failed", "danger"], ["complained", "danger"], ["delivered", "done"], ["queued", "low"]]);

function stateChip({ state, attempts }) {
  const isRetried = state === "queued" && attempts > 0;
  return chip(word("mails.states", isRetried ? "waiting" : state), kinds.get(state));
}

const word = (place, code) => (hasWord(`${place}.${code}`) ? t(`${place}.${code}`) : code);

// Who changed what in the company, by days.

import { html, keyed } from "app/html.js";
import { dayOf, nearDay, t, time } from "app/words.js";
import { auditChanges, auditSentence } from "parts/audit.js";
import { avatar, nameOf } from "parts/chips.js";
import { createPaged } from "parts/paged.js";
import { emptyState, pageHead, section } from "parts/pieces.js";

export default function companyHistory(page) {
  const { api } = page.company;
  page.read({ entries: `${api}/audit?limit=50` });
  page.read({ people: `${api}/users` }, { optional: true });
  const paged = createPaged(page, "entries");
  return () => {
    const names = new Map((page.data.people ?? []).map((person) => [person.id, nameOf(person)]));
    const days = byDay(paged.items);
    return html`
      ${pageHead({ title: t("history.title"), lead: t("history.lead"), back: { href: page.link("/company"), label: t("company.title") } })}
      ${days.size === 0 && emptyState({ icon: "history", title: t("history.none"), text: t("history.noneText") })}
      <div class="days">${[...days].map(([date, entries]) => keyed(date, section({
        title: nearDay(entries[0].at),
        content: html`<ul class="list">${entries.map((entry) => row(entry, names))}</ul>`,
      })))}</div>
      ${paged.button()}`;
  };
}

function byDay(entries) {
  const days = new Map();
  for (const entry of entries) {
    const day = dayOf(entry.at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return days;
}

const row = (entry, names) => keyed(entry.id, html`
  <li class="row is-top">
    ${avatar(entry.userName)}
    <div class="row-text">
      <p>${auditSentence(entry, names)}</p>
      ${auditChanges(entry, names)}
    </div>
    <time class="row-sub number" datetime=${entry.at}>${time(entry.at)}</time>
  </li>`);

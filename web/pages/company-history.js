// The company's audit entries and security events, by day.

import { html, keyed } from "app/html.js";
import { dayOf, nearDay, t, time, useWords } from "app/words.js";
import { auditChanges, auditSentence } from "parts/audit.js";
import { avatar, nameOf } from "parts/chips.js";
import { createPaged } from "parts/paged.js";
import { emptyState, pageHead, section } from "parts/pieces.js";
import { securityRow } from "parts/security-event.js";

export default async function companyHistory(page) {
  // With the scopes of API tokens.
  await Promise.all([useWords("history"), useWords("tokens")]);
  const { api } = page.company;
  let kind = "changes";
  page.read({ entries: `${api}/audit?limit=50` });
  page.read({ people: `${api}/users` }, { optional: true });
  const changes = createPaged(page, "entries");
  const security = createPaged(page, "events");

  function show(one) {
    kind = one;
    if (kind === "security" && !page.data.events) page.read({ events: `${api}/audit/security?limit=50` }, { optional: true });
    page.update();
  }

  return () => html`
    ${pageHead({
      title: t("history.title"), lead: t(kind === "changes" ? "history.lead" : "history.securityLead"),
      back: { href: page.link("/company"), label: t("company.title") },
    })}
    <div class="pills" role="group" aria-label=${t("history.filter")}>
      ${["changes", "security"].map((one) => html`
        <button type="button" class="pill" aria-pressed=${String(kind === one)} @click=${() => show(one)}>
          ${t(`history.kinds.${one}`)}</button>`)}
    </div>
    ${kind === "changes" ? changesView(page, changes) : securityView(page, security)}`;
}

function changesView(page, paged) {
  const names = new Map((page.data.people ?? []).map((person) => [person.id, nameOf(person)]));
  return html`
    ${paged.items.length === 0 && emptyState({ icon: "history", title: t("history.none"), text: t("history.noneText") })}
    ${daysView(paged.items, ({ at }) => at, (entry) => row(entry, names))}
    ${paged.button()}`;
}

function securityView(page, paged) {
  if (!page.data.events) return page.problems.events && html`<p>${t("history.securityMissing")}</p>`;
  // What was added up comes where its hour began.
  const events = [...paged.items].sort((one, other) => Date.parse(other.lastAt) - Date.parse(one.lastAt));
  return html`
    ${events.length === 0 && emptyState({ icon: "history", title: t("history.securityNone"), text: t("history.securityNoneText") })}
    ${daysView(events, ({ lastAt }) => lastAt, securityRow)}
    ${paged.button()}`;
}

const daysView = (items, momentOf, rowOf) => html`
  <div class="days">${[...Map.groupBy(items, (item) => dayOf(momentOf(item)))].map(([date, ofDay]) => keyed(date, section({
    title: nearDay(momentOf(ofDay[0])),
    content: html`<ul class="list">${ofDay.map(rowOf)}</ul>`,
  })))}</div>`;

const row = (entry, names) => keyed(entry.id, html`
  <li class="row is-top">
    ${avatar(entry.userName)}
    <div class="row-text">
      <p>${auditSentence(entry, names)}</p>
      ${auditChanges(entry, names)}
    </div>
    <time class="row-sub number" datetime=${entry.at}>${time(entry.at)}</time>
  </li>`);

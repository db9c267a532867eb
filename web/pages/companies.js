// For operators: every company. Each leads to its managers' pages, its export and its erasure.

import { html, keyed } from "app/html.js";
import { byName, day, t } from "app/words.js";
import { chip } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead } from "parts/pieces.js";
import { matches, searchField } from "parts/search-field.js";

const few = 5;

export default function companies(page) {
  page.read({ companies: "/companies" });
  let search = "";
  const onInput = (text) => {
    search = text;
    page.update();
  };
  return () => {
    const all = page.data.companies;
    const found = all.filter(({ name, address }) => matches(search, name, address))
      .sort((a, b) => byName(a.name, b.name));
    return html`
      ${pageHead({
        title: t("companies.title"),
        actions: html`<a class="button" href="/server">${icon("show")}${t("server.title")}</a>`,
      })}
      ${all.length > few && searchField({ label: t("companies.search"), value: search, onInput })}
      <div aria-live="polite">
        ${all.length > 0 && found.length === 0 && emptyState({ icon: "search", title: t("companies.nothing") })}
      </div>
      ${found.length > 0 && html`<ul class="list is-columns">${found.map(row)}</ul>`}
      ${all.length === 0 && emptyState({ icon: "companies", title: t("companies.none"), text: t("companies.noneText") })}`;
  };
}

const row = ({ id, name, addressParts, siteCount, userCount, createdAt, suspendedAt }) => keyed(id, html`
  <li class="row is-link">
    <div class="row-text">
      <a class="row-title stretched" href=${`/companies/${id}`}>${name}</a>
      <p class="row-sub">${addressParts.postalCode} ${addressParts.city} · ${t("companies.since", { day: day(createdAt) })}</p>
      <p class="row-sub number">${t("companies.sites", { count: siteCount })} · ${t("companies.people", { count: userCount })}</p>
    </div>
    ${suspendedAt && html`<div class="row-after">${chip(t("company.isSuspended"), "danger")}</div>`}
    <span class="row-arrow">${icon("forward")}</span>
  </li>`);

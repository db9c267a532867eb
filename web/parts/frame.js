// Everything around a page: the navigation, below on a phone and at the side on wide screens.

import { connection } from "app/connection.js";
import { html } from "app/html.js";
import { may } from "app/may.js";
import { session } from "app/session.js";
import { t } from "app/words.js";
import { avatar } from "parts/chips.js";
import { icon, mark } from "parts/icon.js";

const states = [];

/** Adds a line to the strip above the page: `view()` gives a template, or nothing when there is nothing to say. */
export const addStatus = (view) => states.push(view);

/** @param {import("app/page.js").Page} page */
export default (page) => html`
  <a class="skip" href="#main">${t("nav.skip")}</a>
  <div class="frame">
    <header class="top">
      <a class="brand" href=${page.link("/")}>${mark()}<span class="brand-name">Polier</span></a>
      <span class="top-company">${page.company?.name ?? session.company?.name}</span>
    </header>
    <nav class="nav" aria-label=${t("nav.label")}>
      <ul>
        ${items(page).map(({ section, href, picture }) => html`
          <li><a href=${href} aria-current=${page.section === section ? "page" : null}>
            ${picture ?? icon(section)}<span>${t(`nav.${section}`)}</span></a></li>`)}
      </ul>
    </nav>
    <div class="content">
      ${status()}
      <main id="main" tabindex="-1"></main>
    </div>
  </div>`;

function items(page) {
  const part = (section, path) => ({ section, href: page.link(path) });
  const profile = { section: "profile", href: "/profile", picture: avatar(session.user) };
  if (may.listCompanies()) {
    const within = page.company ? [part("sites", "/sites"), part("people", "/people"), part("company", "/company")] : [];
    return [{ section: "companies", href: "/companies" }, ...within, profile];
  }
  const common = [part("start", "/"), part("sites", "/sites")];
  if (may.seePeople()) return [...common, part("people", "/people"), part("company", "/company"), profile];
  return [...common, { ...part("hours", "/hours"), picture: icon("clock") }, profile];
}

function status() {
  const lines = states.map((view) => view()).filter(Boolean);
  if (!connection.online) lines.unshift(html`<p>${icon("offline")}<span>${t("status.offline")}</span></p>`);
  return lines.length > 0 && html`<div class="status" role="status">${lines}</div>`;
}

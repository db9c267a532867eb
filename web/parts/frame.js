// The frame around a page: the navigation, at the bottom on a phone and at the side on wide screens.

import { connection } from "app/connection.js";
import { html } from "app/html.js";
import { fail } from "app/live.js";
import { may } from "app/may.js";
import { session } from "app/session.js";
import { importWithWords, t } from "app/words.js";
import { proofLines } from "parts/address-proof.js";
import { avatar } from "parts/chips.js";
import { icon, mark } from "parts/icon.js";
import "parts/more-icons.js";
import { noticeLines } from "parts/notice.js";
import { waitingLines } from "parts/waiting.js";

/** @param {import("app/page.js").Page} page */
export const frame = (page) => html`
  <a class="skip" href="#main">${t("nav.skip")}</a>
  <div class="frame">
    <header class="top">
      <a class="brand" href=${page.link("/")}>${mark()}<span class="brand-name">Polier</span></a>
      ${company(page)}
      ${session.isByCard && html`
        <button type="button" class="top-switch" @click=${() => change().catch(fail)}>${t("nav.switch")}</button>`}
    </header>
    <nav class="nav" aria-label=${t("nav.label")}>
      <ul>
        ${items(page).map(({ section, href, picture, isWide }) => html`
          <li class=${isWide && "is-wide"}><a href=${href} aria-current=${page.section === section ? "page" : null}>
            ${picture ?? icon(section === "hours" ? "clock" : section)}<span>${t(`nav.${section}`)}</span></a></li>`)}
      </ul>
    </nav>
    <div class="content">
      <main id="main" tabindex="-1"></main>
      ${status()}
    </div>
  </div>`;

/** On a shared tablet, to the next person. */
async function change() {
  const { leaveToNext } = await importWithWords(() => import("parts/next-person.js"));
  await leaveToNext();
}

function items(page) {
  const part = (section, path) => ({ section, href: page.link(path) });
  const profile = { section: "profile", href: "/profile", picture: avatar(session.user) };
  if (may.listCompanies()) {
    const within = page.company
      ? [part("sites", "/sites"), part("people", "/people"), { ...part("hours", "/hours"), isWide: true }, part("company", "/company")] : [];
    return [{ section: "companies", href: "/companies" }, ...within, profile];
  }
  if (!may.clockIn()) return [part("hours", "/"), part("sites", "/sites"), part("people", "/people"), profile];
  const common = [part("start", "/"), part("sites", "/sites")];
  if (!may.seePeople()) return [...common, part("hours", "/hours"), profile];
  return [...common, part("people", "/people"), part("hours", "/hours"), { ...part("company", "/company"), isWide: true }, profile];
}

/** Five parts are as many as a thumb can tell apart: on a phone the firm's name leads to the firm. */
function company(page) {
  const name = page.company?.name ?? session.company?.name;
  if (!may.changeCompany() || !page.company) return html`<span class="top-company">${name}</span>`;
  return html`<a class="top-company" href=${page.link("/company")}>${name}</a>`;
}

/** Below the page, so that what comes and goes there moves nothing that is about to be tapped. */
function status() {
  const lines = [...noticeLines(), ...proofLines(), ...waitingLines()];
  if (!connection.online) lines.unshift(html`<p>${icon("offline")}<span>${t(connection.isServerAway ? "status.server" : "status.offline")}</span></p>`);
  return lines.length > 0 && html`<div class="status" role="status">${lines}</div>`;
}

// The company: its details, mails and audit; for operators also its export and erasure.

import { api as server } from "app/api.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { go, redraw } from "app/router.js";
import { day, dayOf, language, setTimeZone, t } from "app/words.js";
import { chip } from "parts/chips.js";
import { downloadAll } from "parts/download.js";
import { icon } from "parts/icon.js";
import { linkRow, pageHead, section } from "parts/pieces.js";

export default function company(page) {
  const { api } = page.company;
  page.read({ company: api });

  async function edit() {
    const { editCompany } = await importModule(() => import("parts/company-form.js"));
    const changed = await editCompany(api, page.data.company);
    if (!changed) return;
    kept.put(api, changed);
    Object.assign(page.company, { name: changed.name, timeZone: changed.timeZone });
    setTimeZone(changed.timeZone);
    redraw();
    toast(t("company.changed"));
  }

  async function keep() {
    const { editHoursKept } = await importModule(() => import("parts/hours-kept.js"));
    const changed = await editHoursKept(api, page.data.company, page.signal);
    if (!changed) return;
    kept.put(api, changed);
    redraw();
    toast(t("company.changed"));
  }

  async function erase() {
    const { name } = page.data.company;
    const { eraseCompany } = await importModule(() => import("parts/erase-company.js"));
    const rows = await eraseCompany(api, page.data.company);
    if (!rows) return;
    await kept.forgetUnder(api);
    await kept.change("/companies", (all) => all.filter(({ id }) => id !== page.company.id));
    await go("/companies", { replace: true, saved: true });
    toast(t("company.erased", { name, rows }));
  }

  async function suspend() {
    const shown = page.data.company;
    const changed = await server.put(`${api}/suspension`, { isSuspended: !shown.suspendedAt }, { of: shown });
    kept.put(api, changed);
    await kept.change("/companies", (all) => all.map((one) => (one.id === changed.id ? changed : one)));
    toast(t(changed.suspendedAt ? "company.suspendedNow" : "company.resumedNow", { name: changed.name }));
  }

  return () => {
    const shown = page.data.company;
    return html`
      ${pageHead({
        title: shown.name,
        chips: shown.suspendedAt && chip(t("company.isSuspended"), "danger"),
        actions: html`<button type="button" class="button" @click=${edit}>${icon("edit")}${t("action.edit")}</button>`,
      })}
      <ul class="tiles is-pair">
        ${tile(shown.siteCount, "company.sites", page.link("/sites"))}
        ${tile(shown.userCount, "company.people", page.link("/people"))}
      </ul>
      <dl class="facts is-four section">
        <div><dt>${t("company.address")}</dt><dd>${addressLines(shown.addressParts)}</dd></div>
        <div><dt>${t("company.timeZone")}</dt><dd>${zoneName(shown.timeZone)}<span class="fact-code">${shown.timeZone}</span></dd></div>
        <div><dt>${t("company.language")}</dt><dd>${t(`nav.languages.${shown.language}`)}</dd></div>
        <div><dt>${t("company.breakRule")}</dt><dd>${t(`company.breakRules.${shown.breakRule ?? "NONE"}`)}</dd></div>
        <div><dt>${t("company.region")}</dt><dd>${shown.region ? t(`company.regions.${shown.region}`) : t("company.noRegion")}</dd>
          ${shown.localHolidays?.filter(({ day: on }) => on >= dayOf()).map(({ day: on, name }) => html`<dd>${day(on)}: ${name}</dd>`)}</div>
        <div><dt>${t("company.hoursKept")}</dt><dd>${keptFor(shown.hoursKeptYears)}${shown.hoursFrom && html`
          <span class="fact-code">${t("company.hoursFrom", { day: day(shown.hoursFrom) })}</span>`}</dd></div>
        <div><dt>${t("company.since")}</dt><dd>${day(shown.createdAt)}</dd></div>
      </dl>
      ${may.seeHistory() && section({
        title: t("company.more"),
        content: html`<ul class="list">
          ${linkRow({ href: page.link("/company/mails"), title: t("mails.title"), text: t("company.mailsText"), before: icon("mail") })}
          ${linkRow({ href: page.link("/company/history"), title: t("history.title"), text: t("company.historyText"), before: icon("history") })}
          ${may.manageTokens() && linkRow({ href: page.link("/company/tokens"), title: t("company.tokens"), text: t("company.tokensText"), before: icon("key") })}
          <li class="row deed">
            <p class="row-text">${t("company.hoursKeptText")}</p>
            <button type="button" class="button" @click=${keep}>${icon("edit")}${t("company.hoursKeptEdit")}</button>
          </li>
        </ul>`,
      })}
      ${may.eraseCompany() && section({
        title: t("company.leaving"),
        content: html`<ul class="list">
          <li class="row deed">
            <p class="row-text">${t("company.copyText")}</p>
            <a class="button" href=${`/api/v1${api}/export`} download @click=${downloadAll}>${icon("download")}${t("company.copy")}</a>
          </li>
          <li class="row deed">
            <p class="row-text">${t(shown.suspendedAt ? "company.resumeText" : "company.suspendText")}</p>
            <button type="button" class="button" @click=${suspend}>
              ${icon(shown.suspendedAt ? "check" : "close")}${t(shown.suspendedAt ? "company.resume" : "company.suspend")}</button>
          </li>
          <li class="row deed">
            <p class="row-text">${t("company.eraseText")}</p>
            <button type="button" class="button" @click=${erase}>${icon("remove")}${t("company.erase")}</button>
          </li>
        </ul>`,
      })}`;
  };
}

const keptFor = (years) => (years ? t("company.hoursKeptYears", { count: years }) : t("company.hoursKeptForever"));

const tile = (count, word, href) => html`
  <li class="tile">
    <span class="tile-number">${String(count)}</span>
    <a class="tile-label stretched" href=${href}>${t(word, { count })}</a>
  </li>`;

const addressLines = ({ street, streetNumber, postalCode, city, country }) => html`
  ${street} ${streetNumber}<br>${postalCode} ${city}<br>${country}`;

/** Mitteleuropäische Zeit */
function zoneName(timeZone) {
  const parts = new Intl.DateTimeFormat(language(), { timeZone, timeZoneName: "longGeneric" }).formatToParts(new Date());
  return parts.find(({ type }) => type === "timeZoneName").value;
}

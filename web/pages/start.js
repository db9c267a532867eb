// The day at a glance: who is on site, what runs low, the sites. For a worker it begins with their own clock.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { amount, day, dayOf, duration, minutesSince, t, time } from "app/words.js";
import { personChip } from "parts/chips.js";
import { createClock, whereAmI } from "parts/clock.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead, section } from "parts/pieces.js";
import { byUrgency, siteCard } from "parts/site-card.js";
import { stockBar } from "parts/stock.js";

export default function start(page) {
  const { api } = page.company;
  page.read({ sites: `${api}/sites`, present: `${api}/time-entries?open=true` }, { isLive: true });
  const clock = may.clockIn() && createClock(page);
  page.every(30_000, () => page.update());
  return () => {
    const sites = page.data.sites.filter((site) => site.status === "ACTIVE").sort(byUrgency);
    const low = sites.flatMap((site) => site.material.filter((one) => one.belowThreshold).map((material) => ({ site, material })));
    const { visit, left } = whereAmI(page);
    const isLead = may.seeAllHours();
    return html`
      ${pageHead({ title: may.listCompanies() ? page.company.name : greeting(page.user), lead: day(dayOf(), "long") })}
      ${clock && (visit || left || !isLead) && clock()}
      ${isLead && sites.length > 0 && tiles(page, sites, low)}
      ${isLead && (page.data.present.length > 0 || may.listCompanies()) && section({
        title: t("start.present"),
        action: html`<a class="button is-small" href=${page.link("/hours")}>${icon("clock")}${t("start.hours")}</a>`,
        content: page.data.present.length > 0
          ? html`<ul class="list" id="present">${page.data.present.map((entry) => presence(page, entry))}</ul>`
          : html`<p class="hint">${t("start.nobody")}</p>`,
      })}
      ${low.length > 0 && section({
        title: t("start.low"), content: html`<ul class="list" id="low">${low.map((one) => lowRow(page, one))}</ul>`,
      })}
      ${section({
        title: t(isLead ? "start.sites" : "start.mySites"),
        action: sites.length > 0 && may.changeSites() && html`
          <a class="button is-small" href=${page.link("/sites/new")}>${icon("add")}${t("start.newSite")}</a>`,
        content: sites.length ? html`<ul class="cards">${sites.map((site) => siteCard(page, site, presentOn(page, site)))}</ul>` : noSites(page),
      })}`;
  };
}

function greeting({ firstName }) {
  const hour = new Date().getHours();
  const part = hour < 11 ? "morning" : hour < 17 ? "day" : "evening";
  return t(`start.greeting.${part}`, { name: firstName });
}

const presentOn = (page, { id }) => page.data.present.filter((entry) => entry.siteId === id).length;
const siteName = (page, id) => page.data.sites.find((site) => site.id === id)?.name;

const tiles = (page, sites, low) => html`
  <ul class="tiles">
    ${tile(sites.length, "start.tiles.sites", page.link("/sites"))}
    ${tile(page.data.present.length, "start.tiles.present", page.data.present.length && "#present")}
    ${tile(low.length, "start.tiles.low", low.length && "#low", low.length > 0 && "is-low")}
  </ul>`;

const tile = (count, word, href, kind) => html`
  <li class="tile ${kind}">
    <span class="tile-number">${String(count)}</span>
    ${href ? html`<a class="tile-label stretched" href=${href}>${t(word, { count })}</a>` : html`<span class="tile-label">${t(word, { count })}</span>`}
  </li>`;

const presence = (page, { id, userName, siteId, checkedInAt }) => keyed(id, html`
  <li class="row is-link">
    <div class="row-text">${personChip(userName, html`
      <a class="stretched" href=${page.link(`/sites/${siteId}/hours`)}>${siteName(page, siteId)}</a>`)}</div>
    <div class="row-amount">
      <span class="row-number">${duration(minutesSince(checkedInAt))}</span>
      <span class="row-sub">${t("start.since", { time: time(checkedInAt) })}</span>
    </div>
  </li>`);

const lowRow = (page, { site, material }) => keyed(material.id, html`
  <li class="row is-link is-tall">
    <div class="row-text">
      <a class="row-title stretched" href=${page.link(`/sites/${site.id}`)}>${material.name}</a>
      <p class="row-sub">${site.name}</p>
      ${stockBar(material)}
    </div>
    <div class="row-amount">
      <span class="row-number">${amount(material.amount, material.unit)}</span>
      <span class="row-sub">${t("material.ofMinimum", { amount: amount(material.threshold, material.unit) })}</span>
    </div>
  </li>`);

const noSites = (page) => emptyState({
  icon: "sites",
  title: t(may.changeSites() ? "start.noSites" : "start.noAssignedSites"),
  text: t(may.changeSites() ? "start.noSitesText" : "start.noAssignedSitesText"),
  action: may.changeSites() && html`<a class="button is-primary" href=${page.link("/sites/new")}>${icon("add")}${t("start.newSite")}</a>`,
});

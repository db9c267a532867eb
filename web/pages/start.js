// The day at a glance: who is on site, what is running low, the sites. For a worker it begins with their own clock.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { hasPassed, now } from "app/now.js";
import { keepSites, openClarifications, overviewOf, presentOn } from "app/sites.js";
import { amount, clockAt, day, dayOf, duration, minutesSince, moment, t, time } from "app/words.js";
import { chip, personChip } from "parts/chips.js";
import { createClock } from "parts/clock.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead, section } from "parts/pieces.js";
import { byUrgency, siteCard } from "parts/site-card.js";
import { stockBar } from "parts/stock.js";

/** More is no glance any more: other pages have them all. Of the cards a phone shows fewer (css/start.css). */
const mostCards = 12;
const mostPresent = 5;
const mostLow = 5;

export default function start(page) {
  page.read({ overview: overviewOf(page.company) }, { isLive: true });
  keepSites(page.company);
  const clock = may.clockIn() && createClock(page);
  let isAllLow = false;
  page.every(30_000, () => page.update());
  return () => {
    const { counts, present, low } = page.data.overview;
    const sites = [...page.data.overview.sites].sort(byUrgency);
    const lines = low.reduce((sum, { stocks }) => sum + stocks.length, 0);
    const isLead = may.seeAllHours();
    return html`
      ${pageHead({ title: may.listCompanies() ? page.company.name : greeting(page.user), lead: day(dayOf(), "long") })}
      ${clock && html`<div class=${isLead && "clock-aside"}>${clock()}</div>`}
      ${!isLead && page.data.overview.openClarifications > 0 && html`<div class="actions"><a class="button" href=${page.link("/clarifications")}>${icon("warning")}
        ${t("hours.clarify", { count: openClarifications(page.data.overview) })}</a></div>`}
      ${isLead && (sites.length > 0 || page.data.overview.openClarifications > 0 || page.data.overview.askedAbsences > 0) && tiles(page, page.data.overview)}
      <div class="columns">${isLead && (present.length > 0 || may.listCompanies()) && section({
        title: t("start.present"),
        action: html`<a class="button is-small" href=${page.link("/hours")}>${icon("clock")}${t("start.hours")}</a>`,
        content: present.length > 0
          ? html`<ul class="list" id="present">${present.slice(0, mostPresent).map((entry) => presence(page, entry))}</ul>
            ${counts.present > mostPresent && html`
              <a class="button is-quiet" href=${page.link("/hours")}>${t("start.allPresent", { count: counts.present })}</a>`}`
          : html`<p class="hint">${t("start.nobody")}</p>`,
      })}
      ${low.length > 0 && section({
        title: t("start.low"),
        content: html`
          <ul class="list" id="low">${low.slice(0, isAllLow ? low.length : mostLow).map((group) => lowGroup(page, group))}</ul>
          ${low.length > mostLow && !isAllLow && html`
            <button type="button" class="button is-quiet" @click=${() => { isAllLow = true; page.update(); }}>
              ${t("start.allLow", { count: low.length })}</button>`}
          ${counts.low > lines && (isAllLow || low.length <= mostLow) && html`
            <p class="hint">${t("start.moreLow", { count: counts.low - lines })}</p>`}`,
      })}</div>
      ${section({
        title: t(isLead ? "start.sites" : "start.mySites"),
        action: sites.length > 0 && may.changeSites() && html`
          <a class="button is-small" href=${page.link("/sites/new")}>${icon("add")}${t("start.newSite")}</a>`,
        content: sites.length ? html`
          <ul class="cards start-cards">${sites.slice(0, mostCards).map((site) => siteCard(page, site, presentOn(page, site.id).length))}</ul>
          ${counts.sites > mostCards && html`
            <div class="actions is-centered">
              <a class="button" href=${page.link("/sites")}>${t("start.allSites", { count: counts.sites })}</a></div>`}` : noSites(page),
      })}`;
  };
}

function greeting({ firstName }) {
  const hour = Number(clockAt(now()).time.slice(0, 2));
  const part = hour < 11 ? "morning" : hour < 17 ? "day" : "evening";
  return t(`start.greeting.${part}`, { name: firstName });
}

const tiles = (page, { counts: { sites, present, low }, openClarifications: unclear, askedAbsences: asked }) => html`
  <ul class="tiles">
    ${tile(sites, "start.tiles.sites", page.link("/sites"))}
    ${tile(present, "start.tiles.present", present && "#present")}
    ${tile(low, "start.tiles.low", low && "#low", low > 0 && "is-low")}
    ${unclear > 0 && tile(openClarifications({ openClarifications: unclear }), "start.tiles.clarify", page.link("/clarifications"), "is-low")}
    ${asked > 0 && tile(openClarifications({ openClarifications: asked }), "start.tiles.absences", page.link("/absences"), "is-low")}
  </ul>`;

const tile = (count, word, href, kind) => html`
  <li class="tile ${kind}">
    <span class="tile-number">${String(count)}</span>
    ${href ? html`<a class="tile-label stretched" href=${href}>${t(word, { count })}</a>` : html`<span class="tile-label">${t(word, { count })}</span>`}
  </li>`;

const presence = (page, { id, userName, siteId, siteName, checkedInAt, askAt }) => keyed(id, html`
  <li class="row is-link">
    <div class="row-text">${personChip(userName, html`
      <a class="stretched" href=${page.link(`/sites/${siteId}/hours`)}>${siteName}</a>`,
      hasPassed(askAt) ? [chip(t("hours.forgotten"), "danger")] : [])}</div>
    <div class="row-amount">
      <span class="row-number">${duration(minutesSince(checkedInAt))}</span>
      <span class="row-sub">${hasPassed(askAt) ? moment(checkedInAt) : t("start.since", { time: time(checkedInAt) })}</span>
    </div>
  </li>`);

/** A material that runs low on one site, or on several, which open with a tap. */
const lowGroup = (page, { name, unit, stocks }) => (stocks.length === 1 ? lowRow(page, { name, unit, ...stocks[0] }) : keyed(`${name} ${unit}`, html`
  <li class="low-group"><details>
    <summary class="row">
      <span class="row-text">
        <span class="row-title">${name}</span>
        <span class="row-sub">${t("start.onSites", { count: stocks.length })}</span>
      </span>
      <span class="row-arrow">${icon("forward")}</span>
    </summary>
    <ul>${stocks.map((stock) => lowRow(page, { name: stock.siteName, unit, ...stock, siteName: null }))}</ul>
  </details></li>`));

const lowRow = (page, { name, unit, siteId, siteName, materialId, amount: left, threshold }) => keyed(materialId, html`
  <li class="row is-link is-tall">
    <div class="row-text">
      <a class="row-title stretched" href=${page.link(`/sites/${siteId}`)}>${name}</a>
      ${siteName && html`<p class="row-sub">${siteName}</p>`}
      ${stockBar({ amount: left, threshold, unit, belowThreshold: true })}
    </div>
    <div class="row-amount">
      <span class="row-number">${amount(left, unit)}</span>
      <span class="row-sub">${t("material.ofMinimum", { amount: amount(threshold, unit) })}</span>
    </div>
  </li>`);

const noSites = (page) => emptyState({
  icon: "sites",
  title: t(may.changeSites() ? "start.noSites" : "start.noAssignedSites"),
  text: t(may.changeSites() ? "start.noSitesText" : "start.noAssignedSitesText"),
  action: may.changeSites() && html`<a class="button is-primary" href=${page.link("/sites/new")}>${icon("add")}${t("start.newSite")}</a>`,
});

// All sites that one may see: found by typing, sifted by status and priority.

import { html } from "app/html.js";
import { may } from "app/may.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead } from "parts/pieces.js";
import { matches, searchField } from "parts/search-field.js";
import { byUrgency, siteCard } from "parts/site-card.js";

const usual = { q: "", status: "ACTIVE", priority: "all" };
const statuses = ["ACTIVE", "INACTIVE", "all"];
const priorities = ["all", "high", "medium", "low"];

export default function sites(page) {
  page.read({ sites: `${page.company.api}/sites` });
  page.read({ present: `${page.company.api}/time-entries?open=true` }, { optional: true });
  const wanted = Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, page.query.get(name) ?? value]));

  return () => {
    const all = page.data.sites;
    const shown = all.filter((site) => isWanted(site, wanted)).sort(byUrgency);
    return html`
      ${pageHead({
        title: t("sites.title"),
        actions: may.changeSites() && all.length > 0 && html`
          <a class="button is-primary" href=${page.link("/sites/new")}>${icon("add")}${t("sites.new")}</a>`,
      })}
      ${all.length > 0 && html`
        <div class="sieve">
          ${searchField({ label: t("sites.search"), value: wanted.q, onInput: (q) => choose({ q }) })}
          ${sieve("status", statuses, (code) => t(code === "all" ? "sites.all" : `site.statuses.${code}`))}
          ${sieve("priority", priorities, (code) => t(code === "all" ? "sites.all" : `site.priorities.${code}`))}
        </div>
        <h2 class="sieve-count" aria-live="polite">${t("sites.count", { count: shown.length })}</h2>`}
      ${shown.length > 0 && html`<ul class="cards">${shown.map((site) => siteCard(page, site, presentOn(site)))}</ul>`}
      ${shown.length === 0 && (all.length ? noMatch() : noSites(page))}`;
  };

  /** Kept in the address, for the way back. */
  function choose(change) {
    Object.assign(wanted, change);
    const query = new URLSearchParams(Object.entries(wanted).filter(([name, value]) => value !== usual[name]));
    history.replaceState(history.state, "", page.path + (query.size ? `?${query}` : ""));
    page.update();
  }

  function presentOn(site) {
    return (page.data.present ?? []).filter((entry) => entry.siteId === site.id).length;
  }

  function sieve(name, codes, word) {
    return html`
      <div class="field">
        <label for=${`sieve-${name}`}>${t(`sites.${name}`)}</label>
        <div class="input has-arrow">
          <select id=${`sieve-${name}`} .value=${wanted[name]} @change=${({ target }) => choose({ [name]: target.value })}>
            ${codes.map((code) => html`<option value=${code}>${word(code)}</option>`)}
          </select>${icon("forward")}
        </div>
      </div>`;
  }

  function noMatch() {
    return emptyState({
      icon: "search",
      title: t("sites.noMatch"),
      action: html`<button type="button" class="button" @click=${() => choose({ ...usual, status: "all" })}>${t("sites.showAll")}</button>`,
    });
  }
}

function isWanted(site, { q, status, priority }) {
  return (status === "all" || site.status === status) && (priority === "all" || site.priority === priority)
    && matches(q, site.name, site.address, ...site.assignments.map((one) => one.lastName));
}

const noSites = (page) => emptyState({
  icon: "sites",
  title: t(may.changeSites() ? "start.noSites" : "start.noAssignedSites"),
  text: t(may.changeSites() ? "start.noSitesText" : "start.noAssignedSitesText"),
  action: may.changeSites() && html`<a class="button is-primary" href=${page.link("/sites/new")}>${icon("add")}${t("sites.new")}</a>`,
});

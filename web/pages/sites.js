// All sites that the person may see, with search and filters by status and priority.

import { html } from "app/html.js";
import { may } from "app/may.js";
import { depotOf, keepSites, listOf, overviewOf, presentOn, statuses } from "app/sites.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";
import { lowChip } from "parts/chips.js";
import { emptyState, linkRow, pageHead, whyMissing } from "parts/pieces.js";
import { matches, searchField } from "parts/search-field.js";
import { byUrgency, siteCard } from "parts/site-card.js";

const usual = { q: "", status: "ACTIVE", priority: "all" };
const priorities = ["all", "high", "medium", "low"];

export default function sites(page) {
  page.read({ overview: overviewOf(page.company) });
  page.read({ ACTIVE: listOf(page.company, "ACTIVE"), depot: depotOf(page.company) }, { optional: true });
  keepSites(page.company);
  const wanted = Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, page.query.get(name) ?? value]));

  // Sites that are finished are most of an old company's: they are asked for when they are wanted, or where there are no others.
  const old = statuses.filter((status) => status !== "ACTIVE");
  const isWantedStatus = (status) => [status, "all"].includes(wanted.status) || active().length === 0;
  const asked = new Set();

  /** Until the list is here, what the overview has of it. */
  function active() {
    return page.data.ACTIVE ?? page.data.overview.sites;
  }

  return () => {
    const needed = old.filter(isWantedStatus);
    for (const status of needed.filter((one) => !asked.has(one))) {
      asked.add(status);
      page.read({ [status]: listOf(page.company, status) }, { optional: true });
    }
    const all = [...active(), ...old.flatMap((status) => page.data[status] ?? [])];
    const isComing = needed.some((status) => !page.data[status] && !page.problems[status]);
    const isMissing = wanted.status !== "ACTIVE" && needed.filter((status) => !page.data[status]).map((status) => page.problems[status])[0];
    const shown = all.filter((site) => isWanted(site, wanted)).sort(byUrgency);
    return html`
      ${pageHead({
        title: t("sites.title"),
        actions: may.changeSites() && all.length > 0 && html`
          <a class="button is-primary" href=${page.link("/sites/new")}>${icon("add")}${t("sites.new")}</a>`,
      })}
      ${(page.data.depot ?? (page.problems.depot ? [] : [null])).map((depot) => depotRow(page, depot))}
      ${(all.length > 0 || wanted.status !== "ACTIVE") && html`
        <div class="sieve">
          ${searchField({ label: t("sites.search"), value: wanted.q, onInput: (q) => choose({ q }) })}
          ${sieve("status", [...statuses, "all"], (code) => t(code === "all" ? "sites.all" : `site.statuses.${code}`))}
          ${sieve("priority", priorities, (code) => t(code === "all" ? "sites.all" : `site.priorities.${code}`))}
        </div>
        <h2 class="sieve-count" aria-live="polite">${t("sites.count", { count: shown.length })}</h2>`}
      ${isMissing && html`<p class="hint">${whyMissing(isMissing, "sites.notKept")}</p>`}
      ${shown.length > 0 && html`<ul class="cards">${shown.map((site) => siteCard(page, site, presentOn(page, site.id).length))}</ul>`}
      ${shown.length === 0 && !isComing && !isMissing && (all.length ? noMatch() : noSites(page))}
      ${may.seeArchive() && html`<p class="archive-link"><a href=${page.link("/archive")}>${t("archive.link")}</a></p>`}`;
  };

  /** Kept in the address, for the way back. */
  function choose(change) {
    Object.assign(wanted, change);
    const query = new URLSearchParams(Object.entries(wanted).filter(([name, value]) => value !== usual[name]));
    history.replaceState(history.state, "", page.path + (query.size ? `?${query}` : ""));
    page.update();
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

/**
 * Where the company keeps what is on no site: no site among sites. It has its place before it is known (`depot` is null then): if it came
 * later, it would move the sites away from under a finger.
 */
const depotRow = (page, depot) => html`
  <ul class="list depot">${linkRow({
    href: depot && page.link(`/sites/${depot.id}`), title: depot?.name ?? "\u00A0", before: icon("depot"),
    after: depot && lowChip(depot.materialInfo.warnings),
  })}</ul>`;

function isWanted(site, /** @type {any} */ { q, status, priority }) {
  return (status === "all" || site.status === status) && (priority === "all" || site.priority === priority)
    && matches(q, site.name, site.address, ...site.assignments.map((one) => one.lastName));
}

const noSites = (page) => emptyState({
  icon: "sites",
  title: t(may.seeAllSites() ? "start.noSites" : "start.noAssignedSites"),
  text: may.changeSites() ? t("start.noSitesText") : !may.seeAllSites() && t("start.noAssignedSitesText"),
  action: may.changeSites() && html`<a class="button is-primary" href=${page.link("/sites/new")}>${icon("add")}${t("sites.new")}</a>`,
});

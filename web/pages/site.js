// A site: what it is and who is there above, then one of its tabs.

import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { may } from "app/may.js";
import { fail } from "app/live.js";
import { importModule } from "app/modules.js";
import { queue } from "app/queue.js";
import { overviewOf, presentOn, recallSite } from "app/sites.js";
import { day, dayOf, dayRange, moment, t } from "app/words.js";
import { addressLine } from "parts/address-line.js";
import { chip, priorityChip, statusChip } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { phoneLink } from "parts/phone-link.js";
import { pageHead, progress, tabs } from "parts/pieces.js";

// Each tab's module is called as a page's is: `(page, site)` gives the function that shows it. `site` is where it is, `{id, api, link}`;
// what it is stands in `page.data.site` once the tab is shown.
const modules = {
  materials: () => import("pages/site-materials.js"),
  team: () => import("pages/site-team.js"),
  hours: () => import("pages/site-hours.js"),
  history: () => import("pages/site-history.js"),
};

export default async function site(page) {
  const path = `/sites/${page.params.siteId}`;
  const place = { id: page.params.siteId, api: page.company.api + path, link: page.link(path) };
  // The list knows it too: for who opens it for the first time without a signal.
  if (!(await kept.recall(place.api))) page.data.site = await recallSite(page.company, place.id);
  page.signal.throwIfAborted();
  page.read({ site: place.api }, { isLive: true });
  page.read({ overview: overviewOf(page.company) }, { optional: true, isLive: true });
  const tab = await importModule(modules[page.tab]);
  const content = await tab.default(page, place);
  const deeds = createDeeds(page, place);
  return () => html`
    ${head(page, place)}
    ${page.data.site.removedAt && removed(page)}
    ${about(page)}
    ${deeds()}
    ${tabs(t("site.tabs.label"), tabsOf(page.data.site, page.tab).map((name) => ({
      href: name === "materials" ? place.link : `${place.link}/${name}`,
      label: t(`site.tabs.${name}`),
      isCurrent: name === page.tab,
    })))}
    ${content()}`;
}

/** It can be read, and nothing of it changes before it is put back. */
function removed(page) {
  const { site } = page.data;
  const restore = async () => {
    const { restoreSite } = await importModule(() => import("parts/remove-site.js"));
    if (await restoreSite(page, site)) await page.refresh();
  };
  return html`
    <div class="notice removed">${icon("remove")}<p><b>${t("archive.removedOn", { day: day(site.removedAt) })}.</b> ${t("archive.isClosed")}</p>
      ${may.restore() && html`<button type="button" class="button" @click=${restore}>${icon("undo")}${t("archive.restore")}</button>`}
    </div>`;
}

/** No one is assigned to the depot, where everyone works, or to a site that was removed. */
const tabsOf = ({ kind, removedAt }, open) =>
  Object.keys(modules).filter((name) => name !== "team" || name === open || kind !== "DEPOT" && !removedAt);

/** What is done with the whole of a site, for who may. `?finish` in the address begins with the end of it. */
function createDeeds(page, place) {
  let isAsked = page.query.has("finish");
  queue.onChange(() => page.update(), page.signal);
  const move = async () => {
    const { moveMaterial } = await importModule(() => import("parts/move-material.js"));
    await moveMaterial(page.company, page.data.site);
  };
  const finish = async () => {
    const { finishSite } = await importModule(() => import("parts/finish-site.js"));
    await finishSite(page.company, page.data.site);
  };
  return () => {
    const { site } = page.data;
    const isOpen = site.kind !== "DEPOT" && site.status !== "FINISHED" && !site.removedAt;
    const mayFinish = may.finishSites() && isOpen && !queue.isFinishing(site.id);
    if (isAsked) {
      isAsked = false;
      history.replaceState(history.state, "", page.path);
      if (mayFinish) setTimeout(() => finish().catch(fail));
    }
    const deeds = [
      may.moveMaterial(site) && site.materialInfo.total > 0 && !site.removedAt && html`
        <button type="button" class="button is-small" @click=${() => move().catch(fail)}>${icon("move")}${t("move.open")}</button>`,
      may.seeCosts() && site.kind !== "DEPOT" && html`
        <a class="button is-small" href=${`${place.link}/costs`}>${icon("euro")}${t("costs.title")}</a>`,
      mayFinish && html`
        <button type="button" class="button is-small" @click=${() => finish().catch(fail)}>${icon("check")}${t("finish.submit")}</button>`,
    ].filter(Boolean);
    return deeds.length > 0 && html`<div class="site-deeds">${deeds}</div>`;
  };
}

function head(page, place) {
  const { site } = page.data;
  const isFinishing = queue.isFinishing(site.id) && chip(t("finish.waits"), "low");
  const chips = [statusChip(site), priorityChip(site), isFinishing].filter(Boolean);
  return pageHead({
    title: site.name,
    back: site.removedAt ? { href: page.link("/archive"), label: t("archive.title") } : { href: page.link("/sites"), label: t("sites.title") },
    chips: chips.length > 0 && chips,
    actions: may.changeSites() && !site.removedAt && html`
      <a class="button is-icon is-outlined" href=${`${place.link}/edit`} aria-label=${t(site.kind === "DEPOT" ? "site.edit.depotTitle" : "site.edit.title")}>${icon("edit")}</a>`,
  });
}

function about(page) {
  const { site } = page.data;
  const present = presentOn(page, site.id);
  return html`
    <div class="about">
      ${site.address && html`<div class="about-line">${icon("address")}<span>${addressLine(site)}</span></div>`}
      ${(site.contactName || site.contactPhone) && html`<div class="about-line">${icon("people")}<span>${contact(site)}</span></div>`}
      ${site.kind !== "DEPOT" && timeOf(site)}
      ${present.length > 0 && html`
        <div class="about-line is-present">${icon("people")}<span>${presence(page, present)}</span></div>`}
      ${site.notes && html`
        <div class="about-line">${icon("note")}
          <details class="about-notes"><summary>${site.notes}</summary></details>
        </div>`}
    </div>`;
}

const timeOf = (site) => html`
  <div class="about-line">${icon("calendar")}
    <div class="about-time">
      <span>${site.endDate ? dayRange(site.startDate, site.endDate) : t("site.from", { day: day(site.startDate) })}
        <span class="about-left">${site.status !== "FINISHED" && timeLeft(site)}</span></span>
      ${site.endDate && progress(site.progress / 100, t("site.progress", { percent: site.progress }))}
    </div>
  </div>`;

/** A tap on the number calls. */
const contact = ({ contactName, contactPhone }) => html`
  ${contactName ?? ""} ${contactPhone && phoneLink(contactPhone)}`;

function presence(page, present) {
  const others = present.filter((entry) => entry.userId !== page.user.id);
  const mine = present.find((entry) => entry.userId === page.user.id);
  const names = others.map((entry) => entry.userName).join(", ");
  const parts = [mine && t("site.presentYou", { moment: moment(mine.checkedInAt) }), names && t("site.presentOthers", { names })];
  return parts.filter(Boolean).join(" · ");
}

function timeLeft({ startDate, endDate, removedAt }) {
  const days = (to) => Math.round((Date.parse(to) - Date.parse(dayOf())) / 86_400_000);
  if (removedAt) return "";
  if (days(startDate) > 0) return t("site.startsIn", { count: days(startDate) });
  if (!endDate) return "";
  if (days(endDate) < 0) return t("site.overdue", { count: -days(endDate) });
  if (days(endDate) === 0) return t("site.lastDay");
  return t("site.daysLeft", { count: days(endDate) });
}

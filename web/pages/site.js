// A site: what it is and who is there above, then one of its tabs.

import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { overviewOf, presentOn, recallSite } from "app/sites.js";
import { day, dayOf, dayRange, moment, t } from "app/words.js";
import { addressLine } from "parts/address-line.js";
import { priorityChip, statusChip } from "parts/chips.js";
import { icon } from "parts/icon.js";
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
  return () => html`
    ${head(page, place)}
    ${about(page)}
    ${tabs(t("site.tabs.label"), Object.keys(modules).map((name) => ({
      href: name === "materials" ? place.link : `${place.link}/${name}`,
      label: t(`site.tabs.${name}`),
      isCurrent: name === page.tab,
    })))}
    ${content()}`;
}

function head(page, place) {
  const { site } = page.data;
  const chips = [statusChip(site), priorityChip(site)].filter(Boolean);
  return pageHead({
    title: site.name,
    back: { href: page.link("/sites"), label: t("sites.title") },
    chips: chips.length > 0 && chips,
    actions: may.changeSites() && html`
      <a class="button is-icon is-outlined" href=${`${place.link}/edit`} aria-label=${t("site.edit.title")}>${icon("edit")}</a>`,
  });
}

function about(page) {
  const { site } = page.data;
  const present = presentOn(page, site.id);
  return html`
    <div class="about">
      ${site.address && html`<div class="about-line">${icon("address")}<span>${addressLine(site)}</span></div>`}
      <div class="about-line">${icon("calendar")}
        <div class="about-time">
          <span>${site.endDate ? dayRange(site.startDate, site.endDate) : t("site.from", { day: day(site.startDate) })}
            <span class="about-left">${timeLeft(site)}</span></span>
          ${site.endDate && progress(site.progress / 100, t("site.progress", { percent: site.progress }))}
        </div>
      </div>
      ${present.length > 0 && html`
        <div class="about-line is-present">${icon("people")}<span>${presence(page, present)}</span></div>`}
      ${site.notes && html`
        <div class="about-line">${icon("note")}
          <details class="about-notes"><summary>${site.notes}</summary></details>
        </div>`}
    </div>`;
}

function presence(page, present) {
  const others = present.filter((entry) => entry.userId !== page.user.id);
  const mine = present.find((entry) => entry.userId === page.user.id);
  const names = others.map((entry) => entry.userName).join(", ");
  const parts = [mine && t("site.presentYou", { moment: moment(mine.checkedInAt) }), names && t("site.presentOthers", { names })];
  return parts.filter(Boolean).join(" · ");
}

function timeLeft({ startDate, endDate }) {
  const days = (to) => Math.round((Date.parse(to) - Date.parse(dayOf())) / 86_400_000);
  if (days(startDate) > 0) return t("site.startsIn", { count: days(startDate) });
  if (!endDate) return "";
  if (days(endDate) < 0) return t("site.overdue", { count: -days(endDate) });
  if (days(endDate) === 0) return t("site.lastDay");
  return t("site.daysLeft", { count: days(endDate) });
}

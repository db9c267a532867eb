// The hours of a site: one's own clock, who is here now, and every visit, the newest first.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { queue } from "app/queue.js";
import { overviewOf, presentOn } from "app/sites.js";
import { nearDay, t, time } from "app/words.js";
import { avatar, personChip } from "parts/chips.js";
import { createClock } from "parts/clock.js";
import { createPaged } from "parts/paged.js";
import { emptyState, section } from "parts/pieces.js";
import "parts/running-time.js";
import { byDay, entryRow } from "parts/time-entry.js";

const atOnce = 50;

/** @param {import("app/page.js").Page} page  @param {{id: string, api: string, link: string}} site */
export default function siteHours(page, site) {
  page.read({ overview: overviewOf(page.company) }, { isLive: true });
  page.read({ entries: `${site.api}/time-entries?limit=${atOnce}` }, { optional: true });
  const paged = createPaged(page, "entries");
  const clock = may.clockIn() && createClock(page, () => page.data.site);
  page.every(30_000, () => page.update());
  queue.onChange(({ entry, answer }) => answer && entry.lane === "clock" && page.refresh(), page.signal);

  return () => {
    const present = presentOn(page, site.id);
    return html`
      ${clock && clock()}
      ${may.seeAllHours() && present.length > 0 && section({
        title: t("hours.present"),
        count: present.length,
        content: html`<ul class="list">${present.map(presence)}</ul>`,
      })}
      ${visits()}`;
  };

  function visits() {
    if (!page.data.entries) return page.problems.entries && html`<p class="hint">${t("hours.notKept")}</p>`;
    return html`
      ${paged.items.length ? byDay(paged.items).map(([day, visits]) => keyed(day, section({
        title: nearDay(visits[0].checkedInAt),
        content: html`<ul class="list">${visits.map(row)}</ul>`,
      }))) : emptyState({ icon: "clock", title: t("hours.noneOnSite"), text: t("hours.noneOnSiteText") })}
      ${paged.button()}`;
  }

  // A worker sees their own only.
  function row(visit) {
    if (!may.seeAllHours()) return entryRow(visit, { open });
    return entryRow(visit, { title: visit.userName, before: avatar(visit.userName), open });
  }

  async function open(entry) {
    const { openEntry } = await importModule(() => import("parts/correct-hours.js"));
    const corrected = await openEntry(entry, { company: page.company.api, siteName: page.data.site.name });
    if (!corrected) return;
    // Also where it came with an older page of the list, which isn't asked for again.
    Object.assign(entry, corrected);
    await page.refresh();
  }
}

const presence = ({ id, userName, checkedInAt }) => keyed(id, html`
  <li class="row">
    <div class="row-text">${personChip(userName, t("start.since", { time: time(checkedInAt) }))}</div>
    <div class="row-amount"><span class="row-number"><running-time since=${checkedInAt}></running-time></span></div>
  </li>`);

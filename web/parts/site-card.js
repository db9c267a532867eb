// A site as a card: its address, who works there, what is running low, how long it will last.

import { html, keyed } from "app/html.js";
import { byName, day, t } from "app/words.js";
import { placeOf } from "parts/address-line.js";
import { avatars, lowChip, priorityChip, statusChip } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { progress } from "parts/pieces.js";

/** @param {import("app/page.js").Page} page  @param {object} site of the overview or of a list  @param {number} present how many are there now */
export function siteCard(page, site, present) {
  const place = placeOf(site, { hasCode: false });
  return keyed(site.id, html`
    <li class="card is-link">
      <div class="card-head">
        <h3><a class="stretched" href=${page.link(`/sites/${site.id}`)}>${site.name}</a></h3>
        <div class="chips">${statusChip(site)}${priorityChip(site)}${lowChip(site.lowCount ?? site.materialInfo.warnings)}</div>
      </div>
      ${place && html`<p class="card-sub">${icon("address")}<span>${place}</span></p>`}
      <div class="card-foot">
        ${site.assignments.length > 0 && avatars(site.assignments, { count: site.assignmentCount })}
        <span class="card-note">${present ? t("site.present", { count: present }) : site.endDate && t("site.until", { day: day(site.endDate, "weekday") })}</span>
      </div>
      ${site.endDate && progress(site.progress / 100, t("site.progress", { percent: site.progress }))}
    </li>`);
}

const urgencies = ["high", "medium", "low"];
/** Sorts what is urgent to the front. */
export const byUrgency = (a, b) =>
  urgencies.indexOf(a.priority) - urgencies.indexOf(b.priority) || byName(a.name, b.name);

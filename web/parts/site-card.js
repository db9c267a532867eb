// A site as a card: where it is, who works there, what runs low, how long it still goes.

import { html, keyed } from "app/html.js";
import { day, t } from "app/words.js";
import { avatars, lowChip, priorityChip, statusChip } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { progress } from "parts/pieces.js";

/** @param {import("app/page.js").Page} page  @param {object} site of the overview or of a list  @param {number} present how many are there now */
export function siteCard(page, site, present) {
  const { street, streetNumber, city } = site.addressParts;
  return keyed(site.id, html`
    <li class="card is-link">
      <div class="card-head">
        <h3><a class="stretched" href=${page.link(`/sites/${site.id}`)}>${site.name}</a></h3>
        <div class="chips">${statusChip(site)}${priorityChip(site)}${lowChip(site.lowCount ?? site.materialInfo.warnings)}</div>
      </div>
      <p class="card-sub">${icon("address")}<span>${street} ${streetNumber}, ${city}</span></p>
      <div class="card-foot">
        ${site.assignments.length > 0 && avatars(site.assignments, { count: site.assignmentCount })}
        <span class="card-note">${present ? t("site.present", { count: present }) : t("site.until", { day: day(site.endDate, "weekday") })}</span>
      </div>
      ${progress(site.progress / 100, t("site.progress", { percent: site.progress }))}
    </li>`);
}

const urgencies = ["high", "medium", "low"];
/** Sorts what is urgent to the front. */
export const byUrgency = (a, b) =>
  urgencies.indexOf(a.priority) - urgencies.indexOf(b.priority) || a.name.localeCompare(b.name);

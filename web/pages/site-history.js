// What happened on a site: who took and added what; for managers also who changed what of it.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { dayOf, nearDay, t, time } from "app/words.js";
import { auditChanges, auditSentence } from "parts/audit.js";
import { avatar, nameOf } from "parts/chips.js";
import { movementRow } from "parts/movement.js";
import { emptyState, section } from "parts/pieces.js";
import { createTimeline } from "parts/timeline.js";

export default function siteHistory(page, site) {
  let kind = "all";
  const { api } = page.company;
  if (may.seeHistory()) page.read({ audit: `${site.api}/audit?limit=100`, people: `${api}/users` }, { optional: true });
  const asked = new Set();

  const timeline = createTimeline(page, () => [
    ...(kind === "changes" ? [] : page.data.site.material.map((of) => ({ name: of.id, kind: "movement", of }))),
    ...(kind === "movements" || !may.seeHistory() ? [] : [{ name: "audit", kind: "change" }]),
  ]);

  return () => {
    for (const { id } of page.data.site.material) {
      if (asked.has(id)) continue;
      asked.add(id);
      page.read({ [id]: `${site.api}/materials/${id}/movements?limit=100` }, { optional: true });
    }
    const shown = timeline.items();
    const names = new Map((page.data.people ?? []).map((person) => [person.id, nameOf(person)]));
    const days = Map.groupBy(shown, ({ entry }) => dayOf(entry.at));
    return html`
      ${may.seeHistory() && html`
        <div class="pills" role="group" aria-label=${t("site.history.filter")}>
          ${["all", "movements", "changes"].map((one) => html`
            <button type="button" class="pill" aria-pressed=${String(kind === one)} @click=${() => { kind = one; page.update(); }}>
              ${t(`site.history.kinds.${one}`)}</button>`)}
        </div>`}
      ${days.size === 0 && emptyState({ icon: "history", title: t("site.history.none"), text: t("site.history.noneText") })}
      <div class="days">${[...days].map(([date, items]) => keyed(date, section({
        title: nearDay(items[0].entry.at),
        content: html`<ul class="list">${items.map(({ kind: what, of, entry }) => keyed(entry.id, what === "movement"
          ? movementRow(entry, of.unit, of.name) : changeRow(entry, names)))}</ul>`,
      })))}</div>
      ${timeline.button()}`;
  };
}

const changeRow = (entry, names) => html`
  <li class="row is-top">
    ${avatar(entry.userName)}
    <div class="row-text">
      <p>${auditSentence(entry, names)}</p>
      ${auditChanges(entry, names)}
    </div>
    <time class="row-sub number" datetime=${entry.at}>${time(entry.at)}</time>
  </li>`;

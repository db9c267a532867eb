// What happened on a site: who took and added what; for managers also who changed what of it.

import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { may } from "app/may.js";
import { dayOf, nearDay, t, time, useWords } from "app/words.js";
import { auditChanges, auditSentence, besideMovements } from "parts/audit.js";
import { avatar, nameOf } from "parts/chips.js";
import { createPlaces, movementRow } from "parts/movement.js";
import { createPaged } from "parts/paged.js";
import { emptyState, section, whyMissing } from "parts/pieces.js";

const atOnce = 100;
const kinds = { all: "", movements: "&kind=MOVEMENT", changes: "&kind=CHANGE" };

export default async function siteHistory(page, site) {
  if (may.seeHistory()) await useWords("history");
  let kind = "all";
  let known = null;
  const lists = new Map();
  const places = createPlaces(page);
  choose(kind);
  if (may.seeHistory()) page.read({ people: `${page.company.api}/users` }, { optional: true });

  function choose(one) {
    kind = one;
    if (!lists.has(one)) {
      lists.set(one, createPaged(page, one));
      page.read({ [one]: `${site.api}/history?limit=${atOnce}${kinds[one]}` }, { optional: true });
    }
    page.update();
  }

  return () => {
    const list = lists.get(kind);
    const isMissing = !page.data[kind] && page.problems[kind];
    if (isMissing && !known) recall();
    const events = page.data[kind] ? inOrder(list.items, list.hasMore) : kind === "changes" ? [] : known ?? [];
    const shown = kind === "all" ? events.flatMap(told) : events;
    const names = new Map((page.data.people ?? []).map((person) => [person.id, nameOf(person)]));
    const units = new Map((page.data.site?.material ?? []).map(({ id, unit }) => [id, unit]));
    const days = Map.groupBy(shown, ({ at }) => dayOf(at));
    return html`
      ${may.seeHistory() && html`
        <div class="pills" role="group" aria-label=${t("site.history.filter")}>
          ${Object.keys(kinds).map((one) => html`
            <button type="button" class="pill" aria-pressed=${String(kind === one)} @click=${() => choose(one)}>
              ${t(`site.history.kinds.${one}`)}</button>`)}
        </div>`}
      ${isMissing && html`<p class="hint">${whyMissing(isMissing, "site.history.notKept")}</p>`}
      ${days.size === 0 && page.data[kind] && emptyState({
        icon: "history", title: t("site.history.none"), text: t("site.history.noneText"),
      })}
      <div class="days">${[...days].map(([date, entries]) => keyed(date, section({
        title: nearDay(entries[0].at),
        content: html`<ul class="list">${entries.map((entry) => keyed(entry.id, entry.movement
          ? movementRow({ ...entry.movement, at: entry.at }, { places })
          : changeRow(entry.change, names, units)))}</ul>`,
      })))}</div>
      ${page.data[kind] && list.button()}`;
  };

  /** Without a signal, and where the history was never asked for: what is kept of the movements of each material. */
  async function recall() {
    known = [];
    known = (await Promise.all((page.data.site?.material ?? []).map((material) => recallMovements(site, material)))).flat()
      .sort((a, b) => (a.at < b.at ? 1 : -1));
    page.update();
  }
}

/** A count is told once: by its movement. */
function told(entry) {
  if (!entry.change) return [entry];
  const change = besideMovements(entry.change);
  return change ? [{ ...entry, change }] : [];
}

async function recallMovements(site, { id, name, unit }) {
  const entry = await kept.recall(`${site.api}/materials/${id}/movements?limit=${atOnce}`);
  return (entry?.value ?? []).map((one) => ({ id: one.id, at: one.at, movement: { unit, materialName: name, ...one } }));
}

/**
 * By when it happened. The list comes by when it was recorded, and work done offline is recorded late: what happened before the oldest
 * record that is here isn't shown before all of its time is.
 */
function inOrder(entries, hasMore) {
  const until = hasMore ? entries.at(-1).recordedAt : "";
  return entries.filter(({ at }) => at >= until).sort((a, b) => (a.at < b.at ? 1 : -1));
}

const changeRow = (entry, names, units) => html`
  <li class="row is-top">
    ${avatar(entry.userName)}
    <div class="row-text">
      <p>${auditSentence(entry, names, units)}</p>
      ${auditChanges(entry, names)}
    </div>
    <time class="row-sub number" datetime=${entry.at}>${time(entry.at)}</time>
  </li>`;

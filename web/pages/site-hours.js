// The hours of a site: one's own clock, who is here now, and every visit, the newest first.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { now } from "app/now.js";
import { hereNow, overviewOf, presentOn } from "app/sites.js";
import { moment, nearDay, t, time } from "app/words.js";
import { avatar, chip, personChip } from "parts/chips.js";
import { createClock } from "parts/clock.js";
import { createCrewActions, entriesAtOnce } from "parts/crew-actions.js";
import { crewWaiting, fixesWaiting, waitingChip } from "parts/crew-waiting.js";
import { createPaged } from "parts/paged.js";
import { emptyState, section } from "parts/pieces.js";
import "parts/running-time.js";
import { byDay, entryRow, isForgotten, isVoid } from "parts/time-entry.js";

/** How far back a foreman may correct, in milliseconds. */
const foremansReach = 7 * 24 * 3_600_000;

/** @param {import("app/page.js").Page} page  @param {{id: string, api: string, link: string}} site */
export default function siteHours(page, site) {
  page.read({ overview: overviewOf(page.company) }, { isLive: true });
  let withVoid = false;
  let paged = null;
  read();
  if (may.correctHours()) page.read({ users: `${page.company.api}/users` }, { optional: true });
  // A site that was removed is only read.
  const isClosed = () => Boolean(page.data.site.removedAt);
  const clock = may.clockIn() && createClock(page, () => page.data.site);
  const crew = createCrewActions(page, site);
  const seesAll = () => may.seeAllHours() || may.leadSite(page.data.site);
  page.every(30_000, () => page.update());

  function read() {
    page.read({ entries: `${site.api}/time-entries?limit=${entriesAtOnce}${withVoid ? "&void=true" : ""}` }, { optional: true });
    paged = createPaged(page, "entries");
  }

  function showVoid({ target }) {
    withVoid = target.checked;
    page.data.entries = undefined;
    read();
    page.update();
  }

  return () => {
    const present = may.leadSite(page.data.site) ? withWaiting(hereNow(page, site.id), site.id) : presentOn(page, site.id);
    return html`
      ${clock && !isClosed() && clock()}
      ${!isClosed() && crew()}
      ${seesAll() && present.length > 0 && section({
        title: t("hours.present"),
        count: present.length,
        content: html`<ul class="list">${present.map(presence)}</ul>`,
      })}
      ${visits()}`;
  };

  function visits() {
    if (!page.data.entries) return page.problems.entries && html`<p class="hint">${t("hours.notKept")}</p>`;
    // What was declared void, or moved away, just now.
    const items = withVoid ? paged.items : paged.items.filter((one) => !isVoid(one));
    return html`
      ${items.length ? byDay(items).map(([day, visits]) => keyed(day, section({
        title: nearDay(visits[0].checkedInAt),
        content: html`<ul class="list">${visits.map(row)}</ul>`,
      }))) : emptyState({ icon: "clock", title: t("hours.noneOnSite"), text: t("hours.noneOnSiteText") })}
      ${paged.button()}
      ${may.leadSite(page.data.site) && html`
        <label class="choice hours-void"><input type="checkbox" .checked=${withVoid} @change=${showVoid}>
          <span class="choice-text">${t("hours.void.show")}</span></label>`}`;
  }

  // A worker who doesn't lead the site sees their own only.
  function row(visit) {
    if (!seesAll()) return entryRow(visit, { open });
    const after = fixesWaiting(site.id).has(visit.id) && waitingChip();
    return entryRow(visit, { title: visit.userName, before: avatar(visit.userName), after, open });
  }

  async function open(entry) {
    const { openEntry } = await importModule(() => import("parts/correct-hours.js"));
    const corrected = await openEntry(entry, {
      company: page.company.id, siteName: page.data.site.name,
      mayCorrect: !isClosed() && (may.correctHours() || (may.leadSite(page.data.site) && Date.parse(entry.checkedInAt) > now() - foremansReach)),
    });
    if (!corrected) return;
    // Also where it came with an older page of the list, which isn't asked for again.
    Object.assign(entry, corrected.id === entry.id ? corrected : movedAway(corrected));
    await page.refresh();
  }
}

/** What is left here of an entry that was moved to another site. @param {any} moved */
const movedAway = ({ recordedAt, enteredByName, reason }) => ({
  state: "VOID", voidedAt: recordedAt, voidedByName: enteredByName, voidReason: reason,
});

/** Who is there, and whose check-in or check-out waits for a signal. */
function withWaiting(present, site) {
  const waiting = crewWaiting(site);
  const known = new Set(present.map(({ userId }) => userId));
  return [
    ...present.map((entry) => ({ ...entry, waits: waiting.get(entry.userId)?.remark })),
    ...[...waiting].filter(([id, { isHere }]) => isHere && !known.has(id)).map(([id, { key, name, at, remark }]) => ({
      id: `${key} ${id}`, userId: id, userName: name, checkedInAt: at, waits: remark,
    })),
  ];
}

const presence = ({ id, userName, checkedInAt, askAt, waits }) => keyed(id, html`
  <li class="row">
    <div class="row-text">${personChip(userName, waits ?? (isForgotten({ askAt }) ? moment(checkedInAt) : t("start.since", { time: time(checkedInAt) })),
      [...(isForgotten({ askAt }) ? [chip(t("hours.forgotten"), "danger")] : []), ...(waits ? [waitingChip()] : [])])}</div>
    <div class="row-amount"><span class="row-number"><running-time since=${checkedInAt}></running-time></span></div>
  </li>`);

// The time clock: whether the person is on a site, since when, and the button to check in or out.

import { html } from "app/html.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { now } from "app/now.js";
import { queue } from "app/queue.js";
import { presentOn, recallPlaces } from "app/sites.js";
import { byName, moment, t, time } from "app/words.js";
import { placeOf } from "parts/address-line.js";
import { icon } from "parts/icon.js";
import "parts/running-time.js";

/** A double tap must not check in and out. Milliseconds. */
const rest = 1500;
/** Longer than anyone works, in milliseconds: they forgot to check out. */
const longest = 14 * 3_600_000;

/**
 * Where the person is, as far as is known: the server's answer, then acts that wait for a signal.
 * @returns {{visit: {siteId: string, siteName?: string, since: string, act?: object} | null, left: object | null}} `act` and `left` are
 *   check-ins and check-outs that aren't saved.
 */
export function whereAmI(page) {
  const open = presentOn(page).find((entry) => entry.userId === page.user.id);
  let visit = open ? { siteId: open.siteId, siteName: open.siteName, since: open.checkedInAt } : null;
  let left = null;
  for (const entry of waitingClock(page)) {
    left = entry.kind === "check-out" ? entry : null;
    visit = left ? null : { siteId: entry.about.site, siteName: entry.about.siteName, since: entry.at, act: entry };
  }
  return { visit, left };
}

/** The person's unsaved check-ins and check-outs. */
export const waitingClock = (page) => queue.clocked(page.company.id);

/**
 * @param {import("app/page.js").Page} page whose data has `overview`.
 * @param {() => object} [here] the site to check in to; without it, any active one.
 */
export function createClock(page, here) {
  let isBusy = false;
  queue.onChange(() => page.update(), page.signal);

  return () => {
    const { visit, left } = whereAmI(page);
    const sites = here ? [here()] : sitesToCome(page);
    const isStuck = !visit && !sites.length;
    return html`
      <section class="clock ${visit && "is-running"}" aria-label=${t("clock.label")}>
        <div class="clock-text">${visit ? inside(visit) : outside(left, isStuck)}</div>
        ${!isStuck && html`
          <button type="button" class="button is-primary is-big" aria-disabled=${isBusy ? "true" : null}
            @click=${() => (visit ? leave(visit) : come(sites))}>
            ${icon(visit ? "out" : "in")}${t(visit ? "clock.out" : "clock.in")}</button>`}
      </section>`;
  };

  function inside(/** @type {{siteName?: string, since: string, act?: object}} */ { siteName, since, act }) {
    const isForgotten = now() - Date.parse(since) > longest;
    return html`
      <p class="clock-state">${t(stateOf(act, "In") ?? "clock.since", { moment: moment(since), time: time(since) })}</p>
      <p class="clock-time"><running-time since=${since}></running-time></p>
      <p class="clock-site">${siteName}</p>
      ${isForgotten && html`<p class="clock-note">${t("clock.forgotten", { moment: moment(since) })}</p>`}`;
  }

  function outside(left, isStuck) {
    return html`
      <p class="clock-state">${left ? t(stateOf(left, "Out") ?? "clock.left", { time: time(left.at) }) : t("clock.away")}</p>
      ${!left && html`<p class="clock-site">${t(!isStuck ? "clock.awayHint" : may.changeSites() ? "clock.noneRuns" : "clock.noSites")}</p>`}`;
  }

  async function come(sites) {
    if (isBusy) return;
    const site = sites.length === 1 ? sites[0] : await choose(page, sites);
    if (site) await act(() => queue.checkIn({ company: page.company.id, site: site.id, siteName: site.name }), "clock.cameIn");
  }

  async function leave(/** @type {{siteId: string, siteName?: string}} */ { siteId, siteName }) {
    const visit = { company: page.company.id, site: siteId, siteName };
    await act(() => queue.checkOut(visit), "clock.wentOut");
  }

  async function act(write, word) {
    if (isBusy) return;
    isBusy = true;
    const at = now();
    page.update();
    try {
      const { key } = await write();
      offerUndo(key, t(word, { time: time(at) }));
    } catch (problem) {
      fail(problem);
    }
    page.update();
    setTimeout(() => { isBusy = false; page.update(); }, rest);
  }
}

/** The words for an unsaved check-in or check-out: null while it can be undone, or is on its way. */
function stateOf(act, way) {
  if (act?.isKept === false) return `clock.unkept${way}`;
  return act?.isWaiting ? `clock.waiting${way}` : null;
}

/** Until it is sent. */
function offerUndo(key, text) {
  const ending = new AbortController();
  const undo = async () => toast(t((await queue.undo(key)) ? "clock.undone" : "clock.undoneTooLate"));
  const close = toast(text, { action: { label: t("action.undo"), run: undo } });
  queue.onChange(() => {
    if (queue.mayUndo(key)) return;
    ending.abort();
    close();
  }, ending.signal);
}

/** The sites to choose from: the person's own first, beginning with the one visited last. */
function sitesToCome(page) {
  const rank = (site) => [site.isAssigned ? site.lastVisited ?? "" : "", site.isAssigned ? "1" : "0"].join();
  return [...page.data.overview.sites]
    .sort((a, b) => rank(b).localeCompare(rank(a)) || byName(a.name, b.name));
}

async function choose(page, sites) {
  const { openDialog } = await importModule(() => import("parts/dialog.js"));
  const depot = (await recallPlaces(page.company)).filter(({ kind }) => kind === "DEPOT");
  return openDialog({
    title: t("clock.choose"),
    view: (dialog) => html`
      <ul class="picks">
        ${[...sites, ...depot].map((site) => html`
          <li><button type="button" class="pick" @click=${() => dialog.close(site)}>
            <span class="pick-name">${site.name}</span>
            <span class="pick-sub">${remark(site)}</span></button></li>`)}
      </ul>`,
  });
}

function remark({ lastVisited: last, addressParts }) {
  return [placeOf({ addressParts }, { hasCode: false }), last && t("clock.lastHere", { day: moment(last) })].filter(Boolean).join(" · ");
}

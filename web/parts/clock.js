// The time clock: whether the person is on a site, since when, and the buttons to check in or out and for a break.

import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { hasPassed, now } from "app/now.js";
import { queue } from "app/queue.js";
import { breakQuestion } from "app/settled.js";
import { presentOn, recallPlaces } from "app/sites.js";
import { byName, importWithWords, moment, t, time } from "app/words.js";
import { placeOf as townOf } from "parts/address-line.js";
import { icon } from "parts/icon.js";
import "parts/running-time.js";

/** A double tap must not check in and out. Milliseconds. */
const rest = 1500;

/**
 * @typedef {{siteId: string, siteName?: string, since: string, askAt?: string | null, onBreakSince: string | null, breaks: number, act?: any}} Visit From
 *   `askAt` on the person is asked whether they are still there. `breaks` are those so far; `act` is the last one of it that isn't saved: a check-in, or the beginning or end of a break.
 */

/**
 * Where the person is, as far as is known: the server's answer, then acts that wait for a signal.
 * @returns {{visit: Visit | null, left: object | null}} `left` is a check-out that isn't saved.
 */
export function whereAmI(page) {
  const open = presentOn(page).find((entry) => entry.userId === page.user.id);
  /** @type {Visit | null} */
  let visit = open ? {
    siteId: open.siteId, siteName: open.siteName, since: open.checkedInAt, askAt: open.askAt, onBreakSince: open.onBreakSince ?? null, breaks: open.breakCount ?? 0,
  } : null;
  let left = null;
  for (const act of waitingClock(page)) {
    const { kind, at, about } = act;
    if (kind === "check-in") {
      [visit, left] = [{ siteId: about.site, siteName: about.siteName, since: at, askAt: askAt(page, at), onBreakSince: null, breaks: 0, act }, null];
    } else if (kind === "check-out") {
      [visit, left] = [null, act];
    } else if (visit && kind === "break-start") {
      visit = { ...visit, onBreakSince: at, breaks: visit.breaks + 1, act };
    } else if (visit && kind === "break-end") {
      visit = { ...visit, onBreakSince: null, act };
    }
  }
  return { visit, left };
}

/** Whether they have been there for so long that they are asked. @param {Visit | null} visit */
const isLong = (visit) => visit !== null && hasPassed(visit.askAt);

/** The same for a check-in that the server doesn't know yet, by what it said last. */
function askAt({ data: { overview } }, since) {
  const asked = Date.parse(since) + (overview?.askAfterMinutes ?? NaN) * 60_000;
  return Number.isNaN(asked) ? null : new Date(asked).toISOString();
}

/** The person's unsaved check-ins, check-outs and breaks. */
export const waitingClock = (page) => queue.clocked(page.company.id);

/**
 * @param {import("app/page.js").Page} page whose data has `overview`.
 * @param {() => object} [here] the site to check in to; without it, any active one.
 */
export function createClock(page, here) {
  let isBusy = false;
  /** Asks about a break, once there is something to ask. @type {null | ((isBusy: boolean) => unknown)} */
  let asking = null;
  /** Asks whether they are still there. @type {null | ((visit: Visit, isBusy: boolean) => unknown)} */
  let doubting = null;
  /** @type {Promise<void> | null} */
  let doubts = null;
  queue.onChange(() => page.update(), page.signal);
  const question = breakQuestion.pathOf(page.company.id);
  kept.watch(question, prepare, page.signal);
  const prepared = kept.recall(question).then(prepare);
  // Shown later, a question moves what is below it.
  page.waitFor(() => Promise.all([prepared, doubt(whereAmI(page).visit)]));

  async function prepare() {
    if (!asking && breakQuestion.of(page.company.id)) {
      // Without the module it is asked on another page.
      asking = await importWithWords(() => import("parts/ask-break.js")).then(({ askBreak }) => askBreak(page.company.id), () => null);
    }
    page.update();
  }

  /** Loaded once it is asked. Without the module it is asked on another page. */
  function doubt(visit) {
    if (!isLong(visit)) return null;
    doubts ??= importWithWords(() => import("parts/still-there.js")).then(({ createStillThere }) => createStillThere(page, leave))
      .then((ask) => { doubting = ask; page.update(); }, () => {});
    return doubts;
  }

  return () => {
    const { visit, left } = whereAmI(page);
    doubt(visit);
    const sites = here ? [here()] : sitesToCome(page);
    const isStuck = !visit && !sites.length;
    return html`
      <section class="clock ${visit && "is-running"} ${visit?.onBreakSince && "is-resting"}" aria-label=${t("clock.label")}>
        <div class="clock-text">${visit ? inside(visit) : outside(left, isStuck)}</div>
        ${!isStuck && html`
          <div class="clock-buttons">
            <button type="button" class="button is-big ${!visit?.onBreakSince && "is-primary"}" aria-disabled=${isBusy ? "true" : null}
              @click=${() => (visit ? leave(visit) : come(sites))}>
              ${icon(visit ? "out" : "in")}${t(visit ? "clock.out" : "clock.in")}</button>
            ${visit && breakButton(visit)}
          </div>`}
        ${isLong(visit) && doubting?.(visit, isBusy)}
        ${!visit && asking?.(isBusy)}
      </section>`;
  };

  function inside(/** @type {Visit} */ { siteName, since, act, onBreakSince }) {
    const shown = onBreakSince ?? since;
    return html`
      <p class="clock-state">${onBreakSince
        ? t(stateOf(act, "Break") ?? "clock.onBreak", { time: time(onBreakSince) })
        : t(stateOf(act, act?.kind === "break-end" ? "Resume" : "In") ?? "clock.since", { moment: moment(since), time: time(act?.at ?? since) })}</p>
      <p class="clock-time"><running-time since=${shown}></running-time></p>
      <p class="clock-site">${siteName}${onBreakSince && html`<br>${t("clock.since", { moment: moment(since) })}`}</p>`;
  }

  function outside(left, isStuck) {
    return html`
      <p class="clock-state">${left ? t(stateOf(left, "Out") ?? "clock.left", { time: time(left.at) }) : t("clock.away")}</p>
      ${!left && html`<p class="clock-site">${t(!isStuck ? "clock.awayHint" : may.changeSites() ? "clock.noneRuns" : "clock.noSites")}</p>`}`;
  }

  function breakButton(/** @type {Visit} */ visit) {
    const { onBreakSince } = visit;
    return html`
      <button type="button" class="button ${onBreakSince && "is-primary"}" aria-disabled=${isBusy ? "true" : null} @click=${() => pause(visit)}>
        ${icon(onBreakSince ? "resume" : "pause")}${t(onBreakSince ? "clock.resume" : "clock.break")}</button>`;
  }

  async function come(sites) {
    if (isBusy) return;
    const site = sites.length === 1 ? sites[0] : await choose(page, sites);
    if (site) await act(() => queue.checkIn({ company: page.company.id, site: site.id, siteName: site.name }), "clock.cameIn");
  }

  function placeOf(/** @type {Visit} */ { siteId, siteName }) {
    return { company: page.company.id, site: siteId, siteName };
  }

  /** @param {Visit} visit  @param {string} [at] an instant; without it, now. */
  async function leave(visit, at) {
    await act(async () => {
      const out = await queue.checkOut(placeOf(visit), { at });
      breakQuestion.checkedOut(placeOf(visit), { from: visit.since, to: out.at, breaks: visit.breaks });
      return out;
    }, "clock.wentOut");
  }

  async function pause(/** @type {Visit} */ visit) {
    if (visit.onBreakSince) await act(() => queue.endBreak(placeOf(visit)), "clock.breakEnded");
    else await act(() => queue.startBreak(placeOf(visit)), "clock.onBreak");
  }

  async function act(write, word) {
    if (isBusy) return;
    isBusy = true;
    page.update();
    try {
      const { key, at } = await write();
      offerUndo(key, t(word, { time: time(at) }));
    } catch (problem) {
      fail(problem);
    }
    page.update();
    setTimeout(() => { isBusy = false; page.update(); }, rest);
  }
}

/** The words for an unsaved act: null while it can be undone, or is on its way. */
function stateOf(act, way) {
  if (act?.isKept === false) return `clock.unkept${way}`;
  return act?.isWaiting ? `clock.waiting${way}` : null;
}

/** Until it is sent. @param {string} key  @param {string} text  @param {() => unknown} [undone] runs when it was undone. */
export function offerUndo(key, text, undone = () => {}) {
  const ending = new AbortController();
  const undo = async () => {
    const isUndone = await queue.undo(key);
    if (isUndone) undone();
    toast(t(isUndone ? "clock.undone" : "clock.undoneTooLate"));
  };
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
  const { openDialog } = await importWithWords(() => import("parts/dialog.js"));
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
  return [townOf({ addressParts }, { hasCode: false }), last && t("clock.lastHere", { day: moment(last) })].filter(Boolean).join(" · ");
}

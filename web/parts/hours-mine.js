// The person's own hours: today and this week in big numbers, then every time entry by day.

import { nextOf } from "app/api.js";
import { html, keyed } from "app/html.js";
import { importModule } from "app/modules.js";
import { isOfHours, queue } from "app/queue.js";
import { ownEntries } from "app/settled.js";
import { dayOf, duration, nearDay, t, time } from "app/words.js";
import { addDays, mondayOf } from "app/zone.js";
import { chip, nameOf } from "parts/chips.js";
import { waitingClock } from "parts/clock.js";
import { approvalChips, createSubmitting } from "parts/day-approval.js";
import { emptyState, section, whyMissing } from "parts/pieces.js";
import { siteName } from "parts/site-name.js";
import { byDay, entryRow } from "parts/time-entry.js";
import { addUp, explained, sheetOf, sheetsPath, signed } from "parts/time-sheets.js";

const weeksAtOnce = 4;
/** The server computes a year at once. */
const mostDays = 364;

/** @param {import("app/page.js").Page} page whose data has `overview`. */
export default async function hoursMine(page) {
  const { api } = page.company;
  let weeks = weeksAtOnce;
  let latest = null;

  const first = () => addDays(mondayOf(dayOf()), -7 * (weeks - 1));
  // The first is the same every week, so that it is known without a signal.
  const read = () => {
    const latestOnly = ownEntries(page.company, page.user.id);
    page.read({ mine: weeks === weeksAtOnce ? latestOnly : `${api}/time-entries?userId=${page.user.id}&from=${first()}` }, { optional: true });
    const to = addDays(mondayOf(dayOf()), 6);
    page.read({ sheets: sheetsPath(api, { from: addDays(to, 1 - Math.min(7 * weeks, mostDays)), to, user: page.user.id }) }, { optional: true });
  };
  read();
  queue.onChange(({ entry, answer, clarification }) => (answer || clarification) && isOfHours(entry) && page.refresh(), page.signal);
  /** What waits for a manager, or was decided lately; null if its code can't be had. */
  const clarified = await importModule(() => import("parts/clarifications-mine.js")).then(({ createMine }) => createMine(page), () => null);
  const submitting = createSubmitting({ path: api, user: page.user.id, refresh: () => page.refresh(), update: () => page.update() });
  // It stands above the hours: they are shown with it, so that it doesn't push them away from under a finger.
  const isKnown = () => !clarified || page.data.ownClarifications || page.problems.ownClarifications;

  return () => isKnown() && html`${clarified?.()}${shown()}`;

  function shown() {
    if (!page.data.mine) return page.problems.mine && html`<p class="hint">${whyMissing(page.problems.mine, "hours.notKept")}</p>`;
    if (weeks === weeksAtOnce) latest = page.data.mine;
    const entries = page.data.mine.filter((entry) => dayOf(entry.checkedInAt) >= first());
    const clocked = waitingClock(page);
    const waiting = clocked.filter(({ isWaiting, isKept }) => isWaiting || isKept === false);
    if (!entries.length && !clocked.length && weeks === weeksAtOnce) {
      return html`${emptyState({ icon: "clock", title: t("hours.none"), text: t("hours.noneText") })}${older()}`;
    }
    const { days, total } = sheetOf(page.data.sheets, page.user.id);
    const since = (day) => page.data.sheets && addUp(days.filter((one) => one.day >= day));
    return html`
      <ul class="tiles hours-tiles">
        ${tile(t("hours.today"), since(dayOf()), page.user, days.find(({ day }) => day === dayOf()))}
        ${tile(t("hours.thisWeek"), since(mondayOf(dayOf())), page.user)}
        ${Number.isFinite(total.runningMinutes) && html`
          <li class="tile"><span class="tile-label">${t("hours.explain.running")}</span><span class="tile-number">${signed(total.runningMinutes)}</span></li>`}
      </ul>
      ${page.data.sheets && submitting(days)}
      ${waiting.length > 0 && section({
        title: t("queue.title"), content: html`<ul class="list">${waiting.map(waitingRow)}</ul>`,
      })}
      ${byDay(entries).map(([day, visits]) => keyed(day, section({
        title: nearDay(visits[0].checkedInAt),
        action: dayTotal(days.find((one) => one.day === day), page.user),
        content: html`<ul class="list">${visits.map((visit) => entryRow(visit, { title: siteName(page, visit), open }))}</ul>`,
      })))}
      ${older()}`;
  }

  function older() {
    if (!hasOlder()) return null;
    const more = () => { weeks += weeksAtOnce; read(); page.update(); };
    return html`<div class="actions is-centered"><button type="button" class="button" @click=${more}>${t("action.more")}</button></div>`;
  }

  /** Whether there are visits before those shown: the latest hundred tell, or that there are more than a hundred. */
  function hasOlder() {
    return nextOf(latest) || latest.some((entry) => dayOf(entry.checkedInAt) < first());
  }

  async function open(entry) {
    const { openEntry } = await importModule(() => import("parts/correct-hours.js"));
    await openEntry(entry, { company: page.company.id, siteName: siteName(page, entry) });
  }
}

/** @param {string} label  @param {any} of what the server computed, if that is known  @param {any} user  @param {any} [day] if it is one */
const tile = (label, of, user, day) => html`
  <li class="tile"><span class="tile-label">${label}</span>
    ${of ? explained({ label, name: nameOf(user), of: day ?? of, day: day?.day, kind: "tile-number" }) : html`<span class="tile-number">–</span>`}</li>`;

const dayTotal = (of, user) => of && html`<span class="day-total">
  ${approvalChips(of)}
  ${explained({ label: nearDay(of.from), name: nameOf(user), of, day: of.day })}</span>`;

const words = new Map([["check-in", "clock.in"], ["check-out", "clock.out"], ["break-start", "clock.break"], ["break-end", "clock.resume"]]);

/** What waits, in a word and with its time. */
function waitingTitle({ kind, at, body }) {
  if (kind !== "break-stated") return `${t(words.get(kind))} ${time(at)}`;
  return body.minutes ? t("breaks.noted", { duration: duration(body.minutes) }) : t("breaks.notedNone");
}

const waitingRow = (act) => keyed(act.key, html`
  <li class="row">
    <div class="row-text">
      <p class="row-title">${waitingTitle(act)}</p>
      <p class="row-sub">${act.about.siteName}</p>
    </div>
    ${act.isKept === false ? chip(t("queue.state.unkept"), "danger") : chip(t("hours.waiting"), "low")}
  </li>`);

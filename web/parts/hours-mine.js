// The person's own hours: today and this week in big numbers, then every time entry by day.

import { nextOf } from "app/api.js";
import { html, keyed } from "app/html.js";
import { importModule } from "app/modules.js";
import { isOfHours, queue } from "app/queue.js";
import { dayOf, duration, nearDay, t, time } from "app/words.js";
import { addDays, mondayOf } from "app/zone.js";
import { chip } from "parts/chips.js";
import { waitingClock } from "parts/clock.js";
import { emptyState, section, whyMissing } from "parts/pieces.js";
import { siteName } from "parts/site-name.js";
import { byDay, entryRow, sumOf } from "parts/time-entry.js";

const weeksAtOnce = 4;

/** @param {import("app/page.js").Page} page whose data has `overview`. */
export default function hoursMine(page) {
  const { api } = page.company;
  let weeks = weeksAtOnce;
  let latest = null;

  const first = () => addDays(mondayOf(dayOf()), -7 * (weeks - 1));
  // The first is the same every week, so that it is known without a signal.
  const read = () => {
    const which = weeks === weeksAtOnce ? "limit=100" : `from=${first()}`;
    page.read({ mine: `${api}/time-entries?userId=${page.user.id}&${which}` }, { optional: true });
  };
  read();
  queue.onChange(({ entry, answer }) => answer && isOfHours(entry) && page.refresh(), page.signal);

  return () => {
    if (!page.data.mine) return page.problems.mine && html`<p class="hint">${whyMissing(page.problems.mine, "hours.notKept")}</p>`;
    if (weeks === weeksAtOnce) latest = page.data.mine;
    const entries = page.data.mine.filter((entry) => dayOf(entry.checkedInAt) >= first());
    const clocked = waitingClock(page);
    const waiting = clocked.filter(({ isWaiting, isKept }) => isWaiting || isKept === false);
    if (!entries.length && !clocked.length && weeks === weeksAtOnce) {
      return html`${emptyState({ icon: "clock", title: t("hours.none"), text: t("hours.noneText") })}${older()}`;
    }
    const since = (day) => sumOf(entries.filter((entry) => dayOf(entry.checkedInAt) >= day));
    return html`
      <ul class="tiles hours-tiles">
        ${tile(t("hours.today"), since(dayOf()))}
        ${tile(t("hours.thisWeek"), since(mondayOf(dayOf())))}
      </ul>
      ${waiting.length > 0 && section({
        title: t("queue.title"), content: html`<ul class="list">${waiting.map(waitingRow)}</ul>`,
      })}
      ${byDay(entries).map(([day, visits]) => keyed(day, section({
        title: nearDay(visits[0].checkedInAt),
        action: html`<span class="day-total">${duration(sumOf(visits))}</span>`,
        content: html`<ul class="list">${visits.map((visit) => entryRow(visit, { title: siteName(page, visit), open }))}</ul>`,
      })))}
      ${older()}`;
  };

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

const tile = (label, minutes) => html`
  <li class="tile"><span class="tile-label">${label}</span><span class="tile-number">${duration(minutes)}</span></li>`;

const waitingRow = ({ key, kind, at, about, isKept }) => keyed(key, html`
  <li class="row">
    <div class="row-text">
      <p class="row-title">${t(kind === "check-in" ? "clock.in" : "clock.out")} ${time(at)}</p>
      <p class="row-sub">${about.siteName}</p>
    </div>
    ${isKept === false ? chip(t("queue.state.unkept"), "danger") : chip(t("hours.waiting"), "low")}
  </li>`);

// Everyone's hours: who is on site now, and a week or a month by person. A chosen person is shown day by day.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { isOfHours, queue } from "app/queue.js";
import { go } from "app/router.js";
import { presentOn } from "app/sites.js";
import { byName, day, dayOf, duration, nearDay, t, time } from "app/words.js";
import { addDays } from "app/zone.js";
import { avatar, nameOf, personChip } from "parts/chips.js";
import { crewWaiting, waitingChip } from "parts/crew-waiting.js";
import { createPeriod } from "parts/period.js";
import { icon } from "parts/icon.js";
import { emptyState, section, whyMissing } from "parts/pieces.js";
import "parts/running-time.js";
import { siteName } from "parts/site-name.js";
import { byDay, entryRow, sumOf } from "parts/time-entry.js";

/** @param {import("app/page.js").Page} page whose data has `overview`. */
export default function hoursTeam(page) {
  const { api } = page.company;
  const period = createPeriod(moved, page.query);
  const person = page.query.get("person");

  page.read({ people: `${api}/users` }, { optional: true });
  read();
  queue.onChange(({ entry, answer }) => (answer && isOfHours(entry) ? page.refresh() : page.update()), page.signal);

  function moved() {
    // Values in the address survive a reload and the back button.
    history.replaceState(history.state, "", address(person));
    read();
  }

  function read() {
    page.data.team = undefined;
    page.read({ team: `${api}/time-entries?from=${period.from}&to=${addDays(period.until, -1)}` }, { optional: true });
    page.update();
  }

  return () => {
    const inPeriod = page.data.team?.filter(({ checkedInAt }) => period.has(dayOf(checkedInAt)));
    const people = peopleOf(page, inPeriod ?? []);
    const shown = person ? inPeriod?.filter((entry) => entry.userId === person) : inPeriod;
    return html`
      ${presence()}
      <section class="section">
        <div class="hours-tools">
          ${period.view()}
          <div class="hours-filter">
            <label class="visually-hidden" for="hours-person">${t("hours.person")}</label>
            <div class="input has-arrow"><select id="hours-person" .value=${person ?? ""} @change=${({ target }) => choose(target.value)}>
              <option value="">${t("hours.everybody")}</option>
              ${people.map(({ id, name }) => keyed(id, html`<option value=${id} ?selected=${id === person}>${name}</option>`))}
            </select>${icon("forward")}</div>
          </div>
        </div>
        ${shown ? html`
          <div class="hours-sum"><span>${t("hours.total")}</span><span class="number">${duration(sumOf(shown))}</span></div>
          ${person ? visits(shown) : everybody(people, shown)}
          ${shown.length > 0 && html`
            <div class="actions"><button type="button" class="button" @click=${() => save(shown)}>
              ${icon("download")}${t("hours.export")}</button></div>`}` : waiting()}
      </section>`;
  };

  function address(id) {
    const query = new URLSearchParams({ ...(id && { person: id }), ...period.query });
    return page.path + (query.size ? `?${query}` : "");
  }

  async function choose(id) {
    await go(address(id));
    scrollTo(0, 0);
  }

  function presence() {
    const present = presentOn(page);
    return present.length > 0 && section({
      title: t("hours.present"),
      count: page.data.overview.counts.present,
      content: html`<ul class="list is-columns">${present.map(presenceRow)}</ul>`,
    });
  }

  function presenceRow({ id, userId, userName, siteId, siteName: name, checkedInAt }) {
    const waits = crewWaiting(siteId).has(userId);
    return keyed(id, html`
      <li class="row is-link">
        <div class="row-text">${personChip(userName, html`
          <a class="stretched" href=${page.link(`/sites/${siteId}/hours`)}>${name}</a>`, waits ? [waitingChip()] : [])}</div>
        <div class="row-amount">
          <span class="row-number"><running-time since=${checkedInAt}></running-time></span>
          <span class="row-sub">${t("start.since", { time: time(checkedInAt) })}</span>
        </div>
      </li>`);
  }

  function everybody(people, entries) {
    const days = period.days;
    return html`
      <ul class="list team ${days && "has-days"}">
        ${days && html`<li class="team-head" aria-hidden="true"><span></span>${days.map((one) => html`
          <span class=${one === dayOf() ? "is-today" : ""}>${day(one, "letter")}</span>`)}<span></span></li>`}
        ${people.map(({ id, name }) => keyed(id, personRow(id, name, entries.filter((entry) => entry.userId === id), days)))}
      </ul>`;
  }

  function personRow(id, name, entries, days) {
    return html`
      <li class="row is-link team-row">
        ${avatar(name)}
        <div class="row-text">
          <button type="button" class="team-name stretched" @click=${() => choose(id)}>${name}</button>
          ${entries.length > 0 && html`<p class="row-sub">${placesOf(entries)}</p>`}
        </div>
        ${days && html`<div class="team-days">${days.map((one) => dayCell(one, entries))}</div>`}
        <span class="row-number ${!entries.length && "is-none"}">${entries.length ? length(sumOf(entries)) : "–"}</span>
      </li>`;
  }

  function placesOf(entries) {
    return [...new Set(entries.map((entry) => siteName(page, entry)))].join(", ");
  }

  function visits(entries) {
    if (!entries.length) return emptyState({ icon: "clock", title: t("hours.noneInPeriod") });
    return byDay(entries).map(([one, list]) => keyed(one, section({
      title: nearDay(list[0].checkedInAt),
      action: html`<span class="day-total">${duration(sumOf(list))}</span>`,
      content: html`<ul class="list">${list.map((visit) => entryRow(visit, { title: siteName(page, visit), open }))}</ul>`,
    })));
  }

  function waiting() {
    if (!page.problems.team) return html`<div class="hours-wait"></div>`;
    const { team } = page.problems;
    const isOffline = team.status === 0;
    return emptyState({
      icon: isOffline ? "offline" : "warning", title: t(isOffline ? "failure.offline" : "failure.title"),
      text: whyMissing(team, "hours.notKept"),
    });
  }

  async function open(entry) {
    const { openEntry } = await importModule(() => import("parts/correct-hours.js"));
    const corrected = await openEntry(entry, {
      company: page.company.id, siteName: siteName(page, entry), mayCorrect: may.correctHours(),
    });
    if (corrected) await page.refresh();
  }

  async function save(entries) {
    const { saveHours } = await importModule(() => import("parts/hours-export.js"));
    const numbers = new Map((page.data.people ?? []).map(({ id, personnelNumber }) => [id, personnelNumber]));
    saveHours(entries, period, (entry) => siteName(page, entry), ({ userId }) => numbers.get(userId) ?? "");
  }
}

const length = (minutes) => `${Math.floor(minutes / 60)}:${String(Math.floor(minutes % 60)).padStart(2, "0")}`;

function dayCell(one, entries) {
  const minutes = sumOf(entries.filter(({ checkedInAt }) => dayOf(checkedInAt) === one));
  const label = t("hours.dayTotal", { day: day(one, "weekday"), duration: duration(minutes) });
  return html`
    <span class="team-day ${one === dayOf() && "is-today"} ${!minutes && "is-none"}" role="img" aria-label=${label} --share=${Math.min(1, minutes / 600)}>
      <span class="team-bar"></span><span class="team-length">${minutes ? length(minutes) : "–"}</span></span>`;
}

/** The company's people, and others who were on site. */
function peopleOf(page, entries) {
  const names = new Map((page.data.people ?? []).filter(({ status }) => status === "ACTIVE").map((user) => [user.id, nameOf(user)]));
  for (const { userId, userName } of entries) if (!names.has(userId)) names.set(userId, userName);
  return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => byName(a.name, b.name));
}

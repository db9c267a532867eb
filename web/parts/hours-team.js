// Everyone's hours: who is on site now, and a week or a month by person, with the numbers of the server. A chosen person is shown day by
// day.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { fail } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { isOfHours, queue } from "app/queue.js";
import { go } from "app/router.js";
import { presentOn } from "app/sites.js";
import { byName, day, dayOf, duration, moment, nearDay, t, time } from "app/words.js";
import { addDays } from "app/zone.js";
import { avatar, chip, nameOf, personChip } from "parts/chips.js";
import { approvalChips, approvalWords, createApproving } from "parts/day-approval.js";
import { crewWaiting, waitingChip } from "parts/crew-waiting.js";
import { createPeriod } from "parts/period.js";
import { icon } from "parts/icon.js";
import { emptyState, section, whyMissing } from "parts/pieces.js";
import "parts/running-time.js";
import { siteName } from "parts/site-name.js";
import { byDay, entryRow, isForgotten, isOpen, isVoid } from "parts/time-entry.js";
import { addUp, awayMark, explained, isOdd, lengthOf, sheetOf, sheetsPath, signed } from "parts/time-sheets.js";

/** @param {import("app/page.js").Page} page whose data has `overview`. */
export default function hoursTeam(page) {
  const path = page.company.api;
  const period = createPeriod(moved, page.query);
  const person = page.query.get("person");
  let withVoid = page.query.has("void");
  // What the last comparison with the chain found, as a sentence.
  let chained;
  let isChecking = false;

  page.read({ people: `${path}/users` }, { optional: true });
  read();
  const approving = may.approveHours() && createApproving({
    path, refresh: () => page.refresh(), update: () => page.update(), choose, clarify: page.link("/clarifications"),
    leavesOwn: () => (page.data.people?.some(isApprover) ? page.user.id : null),
  });
  /** Who approves the caller's days. */
  function isApprover({ id, role, status }) {
    return id !== page.user.id && status === "ACTIVE" && ["MANAGER", "BOOKKEEPER"].includes(role);
  }
  queue.onChange(({ entry, answer, clarification }) => ((answer || clarification) && isOfHours(entry) ? page.refresh() : page.update()), page.signal);

  function moved() {
    // Values in the address survive a reload and the back button.
    history.replaceState(history.state, "", address(person));
    read();
  }

  function read() {
    page.data.team = page.data.sheets = undefined;
    const [from, to] = [period.from, addDays(period.until, -1)];
    page.read({ team: `${path}/time-entries?from=${from}&to=${to}${withVoid ? "&void=true" : ""}` }, { optional: true });
    // One person's has the balance that runs on.
    page.read({ sheets: sheetsPath(path, { from, to, ...(person && { user: person }) }) }, { optional: true });
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
          ${total(person && people.find(({ id }) => id === person))}
          ${approving && page.data.sheets && approvals(people)}
          ${person ? visits(shown) : everybody(people, shown)}
          <label class="choice hours-void"><input type="checkbox" .checked=${withVoid} @change=${showVoid}>
            <span class="choice-text">${t("hours.void.show")}</span></label>
          <div class="actions">
            ${may.correctHours() && html`<button type="button" class="button" @click=${() => enter().catch(fail)}>${icon("add")}${t("crew.enter")}</button>`}
            ${shown.length > 0 && page.data.sheets && html`<button type="button" class="button" @click=${() => save(shown).catch(fail)}>
              ${icon("download")}${t("hours.export")}</button>`}
          </div>
          ${chain()}` : waiting()}
      </section>`;
  };

  function address(id) {
    const query = new URLSearchParams({ ...(id && { person: id }), ...(withVoid && { void: "" }), ...period.query });
    return page.path + (query.size ? `?${query}` : "");
  }

  function showVoid({ target }) {
    withVoid = target.checked;
    moved();
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

  function presenceRow(entry) {
    const { id, userId, userName, siteId, siteName: name, checkedInAt } = entry;
    const waits = crewWaiting(siteId).has(userId);
    const isLate = isForgotten(entry);
    return keyed(id, html`
      <li class="row is-link">
        <div class="row-text">${personChip(userName, html`
          <a class="stretched" href=${page.link(`/sites/${siteId}/hours`)}>${name}</a>`,
          [...(isLate ? [chip(t("hours.forgotten"), "danger")] : []), ...(waits ? [waitingChip()] : [])])}
          ${isLate && !waits && may.correctHours() && html`
            <button type="button" class="button is-small above" @click=${() => end(entry).catch(fail)}>${t("hours.end")}</button>`}</div>
        <div class="row-amount">
          <span class="row-number"><running-time since=${checkedInAt}></running-time></span>
          <span class="row-sub">${isLate ? moment(checkedInAt) : t("start.since", { time: time(checkedInAt) })}</span>
        </div>
      </li>`);
  }

  async function enter() {
    const { enterAnywhere } = await importModule(() => import("parts/crew-hours.js"));
    const users = page.data.people ?? [];
    if (await enterAnywhere(page, { users, chosen: person ? [person] : [], draft: person ?? "all" })) await page.refresh();
  }

  /** Who forgot to leave. */
  async function end({ id, userId, userName, siteId, siteName: name, checkedInAt }) {
    const { endHours } = await importModule(() => import("parts/crew-hours.js"));
    await endHours({ company: page.company.id, site: siteId, siteName: name }, {
      people: [{ id: userId, name: userName, entry: id, remark: moment(checkedInAt) }], chosen: [userId], isForeman: false,
    });
    await page.refresh();
  }

  /** What the shown hours come to. @param {{id: string, name: string} | undefined | null} one */
  function total(one) {
    const { sheets } = page.data;
    if (!sheets) return null;
    const of = one ? sheetOf(sheets, one.id).total : addUp(sheets.map((sheet) => sheet.total));
    return html`<div class="hours-sum"><span>${t("hours.total")}</span>
      ${explained({ label: t("hours.total"), name: `${one ? one.name : t("hours.everybody")}, ${period.name}`, of, kind: "number" })}</div>
      ${one && Number.isFinite(of.runningMinutes) && html`<div class="hours-sum"><span>${t("hours.explain.running")}</span>
        <span class="row-number">${signed(of.runningMinutes)}</span></div>`}`;
  }

  /** Of the person who is shown, else of everyone whose sheet there is. */
  function approvals(people) {
    const sheets = page.data.sheets.filter(({ userId }) => !person || userId === person);
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return approving(sheets.map(({ userId, userName }) => ({ id: userId, name: names.get(userId) ?? userName })), sheets, period);
  }

  function everybody(people, entries) {
    const days = period.days;
    return html`
      <ul class="list team ${days && "has-days"}">
        ${days && html`<li class="team-head" aria-hidden="true"><span></span>${days.map((one) => html`
          <span class=${one === dayOf() ? "is-today" : ""}>${day(one, "letter")}</span>`)}<span></span></li>`}
        ${people.map(({ id, name }) => keyed(id, personRow(id, name, entries.filter((entry) => entry.userId === id), days, sheetOf(page.data.sheets, id))))}
      </ul>`;
  }

  function personRow(id, name, entries, days, sheet) {
    const hasWork = sheet.days.some(({ entries: ofDay }) => ofDay.length > 0);
    return html`
      <li class="row is-link team-row">
        ${avatar(name)}
        <div class="row-text">
          <button type="button" class="team-name stretched" @click=${() => choose(id)}>${name}</button>
          ${entries.length > 0 && html`<p class="row-sub">${placesOf(entries)}</p>`}
        </div>
        ${days && html`<div class="team-days">${days.map((one) => dayCell(one, name, sheet.days.find((known) => known.day === one)))}</div>`}
        <span class="row-number ${!hasWork && "is-none"}">${!days && sheet.days.some(isOdd) && oddMark()}${hasWork ? length(sheet.total.minutes) : "–"}</span>
      </li>`;
  }

  function placesOf(entries) {
    return [...new Set(entries.map((entry) => siteName(page, entry)))].join(", ");
  }

  function visits(entries) {
    if (!entries.length) return emptyState({ icon: "clock", title: t("hours.noneInPeriod") });
    const sheet = sheetOf(page.data.sheets, person);
    const row = (visit) => entryRow(visit, { title: siteName(page, visit), open });
    const running = entries.filter(isOpen);
    return html`
      ${running.length > 0 && section({ title: t("hours.stillOpen"), content: html`<ul class="list">${running.map(row)}</ul>` })}
      ${byDay(entries.filter((entry) => !isOpen(entry))).map(([one, list]) => keyed(one, section({
        title: nearDay(list[0].checkedInAt),
        action: dayTotal(sheet.days.find(({ day: known }) => known === one), list[0].userName),
        content: html`<ul class="list">${list.map(row)}</ul>`,
      })))}`;
  }

  /** Compares the hours with their chain of hashes, once asked. */
  function chain() {
    return html`<p class="hint hours-chain" aria-live="polite">${chained ?? t("hours.chain.lead")}
      <button type="button" class="link" aria-disabled=${isChecking ? "true" : null} @click=${() => verify().catch(fail)}>${t("hours.chain.check")}</button></p>`;
  }

  async function verify() {
    if (isChecking) return;
    isChecking = true;
    page.update();
    try {
      const { holds, sealed, links, head, broken } = await api.get(`${page.company.api}/hours/verify`, { signal: page.signal });
      const state = broken ? t(`hours.chain.reasons.${broken.reason}`) : t(sealed ? "hours.chain.holds" : "hours.chain.unsealed");
      chained = t(holds ? "hours.chain.found" : "hours.chain.broken", { count: links, head: head.slice(0, 8) || "–", state, number: broken?.number ?? "–" });
    } finally {
      isChecking = false;
      page.update();
    }
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
    saveHours(entries.filter((entry) => !isVoid(entry)), page.data.sheets ?? [], period, (entry) => siteName(page, entry), ({ userId }) => numbers.get(userId) ?? "");
  }
}

const length = (minutes) => `${Math.floor(minutes / 60)}:${String(Math.floor(minutes % 60)).padStart(2, "0")}`;

const oddMark = () => html`<span class="odd-mark">${icon("warning", t("hours.odd"))}</span>`;

/** @param {any} of the day as the server computed it, if it did */
const dayTotal = (of, name) => of && html`<span class="day-total">${isOdd(of) && oddMark()}
  ${approvalChips(of)}
  ${explained({ label: day(of.day, "weekday"), name, of, day: of.day })}</span>`;

/** @param {string} one  @param {string} name of the person  @param {any} of the day as the server computed it, if there was any work */
function dayCell(one, name, of) {
  const said = approvalWords(of);
  const state = of?.approval ? `is-${of.approval.state.toLowerCase()} ${of.approval.changedSince ? "is-changed" : ""}` : "";
  // A day of which something was said, and on which the person neither worked nor was to.
  if (of && !of.entries.length && !awayMark(of) && of.targetMinutes === null) of = undefined;
  const minutes = of?.minutes ?? 0;
  // A day that is yet to be worked has no number.
  const text = of && (minutes > 0 || of.entries.length > 0) ? lengthOf(of, length) : (of && awayMark(of)) ?? "–";
  const label = [t("hours.dayTotal", { day: day(one, "weekday"), duration: duration(minutes) }), ...(said ? [said] : [])].join(", ");
  // On phones it is a bar, which is too small for fingers: there the person's own page explains the day.
  return html`
    <span class="team-day ${one === dayOf() && "is-today"} ${!of && "is-none"} ${of && isOdd(of) && "is-odd"} ${state}"
      role=${of ? null : "img"} aria-label=${of ? null : label} --share=${Math.min(1, minutes / 600)}>
      <span class="team-bar" role=${of ? "img" : null} aria-label=${of ? label : null}></span>${of ? explained({ label: day(one, "weekday"), name, of, day: one, text, kind: "team-length above" })
        : html`<span class="team-length">${text}</span>`}${of && said && html`<span class="visually-hidden">${said}</span>`}</span>`;
}

/** The company's people, and others who were on site. */
function peopleOf(page, entries) {
  const names = new Map((page.data.people ?? []).filter(({ status }) => status === "ACTIVE").map((user) => [user.id, nameOf(user)]));
  for (const { userId, userName } of entries) if (!names.has(userId)) names.set(userId, userName);
  return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => byName(a.name, b.name));
}

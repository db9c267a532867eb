// The statement of a person's month, for paper; as PDF it is the server's.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { byName, day, dayOf, t, time, useWords } from "app/words.js";
import { addDays } from "app/zone.js";
import { nameOf } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { pageHead, whyMissing } from "parts/pieces.js";
import { siteName } from "parts/site-name.js";
import { isVoid } from "parts/time-entry.js";
import { sheetOf, sheetsPath } from "parts/time-sheets.js";

/** How many months are offered, the running one among them. */
const mostMonths = 24;

export default async function statement(page) {
  await useWords("statement");
  const { api } = page.company;
  const months = lastMonths();
  const chosen = {
    month: months.includes(page.query.get("month")) ? page.query.get("month") : months[0],
    // Operators have no hours of their own.
    person: (may.seeAllHours() && page.query.get("person")) || (may.listCompanies() ? "" : page.user.id),
  };
  page.read({ company: api }, { optional: true });
  if (may.seeAllHours()) page.read({ people: `${api}/users` }, { optional: true });
  read();

  function read() {
    const [from, to] = [`${chosen.month}-01`, addDays(`${nextMonth(chosen.month)}-01`, -1)];
    page.data.sheets = page.data.entries = undefined;
    if (!chosen.person) return;
    page.read({
      sheets: sheetsPath(api, { from, to, user: chosen.person }),
      entries: `${api}/time-entries?from=${from}&to=${to}&userId=${chosen.person}&void=true`,
    }, { optional: true });
    page.update();
  }

  function choose(name, { target: { value } }) {
    chosen[name] = value;
    history.replaceState(history.state, "", `${page.path}?${new URLSearchParams(chosen)}`);
    read();
  }

  return () => {
    const people = (page.data.people ?? []).map((user) => ({ value: user.id, label: nameOf(user) })).sort((a, b) => byName(a.label, b.label));
    const problem = page.problems.sheets ?? page.problems.entries;
    return html`
      <div class="statement">
        ${pageHead({
          title: `${t("statement.title")} ${day(`${chosen.month}-01`, "month")}`, back: { href: page.link("/hours"), label: t("hours.title") },
          actions: html`
            <button type="button" class="button" @click=${() => print()}>${icon("print")}${t("statement.print")}</button>
            ${chosen.person && html`<a class="button" href=${`/api/v1${api}/time-sheets/statement?month=${chosen.month}&userId=${chosen.person}`} download>
              ${icon("download")}${t("statement.pdf")}</a>`}`,
        })}
        <div class="hours-tools">
          ${select("month", months.map((value) => ({ value, label: day(`${value}-01`, "month") })))}
          ${may.seeAllHours() && people.length > 0 && select("person", chosen.person ? people : [{ value: "", label: "–" }, ...people])}
        </div>
        ${page.data.sheets && page.data.entries ? shown() : problem ? html`<p class="hint">${whyMissing(problem, "statement.notKept")}</p>`
          : chosen.person && html`<div class="hours-wait"></div>`}
      </div>`;
  };

  function select(name, options) {
    return html`
    <div class="field">
      <label for=${`statement-${name}`}>${t(`statement.${name}`)}</label>
      <div class="input has-arrow"><select id=${`statement-${name}`} .value=${chosen[name]} @change=${(event) => choose(name, event)}>
        ${options.map(({ value, label }) => keyed(value, html`<option value=${value} ?selected=${value === chosen[name]}>${label}</option>`))}
      </select>${icon("forward")}</div>
    </div>`;
  }

  function shown() {
    const sheet = sheetOf(page.data.sheets, chosen.person);
    const entries = page.data.entries.toReversed();
    const missing = sheet.days.filter((one) => one.approval?.state !== "APPROVED" && (one.day < dayOf() || one.entries.length > 0)).length;
    return html`
      <div class="statement-who">
        <p class="statement-name">${sheet.userName ?? nameOf(page.user)}${sheet.personnelNumber && ` · ${sheet.personnelNumber}`}</p>
        <p>${page.data.company?.name}${page.data.company?.address && html`<br>${page.data.company.address}`}</p>
        <p class=${missing ? "statement-missing" : ""}>${missing ? t("statement.missing", { count: missing })
          : t(sheet.days.length ? "statement.all" : "statement.none")}</p>
      </div>
      <table>
        <thead><tr>${["day", "time", "site", "break", "net", "target", "approval"].map((name) => html`<th scope="col">${t(`statement.columns.${name}`)}</th>`)}</tr></thead>
        <tbody>${daysOf(chosen.month).map((one) => dayRow(one, sheet.days.find((known) => known.day === one), entries))}</tbody>
      </table>
      ${sums(sheet.total)}
      ${corrections(entries)}
      <div class="statement-signs"><p>${t("statement.signatures.person")}</p><p>${t("statement.signatures.company")}</p></div>`;
  }

  function dayRow(one, of, entries) {
    const own = of ? of.entries.map((id) => entries.find((entry) => entry.id === id)).filter(Boolean) : [];
    const lines = (text) => own.map((entry) => html`<div>${text(entry)}</div>`);
    return keyed(one, html`
      <tr class=${[0, 6].includes(new Date(one).getUTCDay()) || of?.holiday ? "is-free" : ""}>
        <th scope="row">${day(one, "weekday")}</th>
        <td>${lines(spanOf)}</td>
        <td>${lines((entry) => siteName(page, entry))}${of?.holiday && html`<div>${of.holiday}</div>`}
          ${(of?.absences ?? []).map(({ kind }) => html`<div>${t(`hours.away.${kind}`)}</div>`)}</td>
        <td>${of?.breakMinutes > 0 && `${length(of.breakMinutes)} ${of.breakSource ? t(`statement.sources.${of.breakSource}`) : ""}`}</td>
        <td class="is-number" data-label=${t("statement.columns.net")}>${own.length > 0 && length(of.minutes)}</td>
        <td class="is-number" data-label=${t("statement.columns.target")}>${of?.targetMinutes !== null && of?.targetMinutes !== undefined && length(of.targetMinutes)}</td>
        <td>${of && approvalOf(of)}</td>
      </tr>`);
  }

  function corrections(entries) {
    const notes = entries.flatMap((entry) => [
      ...entry.corrections.map((old) => t("statement.before", {
        span: spanOf(old), name: old.userName, day: day(dayOf(old.createdAt)), reason: old.reason || t(`corrections.${old.reasonCode}`),
      })),
      ...(isVoid(entry) ? [t("statement.voided", { name: entry.voidedByName, day: day(dayOf(entry.voidedAt)), reason: entry.voidReason })] : []),
    ].map((text) => `${day(dayOf(entry.checkedInAt), "weekday")}, ${siteName(page, entry)}, ${spanOf(entry)}: ${text}`));
    return notes.length > 0 && html`<section class="section"><h2>${t("statement.corrections")}</h2><ul class="statement-notes">${notes.map((note) => html`<li>${note}</li>`)}</ul></section>`;
  }
}

function sums({ presenceMinutes, breakMinutes, minutes, travelMinutes, targetMinutes, creditMinutes, balanceMinutes, runningMinutes }) {
  const all = {
    presence: presenceMinutes, break: breakMinutes, net: minutes, travel: travelMinutes, target: targetMinutes,
    credit: targetMinutes === null ? null : creditMinutes, balance: balanceMinutes, running: runningMinutes,
  };
  return html`<dl class="statement-sums">${Object.entries(all).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => html`
    <div><dt>${t(`statement.sums.${name}`)}</dt><dd>${length(value)}</dd></div>`)}</dl>`;
}

function approvalOf({ approval, day: one, entries }) {
  if (approval?.state === "APPROVED") return t("statement.approved", { name: approval.approvedByName, day: day(dayOf(approval.approvedAt)) });
  return (one < dayOf() || entries.length > 0) && html`<b>${t("statement.notApproved")}</b>`;
}

function spanOf({ checkedInAt, checkedOutAt }) {
  return `${time(checkedInAt)}–${checkedOutAt ? time(checkedOutAt) : t("statement.open")}`;
}

/** 8:05 */
const length = (minutes) => `${minutes < 0 ? "−" : ""}${Math.floor(Math.abs(minutes) / 60)}:${String(Math.abs(minutes) % 60).padStart(2, "0")}`;

const nextMonth = (month) => addDays(`${month}-01`, 31).slice(0, 7);

function daysOf(month) {
  const days = [];
  for (let one = `${month}-01`; one.startsWith(month); one = addDays(one, 1)) days.push(one);
  return days;
}

function lastMonths() {
  const months = [];
  for (let one = dayOf(); months.length < mostMonths; one = addDays(`${one.slice(0, 7)}-01`, -1)) months.push(one.slice(0, 7));
  return months;
}

// The view of a person's month, to look at; the statement to sign is the server's PDF.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { byName, day, dayOf, t, useWords } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { download } from "parts/download.js";
import { icon } from "parts/icon.js";
import { lastDayOf, monthIn, monthOptions } from "parts/months.js";
import { pageHead, whyMissing } from "parts/pieces.js";
import { siteName } from "parts/site-name.js";
import { awayIn, breaksIn, hoursAndMinutes, lacksApproval, notesOf, placeIn, spanOn, standingOf } from "parts/statement-text.js";
import { sheetOf, sheetsPath } from "parts/time-sheets.js";

export default async function statement(page) {
  await useWords("statement");
  const { api } = page.company;
  const chosen = {
    month: monthIn(page.query.get("month")) ?? dayOf().slice(0, 7),
    // Operators have no hours of their own.
    person: (may.seeAllHours() && page.query.get("person")) || (may.listCompanies() ? "" : page.user.id),
  };
  /** By id, of people who may be in no list any more. */
  const names = new Map([[page.user.id, nameOf(page.user)]]);
  page.read({ company: api }, { optional: true });
  if (may.seeAllHours()) page.read({ people: `${api}/users` }, { optional: true });
  read();

  function read() {
    const [from, to] = [`${chosen.month}-01`, lastDayOf(chosen.month)];
    page.data.sheets = page.data.entries = undefined;
    delete page.problems.sheets;
    delete page.problems.entries;
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
    learnNames();
    const people = (page.data.people ?? []).map((user) => ({ value: user.id, label: nameOf(user) })).sort((a, b) => byName(a.label, b.label));
    // Until then it isn't known whether the person still works here.
    const isListKnown = page.data.people || page.problems.people;
    const isListed = people.some(({ value }) => value === chosen.person);
    const others = isListed ? [] : [{ value: chosen.person, label: chosen.person && isListKnown ? nameOfChosen() : names.get(chosen.person) ?? "–" }];
    const problem = page.problems.sheets ?? page.problems.entries;
    return html`
      <div class="statement">
        ${pageHead({
          title: t("statement.title", { month: day(`${chosen.month}-01`, "month") }), lead: t("statement.lead"),
          back: { href: page.link("/hours"), label: t("hours.title") },
          actions: html`
            ${chosen.person && html`<a class="button is-primary" href=${`/api/v1${api}/time-sheets/statement?month=${chosen.month}&userId=${chosen.person}`}
              download @click=${download}>${icon("download")}${t("statement.pdf")}</a>`}
            <button type="button" class="button" @click=${() => print()}>${icon("print")}${t("statement.print")}</button>`,
        })}
        <div class="hours-tools">
          ${select("month", monthOptions(chosen.month, page.data.company?.hoursFrom))}
          ${may.seeAllHours() && select("person", [...others, ...people].map(({ value, label }) =>
            keyed(value, html`<option value=${value} ?selected=${value === chosen.person}>${label}</option>`)))}
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
        ${options}
      </select>${icon("forward")}</div>
    </div>`;
  }

  function learnNames() {
    for (const user of page.data.people ?? []) names.set(user.id, nameOf(user));
    for (const { userId, userName } of [...(page.data.entries ?? []), ...(page.data.sheets ?? [])]) names.set(userId, userName);
  }

  function nameOfChosen() {
    return names.get(chosen.person)?.trim() || t("statement.former");
  }

  function shown() {
    const sheet = sheetOf(page.data.sheets, chosen.person);
    const entries = page.data.entries.toReversed();
    const { text, isWrong } = standingOf(sheet.days, chosen.month);
    return html`
      <div class="statement-who">
        <p class="statement-name">${nameOfChosen()}${sheet.personnelNumber && ` · ${sheet.personnelNumber}`}</p>
        <p>${page.data.company?.name}${page.data.company?.address && html`<br>${page.data.company.address}`}</p>
        <p class=${isWrong ? "statement-missing" : ""}>${text}</p>
      </div>
      <table>
        <thead><tr>${["day", "time", "site", "breaks", "break", "net", "target", "approval"].map((name) =>
          html`<th scope="col">${t(`statement.columns.${name}`)}</th>`)}</tr></thead>
        ${daysOf(chosen.month).map((one) => dayRows(one, sheet.days.find((known) => known.day === one), entries))}
      </table>
      ${sums(sheet.total)}
      ${corrections(entries)}`;
  }

  /** A row for each entry, so that its times, site and breaks stand together. */
  function dayRows(one, work, entries) {
    const own = work ? work.entries.map((id) => entries.find((entry) => entry.id === id)).filter(Boolean) : [];
    const breaks = work ? breaksIn(work, own) : [];
    const lines = own.map((entry, place) => ({ time: spanOn(entry, one), site: placeIn(entry, siteName(page, entry)), breaks: breaks[place] }));
    const away = work && awayIn(work);
    if (away || !lines.length) lines.push({ time: "", site: away || "", breaks: "" });
    const rows = String(lines.length);
    const number = (name, text) => html`<td class="is-number" rowspan=${rows} data-label=${t(`statement.columns.${name}`)}>${text}</td>`;
    return keyed(one, html`
      <tbody class=${[0, 6].includes(new Date(one).getUTCDay()) || work?.holiday ? "is-free" : ""}>${lines.map((line, place) => html`
        <tr>
          ${place === 0 && html`<th scope="rowgroup" rowspan=${rows}>${day(one, "weekday")}</th>`}
          <td class="is-time">${line.time}</td>
          <td class="is-site">${line.site}</td>
          <td class="is-breaks">${line.breaks}</td>
          ${place === 0 && html`
            ${number("break", own.length > 0 && hoursAndMinutes(work.breakMinutes))}
            ${number("net", own.length > 0 && hoursAndMinutes(work.minutes))}
            ${number("target", Number.isFinite(work?.targetMinutes) && hoursAndMinutes(work.targetMinutes))}
            <td class="is-approval" rowspan=${rows} data-label=${t("statement.columns.approval")}>${work && approvalOf(work)}</td>`}
        </tr>`)}</tbody>`);
  }

  function corrections(entries) {
    const notes = entries.flatMap((entry) => notesOf(entry, siteName(page, entry)));
    return notes.length > 0 && html`<section class="section"><h2>${t("statement.corrections")}</h2><ul class="statement-notes">${notes.map((note) => html`<li>${note}</li>`)}</ul></section>`;
  }
}

function sums({ presenceMinutes, breakMinutes, minutes, travelMinutes, targetMinutes, creditMinutes, balanceMinutes, runningMinutes }) {
  const all = {
    presence: presenceMinutes, break: breakMinutes, net: minutes, travel: travelMinutes, target: targetMinutes,
    credit: targetMinutes === null ? null : creditMinutes, balance: balanceMinutes, running: runningMinutes,
  };
  return html`<dl class="statement-sums">${Object.entries(all).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => html`
    <div><dt>${t(`statement.sums.${name}`)}</dt><dd>${hoursAndMinutes(value)}</dd></div>`)}</dl>`;
}

function approvalOf(work) {
  const { approval } = work;
  if (approval?.state === "APPROVED") return t("statement.approved", { name: approval.approvedByName, day: day(dayOf(approval.approvedAt)) });
  return lacksApproval(work) && html`<b>${t("statement.notApproved")}</b>`;
}

function daysOf(month) {
  const last = Number(lastDayOf(month).slice(8));
  return Array.from({ length: last }, (_, place) => `${month}-${String(place + 1).padStart(2, "0")}`);
}

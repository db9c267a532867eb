// Payroll: what is missing for a month's file, making it, how it differs from the last one, and the files that were made. Hours as tables for
// spreadsheets are here too.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { fail, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { byName, day, dayOf, decimal, moment, t, useWords } from "app/words.js";
import { chip, formerName, nameOf } from "parts/chips.js";
import { download } from "parts/download.js";
import { icon } from "parts/icon.js";
import { monthIn, monthOptions, monthsFrom } from "parts/months.js";
import { pageHead, section, whyMissing } from "parts/pieces.js";

const formats = ["lodas", "lohn-und-gehalt"];
/** The gaps that are mended with a personnel number. */
const numbers = ["no-personnel-number", "personnel-number-format", "personnel-number-twice"];
/** How many gaps, differences and files are shown at first. */
const atOnce = 50;

export default async function wages(page) {
  await useWords("wages");
  const path = page.company.api;
  const chosen = {
    month: monthIn(page.query.get("month")) ?? monthsFrom(dayOf().slice(0, 7), -1),
    format: formats.includes(page.query.get("format")) ? page.query.get("format") : formats[0],
    person: "",
  };
  let isMaking = false;
  let most = atOnce;
  page.read({ exports: `${path}/wage-exports?limit=100`, people: `${path}/users`, company: path }, { optional: true });
  check();

  function check() {
    const query = new URLSearchParams({ month: chosen.month, format: chosen.format, ...(chosen.person && { userId: chosen.person }) });
    page.data.check = undefined;
    delete page.problems.check;
    page.read({ check: `${path}/time-sheets/export/check?${query}` }, { optional: true });
    page.update();
  }

  function choose(name, { target: { value } }) {
    chosen[name] = value;
    most = atOnce;
    history.replaceState(history.state, "", `${page.path}?${new URLSearchParams({ month: chosen.month, format: chosen.format })}`);
    check();
  }

  async function make() {
    if (isMaking) return;
    isMaking = true;
    page.update();
    try {
      await api.post(`${path}/wage-exports`, { month: chosen.month, format: chosen.format, ...(chosen.person && { userId: chosen.person }) });
      toast(t("wages.made"));
    } finally {
      isMaking = false;
      await page.refresh();
    }
  }

  async function edit() {
    const { editWageSettings } = await importModule(() => import("parts/wage-settings.js"));
    if (!(await editWageSettings(path))) return;
    toast(t("wages.settings.saved"));
    await page.refresh();
  }

  /** Where it is missing, so that fifteen of them are given one after the other; of people who left, too. */
  async function giveNumber(id) {
    const { editPersonnelNumber } = await importModule(() => import("parts/personnel-number.js"));
    const changed = await editPersonnelNumber(`${path}/users/${id}`);
    if (!changed) return;
    toast(t("person.saved", { name: formerName(changed) }));
    await page.refresh();
  }

  /** Shown at once with what it is chosen from, so that nothing moves. */
  let isShown = false;

  return () => {
    isShown ||= [page.data.people ?? page.problems.people, page.data.check ?? page.problems.check].every(Boolean);
    const people = (page.data.people ?? []).map((user) => ({ value: user.id, label: nameOf(user) })).sort((a, b) => byName(a.label, b.label));
    return html`
      ${pageHead({
        title: t("wages.title"), lead: t("wages.lead"), back: { href: page.link("/hours"), label: t("hours.title") },
        actions: html`<button type="button" class="button" @click=${() => edit().catch(fail)}>${icon("edit")}${t("wages.settings.open")}</button>`,
      })}
      ${isShown ? choices(people) : html`<div class="hours-wait"></div>`}`;
  };

  function choices(people) {
    const { check: problem } = page.problems;
    return html`
      <div class="wage-tools">
        ${select("month", monthOptions(chosen.month, page.data.company?.hoursFrom))}
        ${select("format", optionsOf("format", formats.map((value) => ({ value, label: t(`wages.formats.${value}`) }))))}
        ${select("person", optionsOf("person", [{ value: "", label: t("hours.everybody") }, ...people]))}
      </div>
      ${page.data.check ? checked(page.data.check) : problem ? html`<p class="hint">${whyMissing(problem, "wages.notKept")}</p>` : html`<div class="hours-wait"></div>`}
      ${section({
        title: t("wages.tables"), content: html`
          <p class="hint">${t("wages.tablesLead")}</p>
          <div class="actions">${["csv", "xlsx", "pdf"].map((format) => html`
            <a class="button" href=${`/api/v1${path}/time-sheets/export?month=${chosen.month}&format=${format}`} download @click=${download}>
              ${icon("download")}${t(`wages.table.${format}`)}</a>`)}</div>`,
      })}
      ${page.data.exports?.length > 0 && section({
        title: t("wages.files"), content: html`<ul class="list">${page.data.exports.map(fileRow)}</ul>`,
      })}`;
  }

  function optionsOf(name, options) {
    return options.map(({ value, label }) => keyed(value, html`<option value=${value} ?selected=${value === chosen[name]}>${label}</option>`));
  }

  function select(name, options) {
    return html`
    <div class="field">
      <label for=${`wages-${name}`}>${t(`wages.${name}`)}</label>
      <div class="input has-arrow"><select id=${`wages-${name}`} .value=${chosen[name]} @change=${(event) => choose(name, event)}>
        ${options}
      </select>${icon("forward")}</div>
    </div>`;
  }

  function checked({ people, lines, gaps, gapCount, previous, differences, differenceCount }) {
    const rows = together(gaps);
    return html`
      ${section({
        title: t(gapCount ? "wages.missing" : "wages.ready"), count: rows.length + gapCount - gaps.length || undefined,
        content: gapCount ? html`
          <ul class="list" id="wage-gaps">${rows.slice(0, most).map((gap) => gapRow(gap))}</ul>${more(rows.length)}`
          : html`
          <p>${t("wages.has", { people: t("wages.people", { count: people }), lines: t("wages.lines", { count: lines }) })}</p>
          <div class="actions"><button type="button" class="button is-primary" aria-disabled=${isMaking ? "true" : null} @click=${() => make().catch(fail)}>
            ${icon("check")}${t(chosen.person ? "wages.makeTrial" : "wages.make")}</button></div>`,
      })}
      ${previous && section({
        title: t("wages.since"), count: differenceCount || undefined, content: html`
          <p class="hint">${t(differenceCount ? "wages.changed" : "wages.unchanged", { moment: moment(previous.madeAt), name: previous.madeByName })}</p>
          ${differenceCount > 0 && html`
            <ul class="list" id="wage-differences">${differences.slice(0, most).map(differenceRow)}</ul>${more(differences.length)}`}`,
      })}`;
  }

  function more(count) {
    return count > most && html`<div class="actions is-centered">
      <button type="button" class="button" @click=${() => { most = count; page.update(); }}>${t("action.more")}</button></div>`;
  }

  /** What is missing, with the way to where it is put right. */
  function gapRow(gap) {
    const { code, userId, userName, day: when, siteName, kind } = gap;
    const text = gap.count > 1 ? t("wages.gaps.days-not-approved", { name: userName ?? "", count: gap.count, day: day(when, "weekday") }) : t(`wages.gaps.${code}`, { name: userName ?? siteName ?? "", day: when ? day(when, "weekday") : "", kind: kind ? t(`wages.kinds.${kind}`) : "" });
    const href = userId && page.link(code === "absence-asked" ? "/absences" : ["open-entry", "not-approved", "absence-with-entries"].includes(code) ? `/hours?person=${userId}&from=${when}` : `/people/${userId}`);
    const mend = ["setting-missing", "wage-type-missing", "cannot-encode"].includes(code) ? edit
      : numbers.includes(code) ? () => giveNumber(userId) : null;
    return html`
      <li class="row ${(href || mend) && "is-link"}">
        <div class="row-text">${mend ? html`<button type="button" class="team-name stretched" @click=${() => mend().catch(fail)}>${text}</button>`
          : href ? html`<a class="row-title stretched" href=${href}>${text}</a>` : html`<p class="row-title">${text}</p>`}</div>
        ${(href || mend) && html`<span class="row-arrow">${icon("forward")}</span>`}
      </li>`;
  }

  function fileRow({ id, month, format, userName, madeAt, madeByName, people, sha256 }) {
    return keyed(id, html`
    <li class="row">
      <div class="row-text">
        <p class="row-title">${day(`${month}-01`, "month")}, ${t(`wages.formats.${format}`)}</p>
        <p class="row-sub">${t("wages.madeBy", { moment: moment(madeAt), name: madeByName, people: t("wages.people", { count: people }) })}
          ${userName && chip(t("wages.trialOf", { name: userName }))}</p>
        <p class="row-sub">${t("wages.hash", { hash: sha256.slice(0, 16) })}</p>
      </div>
      <a class="button is-small" href=${`/api/v1${path}/wage-exports/${id}/file`} download @click=${download} aria-label=${t("wages.downloadOf", { month: day(`${month}-01`, "month") })}>
        ${icon("download")}${t("wages.download")}</a>
    </li>`);
  }
}

/** Of the days of a person that aren't approved the first, with their count: one approval takes them all. @param {any[]} gaps */
export function together(gaps) {
  const first = new Map();
  return gaps.reduce((rows, gap) => {
    const known = gap.code === "not-approved" && first.get(gap.userId);
    if (known) known.count += 1;
    else rows.push({ ...gap, count: 1 });
    if (gap.code === "not-approved" && !known) first.set(gap.userId, rows.at(-1));
    return rows;
  }, []);
}

const hours = (value) => (value === null ? "–" : t("wages.hours", { hours: decimal(value) }));

const differenceRow = ({ userId, userName, wageType, hoursBefore, hours: after }) => keyed(`${userId} ${wageType}`, html`
  <li class="row">
    <div class="row-text"><p class="row-title">${userName}</p><p class="row-sub">${t("wages.wageType", { number: wageType })}</p></div>
    <div class="row-amount"><span class="row-number">${hours(after)}</span><span class="row-sub">${t("wages.before", { hours: hours(hoursBefore) })}</span></div>
  </li>`);

// How a day's, or a period's, working time came to be: presence, breaks and how they are known, and what is unusual.

import { html } from "app/html.js";
import { duration, hasWord, t, time } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { signed } from "parts/time-sheets.js";

/** @param {{title: string, name: string, of: any}} what `of`: a day of a time sheet, or a total, which has no `day`. */
export const explain = ({ title, name, of }) => openDialog({
  title,
  view: () => html`
    <p>${name}</p>
    <dl class="sum-of">
      ${line("presence", of.presenceMinutes, of.from && of.entries?.length !== 0 && (of.to ? t("hours.span", { from: time(of.from), to: time(of.to) }) : t("hours.open", { from: time(of.from) })))}
      ${line("break", of.breakMinutes && -of.breakMinutes, of.day && t(`hours.explain.sources.${of.breakSource ?? "none"}`))}
      ${line("net", of.minutes, of.travelMinutes ? t("hours.explain.travel", { duration: duration(of.travelMinutes) }) : null, "is-sum")}
      ${of.creditMinutes > 0 && line("credit", of.creditMinutes, whyCredited(of))}
      ${of.targetMinutes > 0 && line("target", -of.targetMinutes)}
      ${of.targetMinutes !== null && of.targetMinutes !== undefined && line("balance", balanceOf(of), null, "is-sum")}
      ${Number.isFinite(of.runningMinutes) && line("running", of.runningMinutes)}
    </dl>
    ${of.day && !of.creditMinutes && whyCredited(of) && html`<p class="hint">${whyCredited(of)}</p>`}
    ${of.gapMinutes > 0 && html`<p class="hint">${t("hours.explain.gap", { duration: duration(of.gapMinutes) })}</p>`}
    ${of.isOpen && html`<p class="hint">${t("hours.explain.open")}</p>`}
    ${of.warnings?.length > 0 && html`
      <ul class="odd">${of.warnings.map((code) => html`<li class="notice is-low">${icon("warning")}<p>${warning(code)}</p></li>`)}</ul>`}`,
});

/** Of a day the server computes the parts, of a period the balance of what is over. */
const balanceOf = ({ balanceMinutes, minutes, creditMinutes, targetMinutes }) => balanceMinutes ?? minutes + creditMinutes - targetMinutes;

const whyCredited = ({ holiday, absences = [] }) =>
  [holiday, ...absences.map(({ kind }) => (hasWord(`hours.away.${kind}`) ? t(`hours.away.${kind}`) : kind))].filter(Boolean).join(", ") || null;

const line = (word, minutes, text, kind = "") => html`
  <div class=${kind}><dt>${t(`hours.explain.${word}`)}${text && html`<span class="hint">${text}</span>`}</dt>
    <dd>${signed(minutes)}</dd></div>`;

/** A newer server may know more. */
const warning = (code) => (hasWord(`hours.warnings.${code}`) ? t(`hours.warnings.${code}`) : code);

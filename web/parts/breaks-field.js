// Breaks in a form: each from one time to another, or its length alone. What wasn't touched stays exact.

import { html, keyed } from "app/html.js";
import { explainField } from "app/problem.js";
import { dayOf, duration, parseNumber, t, time } from "app/words.js";
import { addDays, instantsOf, wallTime } from "app/zone.js";
import { described, errorOf } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { minuteOf, passes, passOf } from "parts/wall-fields.js";

/**
 * A break in the form: clock times without a day and, in a repeated hour, which pass each means; or minutes as typed.
 * @typedef {{from?: string, to?: string, fromPass?: string, toPass?: string, minutes?: string}} Row
 * @typedef {{from: any, to: any}} Span an entry's: `to` is null while the person is there.
 */

/** How many days of an entry are searched for a break's time. */
const mostDays = 60;
const dayLength = 86_400_000;

/** The ended breaks as rows of the form. @param {object[] | undefined} breaks */
export const breaksText = (breaks) => JSON.stringify(ended(breaks).map(rowOf));

const ended = (breaks) => (breaks ?? []).filter((one) => !isRunning(one));
const isRunning = ({ from, to }) => Boolean(from) && !to;

/** @param {any} one  @returns {Row} */
function rowOf({ from, to, minutes }) {
  if (!from) return plain({ minutes: String(minutes) });
  return plain({ from: wallTime(from).slice(11), to: wallTime(to).slice(11), fromPass: passOf(from), toPass: passOf(to) });
}

/**
 * With its keys in a fixed order, so that rows can be compared.
 * @param {Row} row
 * @returns {Row}
 */
const plain = ({ from, to, fromPass, toPass, minutes }) => ({ from, to, fromPass, toPass, minutes });

/** The form's text for people: 12:00 – 12:30, 15 min */
export function spokenBreaks(text) {
  return rowsOf(text).map(({ from, to, minutes }) => (minutes === undefined ? t("hours.span", { from: from ?? "", to: to ?? "" })
    : minutes === "0" ? t("hours.breaks.none") : duration(parseNumber(minutes) || 0))).join(", ");
}

/** @returns {Row[]} */
function rowsOf(text) {
  try {
    const rows = JSON.parse(text || "[]");
    return Array.isArray(rows) ? rows : [];
  } catch {
    return [];
  }
}

/**
 * The instant of a clock time within an entry: the first one, or of a doubled hour the one that is meant.
 * @param {string} wall "12:30"  @param {Span} span  @param {string} [pass]
 * @returns {{instant: string | null, isTwice: boolean}} no instant if there is none, or if the person has to say which of two.
 */
export function instantWithin(wall, { from, to }, pass) {
  if (!from || !/^\d\d:\d\d$/.test(wall ?? "")) return { instant: null, isTwice: false };
  const [first, last] = [minuteOf(from), minuteOf(to) ?? new Date(Date.parse(from) + 2 * dayLength).toISOString()];
  let after = null;
  for (let day = dayOf(from), count = 0; count < mostDays; day = addDays(day, 1), count += 1) {
    // Clocks never show a skipped hour.
    const found = instantsOf(`${day}T${wall}`).filter((one) => wallTime(one).slice(11) === wall && one >= first);
    const inside = found.filter((one) => one <= last);
    if (inside.length > 1) {
      const instant = pass === undefined ? null : instantsOf(`${day}T${wall}`)[Number(pass)] ?? null;
      return { instant, isTwice: true };
    }
    after ??= found[0] ?? null;
    if (inside.length) return { instant: inside[0], isTwice: false };
    if (found.some((one) => one > last)) break;
  }
  // Outside the entry: the server refuses it.
  return { instant: after, isTwice: false };
}

/**
 * The breaks as the API takes them.
 * @param {string} text of the form  @param {Span} span  @param {object[]} [known] the entry's breaks: as they were sent, they
 *   are sent again.
 * @returns {({from: string, to: string} | {minutes: number})[] | null} null if something is missing.
 */
export function breaksIn(text, span, known) {
  const left = ended(known).map((one) => ({ one, text: JSON.stringify(rowOf(one)) }));
  const breaks = rowsOf(text).map((row) => {
    const place = left.findIndex((same) => same.text === JSON.stringify(plain(row)));
    if (place >= 0) {
      const [{ one }] = left.splice(place, 1);
      return one.from ? { from: one.from, to: one.to } : { minutes: one.minutes };
    }
    return newBreak(row, span);
  });
  return breaks.includes(null) ? null : /** @type {any} */ (breaks);
}

/** @param {Row} row  @param {Span} span */
function newBreak(row, span) {
  if (row.minutes !== undefined) {
    const minutes = parseNumber(row.minutes);
    return Number.isInteger(minutes) && minutes >= 0 ? { minutes } : null;
  }
  const { instant: begin } = instantWithin(row.from, span, row.fromPass);
  if (!begin) return null;
  const { instant: end } = instantWithin(row.to, { from: begin, to: span.to }, row.toPass);
  // The minute that is shown as the entry's start began before the entry did.
  return end && { from: begin < span.from ? span.from : begin, to: span.to && minuteOf(span.to) === end ? span.to : end };
}

/**
 * @param {ReturnType<import("app/form.js").createForm>} form  @param {{update: () => void}} host that shows it
 * @param {{breaks?: object[], text?: string, spanOf: () => Span}} options `breaks` of the entry; `text` where something else is
 *   entered; `spanOf` returns the times in the form.
 */
export function createBreaksField(form, host, { breaks = [], text = breaksText(breaks), spanOf }) {
  let count = 0;
  let rows = [];
  /** The server's refusals, by row. */
  let wrong = new Map();
  const textNow = () => JSON.stringify(rows.map(plain));
  const numbered = (list) => list.map((row) => ({ ...row, id: (count += 1) }));
  rows = numbered(rowsOf(text));

  // As if it had been typed: the form remembers it.
  function put(next) {
    rows = next;
    wrong = new Map();
    const field = hidden();
    if (field) {
      field.value = textNow();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    host.update();
  }
  const hidden = () => /** @type {HTMLInputElement | null} */ (
    /** @type {HTMLFormElement | null} */ (document.getElementById(form.id))?.elements.namedItem("breaks") ?? null);
  const change = (id, changes) => put(rows.map((row) => (row.id === id ? { ...row, ...changes } : row)));

  // Filled by the form: a draft, or the version that the person chose.
  function takeOver({ target }) {
    if (target.value === textNow()) return;
    rows = numbered(rowsOf(target.value));
    wrong = new Map();
    host.update();
  }

  function add(row) {
    put([...rows, ...numbered([row])]);
    /** @type {HTMLElement | undefined} */ (document.getElementById(`${form.id}-break-${count}`))?.focus();
  }

  return {
    /** Errors that need no server, by field name. */
    check(span) {
      const unclear = span.from && breaksIn(textNow(), span, breaks) === null;
      return unclear ? { breaks: t("hours.breaks.unclear") } : {};
    },

    /** Takes the flaws of single breaks and returns the others. @param {{field: string}[]} [fields] */
    refused(fields = []) {
      const own = fields.filter(({ field }) => /^breaks\[\d+\]/.test(field));
      wrong = new Map(own.map((flaw) => [Number(/\d+/.exec(flaw.field)[0]), explainField(/** @type {any} */ (flaw))]));
      return fields.map((flaw) => (own.includes(flaw) ? { ...flaw, field: "breaks" } : flaw));
    },

    view() {
      const running = breaks.find(isRunning);
      return html`
        <fieldset class="field breaks-field ${form.errors.breaks && "has-error"}" aria-describedby=${wrong.size ? null : described(form, { name: "breaks" })}>
          <legend>${t("hours.breaks.title")}</legend>
          <input type="hidden" name="breaks" value=${text} @input=${takeOver}>
          ${running && html`<p class="hint">${t("hours.breaks.running", { time: time(running.from) })}</p>`}
          ${rows.length > 0 && html`
            <div class="breaks" @input=${(event) => event.stopPropagation()}>${rows.map((row, place) => keyed(row.id, item(row, place)))}</div>`}
          ${!wrong.size && errorOf(form, "breaks")}
          <div class="breaks-add">
            <button type="button" class="button is-small" @click=${() => add({ from: "", to: "" })}>${icon("add")}${t("hours.breaks.addTimes")}</button>
            <button type="button" class="button is-small" @click=${() => add({ minutes: "" })}>${icon("add")}${t("hours.breaks.addMinutes")}</button>
          </div>
        </fieldset>`;
    },
  };

  function item(row, place) {
    const number = String(place + 1);
    const isWrong = wrong.has(place) || (form.errors.breaks && !wrong.size && newBreak(row, spanOf()) === null);
    return html`
      <div class="break" role="group" aria-label=${t("hours.breaks.one", { number })}>
        ${row.minutes === undefined ? times(row, isWrong) : length(row, isWrong)}
        <button type="button" class="button is-icon" aria-label=${t("hours.breaks.remove", { number })}
          @click=${() => put(rows.filter(({ id }) => id !== row.id))}>${icon("close")}</button>
        ${wrong.has(place) && html`<p class="error">${icon("warning")}<span>${wrong.get(place)}</span></p>`}
      </div>`;
  }

  function length(row, isWrong) {
    return html`
      <div class="input has-unit">
        <input id=${`${form.id}-break-${row.id}`} inputmode="numeric" maxlength="4" autocomplete="off" value=${row.minutes} aria-label=${t("hours.breaks.length")}
          aria-invalid=${isWrong ? "true" : null} @input=${({ target }) => change(row.id, { minutes: target.value.trim() })}>
        <span class="unit" aria-hidden="true">min</span>
      </div>`;
  }

  function times(row, isWrong) {
    const span = spanOf();
    const begin = instantWithin(row.from, span, row.fromPass);
    const end = begin.instant ? instantWithin(row.to, { from: begin.instant, to: span.to }, row.toPass) : { isTwice: false };
    return html`
      <div class="break-times">
        ${clock(row, "from", `${form.id}-break-${row.id}`, isWrong)}<span aria-hidden="true">–</span>${clock(row, "to", null, isWrong)}
      </div>
      ${begin.isTwice && which(row, "fromPass", row.from)}
      ${end.isTwice && which(row, "toPass", row.to)}`;
  }

  function clock(row, name, id, isWrong) {
    return html`
      <div class="input"><input type="time" id=${id} value=${row[name]} aria-label=${t(`hours.breaks.${name}`)} aria-invalid=${isWrong ? "true" : null}
        @input=${({ target }) => change(row.id, { [name]: target.value, [`${name}Pass`]: undefined })}></div>`;
  }

  function which(row, name, wall) {
    return html`
      <div class="input has-arrow break-pass">
        <select aria-label=${`${wall}: ${t("hours.correction.twice")}`} @change=${({ target }) => change(row.id, { [name]: target.value || undefined })}>
          <option value="" ?selected=${row[name] === undefined}>${t("hours.breaks.which", { time: wall })}</option>
          ${passes().map(({ value, label }) => html`<option value=${value} ?selected=${row[name] === value}>${label}</option>`)}
        </select>${icon("forward")}
      </div>`;
  }
}

// A company's own holidays in a form: a day and its name each. Its importers say first `await useWords("absences")`.

import { html, keyed } from "app/html.js";
import { day as dayIn, t } from "app/words.js";
import { described, errorOf } from "parts/fields.js";
import { icon } from "parts/icon.js";

/** @typedef {{day: string, name: string}} Row */

/** The server keeps that many, with names that long. */
const most = 50;
const longest = 100;

/** As the form holds them. @param {Row[]} [holidays] */
export const holidaysText = (holidays = []) => JSON.stringify(holidays.map(plain));

/** With its keys in a fixed order, so that rows can be compared. @param {Row} row */
const plain = ({ day, name }) => ({ day, name });

/** What the form holds, as the server takes it; null if it can't be read, as of a draft that another version kept. @param {string} text  @returns {Row[] | null} */
export function holidaysIn(text) {
  try {
    const rows = JSON.parse(text || "[]");
    return Array.isArray(rows) ? rows.map(({ day, name }) => ({ day: String(day ?? ""), name: String(name ?? "").trim() })) : null;
  } catch {
    return null;
  }
}

/** For people: Sa., 15. August: Mariä Himmelfahrt. @param {string} text */
export const spokenHolidays = (text) => (holidaysIn(text) ?? []).map(spoken).join(", ");

/** @param {Row} holiday */
export const spoken = ({ day, name }) => [day && dayIn(day), name].filter(Boolean).join(": ");

/**
 * What is wrong with a text; null if nothing is. Of two on the same day the server drops one: that is said, unless it gave both itself.
 * @param {string} text  @param {Row[]} [known] as the server has them
 */
export function wrongHolidays(text, known = []) {
  const rows = holidaysIn(text);
  if (!rows || rows.some(isUnclear)) return t("holidays.unclear");
  const wasTwice = (day) => known.filter((one) => one.day === day).length > 1;
  const twice = rows.find(({ day }, place) => rows.findIndex((other) => other.day === day) < place && !wasTwice(day));
  return twice ? t("holidays.twice", { day: dayIn(twice.day) }) : null;
}

const isUnclear = ({ day, name }) => !/^\d{4}-\d\d-\d\d$/.test(day) || !name.trim();

/** @param {ReturnType<import("app/form.js").createForm>} form  @param {{update: () => void}} host that shows it  @param {Row[]} holidays */
export function createHolidaysField(form, host, holidays) {
  let count = 0;
  /** @param {Row[]} list */
  const numbered = (list) => list.map((row) => ({ ...row, id: (count += 1) }));
  const text = holidaysText(holidays);
  let rows = numbered(holidays);
  const textNow = () => JSON.stringify(rows.map(plain));
  const hidden = () => /** @type {HTMLInputElement | null} */ (
    /** @type {HTMLFormElement | null} */ (document.getElementById(form.id))?.elements.namedItem("localHolidays") ?? null);

  // As if it had been typed: the form remembers it.
  function put(next) {
    rows = next;
    const field = hidden();
    if (field) {
      field.value = textNow();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    host.update();
  }
  const change = (id, changes) => put(rows.map((row) => (row.id === id ? { ...row, ...changes } : row)));

  // Filled by the form: a draft, or the version that the person chose.
  function takeOver({ target }) {
    if (target.value === textNow()) return;
    const next = holidaysIn(target.value);
    // What is shown is kept then, and nothing is wiped.
    if (!next) target.value = textNow();
    else rows = numbered(next);
    host.update();
  }

  function add() {
    put([...rows, ...numbered([{ day: "", name: "" }])]);
    document.getElementById(`${form.id}-holiday-${count}`)?.focus();
  }

  return () => html`
    <fieldset class="field breaks-field ${form.errors.localHolidays && "has-error"}" aria-describedby=${described(form, { name: "localHolidays" })}>
      <legend>${t("holidays.title")}</legend>
      <p class="hint">${t("holidays.hint")}</p>
      <input type="hidden" name="localHolidays" value=${text} @input=${takeOver}>
      ${rows.length > 0 && html`
        <div class="breaks" @input=${(event) => event.stopPropagation()}>${rows.map((row, place) => keyed(row.id, item(row, String(place + 1))))}</div>`}
      ${errorOf(form, "localHolidays")}
      ${rows.length < most && html`<div class="breaks-add">
        <button type="button" class="button is-small" @click=${add}>${icon("add")}${t("holidays.add")}</button></div>`}
    </fieldset>`;

  function item(row, number) {
    const isWrong = form.errors.localHolidays && isUnclear(row);
    return html`
      <div class="break" role="group" aria-label=${t("holidays.one", { number })}>
        <div class="holiday">
          <div class="input"><input type="date" id=${`${form.id}-holiday-${row.id}`} value=${row.day} aria-label=${t("holidays.day")}
            aria-invalid=${isWrong ? "true" : null} @input=${({ target }) => change(row.id, { day: target.value })}></div>
          <div class="input"><input value=${row.name} maxlength=${longest} autocomplete="off" placeholder=${t("holidays.name")} aria-label=${t("holidays.name")}
            aria-invalid=${isWrong ? "true" : null} @input=${({ target }) => change(row.id, { name: target.value })}></div>
        </div>
        <button type="button" class="button is-icon" aria-label=${t("holidays.remove", { number })}
          @click=${() => put(rows.filter(({ id }) => id !== row.id))}>${icon("close")}</button>
      </div>`;
  }
}

// Clock times in a form, as the company's clocks show them: a field each and, in the hour that is repeated when clocks go back, a choice
// of which one is meant.

import { html } from "app/html.js";
import { day, t } from "app/words.js";
import { instantsOf, wallTime } from "app/zone.js";
import { choiceField, textField } from "parts/fields.js";

/**
 * @param {ReturnType<import("app/form.js").createForm>} form  @param {{update: () => void}} host that shows it
 * @param {Record<string, string | null>} instants by the names of their fields; a caller that changes one shows the form again.
 * @returns {(field: {name: string, label: string, hint?: unknown, required?: boolean}) => unknown} draws one.
 */
export function wallFields(form, host, instants) {
  // The texts of the fields.
  const walls = Object.fromEntries(Object.entries(instants).map(([name, instant]) => [name, wallOf(instant)]));
  const { input } = form;
  form.input = (event) => {
    input(event);
    const { name, value } = event.target;
    if (!Object.hasOwn(walls, name)) return;
    walls[name] = value;
    host.update();
  };
  return (field) => {
    const instant = instants[field.name];
    return html`
      ${textField(form, { ...field, type: "datetime-local", value: wallOf(instant) })}
      ${isTwice(walls[field.name]) && choiceField(form, {
        name: `passes.${field.name}`, label: t("hours.correction.twice"), value: passOf(instant), options: passes(),
      })}`;
  };
}

/** The two passes of a repeated hour. */
export const passes = () => [
  { value: "0", label: t("hours.correction.before") }, { value: "1", label: t("hours.correction.after") },
];

/** Which of the two it is, by its place; undefined outside such an hour, for which the person says which one is meant. */
export const passOf = (instant) => (instant && isTwice(wallOf(instant)) ? String(instantsOf(wallOf(instant)).indexOf(minuteOf(instant))) : undefined);

const wallOf = (instant) => (instant ? wallTime(instant) : "");
const isTwice = (wall) => instantsOf(wall).length > 1;
export const minuteOf = (instant) => (instant ? new Date(Math.floor(Date.parse(instant) / 60_000) * 60_000).toISOString() : null);

/** A field's instant; null if there is none, or if it isn't said yet which of two. */
export function instantIn(values, name) {
  const found = instantsOf(values[name]);
  if (!found.length || isSkipped(values[name])) return null;
  return found.length === 1 ? found[0] : found[Number(values.passes?.[name] ?? NaN)] ?? null;
}

/** Whether clocks skip it when they go forward. */
const isSkipped = (wall) => wallTime(instantsOf(wall)[0]) !== wall.slice(0, 16);

/**
 * A field's error in words; null for a time, and for an empty field that may be left out. `missing`: one of two instants has to be
 * chosen.
 */
export function wrongTime(values, name) {
  const wall = values[name];
  if (!wall) return null;
  if (!instantsOf(wall).length) return t("hours.correction.noTime");
  if (!isSkipped(wall)) return null;
  return t("hours.correction.skipped", { day: day(wall.slice(0, 10), "weekday"), time: wall.slice(11, 16), next: wallTime(instantsOf(wall)[0]).slice(11) });
}

/** The fields know no seconds, and of two equal hours only what was said: what wasn't touched stays exact. */
export function isTouched(values, name, instant) {
  if ((values[name] ?? "") !== wallOf(instant)) return true;
  const pass = values.passes?.[name];
  return pass !== undefined && passOf(instant) !== undefined && pass !== passOf(instant);
}

/** The same instant to the millisecond if the field is untouched, else the field's. */
export const exactIn = (values, name, instant) => (isTouched(values, name, instant) ? instantIn(values, name) : instant ?? null);

// Clock times in a form, as clocks show them where the company is: each a field, and which of two instants it means in the hour by
// which the clocks are put back.

import { html } from "app/html.js";
import { t } from "app/words.js";
import { instantsOf, wallTime } from "app/zone.js";
import { choiceField, textField } from "parts/fields.js";

/**
 * @param {ReturnType<import("app/form.js").createForm>} form  @param {{update: () => void}} host that shows it
 * @param {Record<string, string | null>} instants by the names of their fields
 * @returns {(field: {name: string, label: string, hint?: string, required?: boolean}) => unknown} draws one.
 */
export function wallFields(form, host, instants) {
  // As they stand in the fields.
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
    const found = instantsOf(walls[field.name]);
    return html`
      ${textField(form, { ...field, type: "datetime-local", value: wallOf(instant) })}
      ${found.length > 1 && choiceField(form, {
        name: `passes.${field.name}`, label: t("hours.correction.twice"), value: String(found.indexOf(minuteOf(instant))),
        options: [{ value: "0", label: t("hours.correction.before") }, { value: "1", label: t("hours.correction.after") }],
      })}`;
  };
}

const wallOf = (instant) => (instant ? wallTime(instant) : "");
const minuteOf = (instant) => instant && new Date(Math.floor(Date.parse(instant) / 60_000) * 60_000).toISOString();

/** The instant that stands in a field; null where there is none. */
export const instantIn = (values, name) => instantsOf(values[name])[Number(values.passes?.[name] ?? 0)] ?? null;

/** The fields know no seconds: what wasn't touched stays exact. */
export const isTouched = (values, name, instant) => instantIn(values, name) !== (minuteOf(instant) ?? null);

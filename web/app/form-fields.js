// The fields of a form that is shown: what stands in them by name, in both directions, and how they are called.

import { day, moment, parseNumber, t } from "app/words.js";

/** As the server takes them: `address.city` becomes `{address: {city}}`, numbers are numbers. */
export function valuesOf(element) {
  const values = {};
  for (const field of element.elements) {
    if (!field.name || field.disabled || (field.type === "radio" && !field.checked)) continue;
    const names = field.name.split(".");
    const last = names.pop();
    const place = names.reduce((part, name) => (part[name] ??= {}), values);
    if (field.dataset.kind === "list") (place[last] ??= []).push(...(field.checked ? [field.value] : []));
    else if (field.type === "checkbox") place[last] = field.checked;
    else if (field.dataset.kind === "number") place[last] = field.value.trim() ? parseNumber(field.value) : null;
    else place[last] = field.value;
  }
  return values;
}

/** As they stand there, by name; passwords not. */
export function textsOf(element) {
  const texts = {};
  for (const field of element.elements) {
    if (!field.name || field.disabled || field.type === "password") continue;
    if (field.dataset.kind === "list") (texts[field.name] ??= []).push(...(field.checked ? [field.value] : []));
    else if (field.type === "checkbox") texts[field.name] = field.checked;
    else if (field.type !== "radio" || field.checked) texts[field.name] = field.value;
  }
  return texts;
}

const controlsOf = (element, name) => [...element.elements].filter((field) => field.name === name);

/** Puts something into a field, as if it had been typed. */
export function fill(element, name, text) {
  const controls = controlsOf(element, name);
  for (const field of controls) {
    if (field.type === "radio") field.checked = field.value === text;
    else if (field.dataset.kind === "list") field.checked = text.includes(field.value);
    else if (field.type === "checkbox") field.checked = text;
    else field.value = text;
  }
  controls[0]?.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What a field is called. */
export function labelOf(element, name) {
  const [field] = controlsOf(element, name);
  const label = field?.closest("fieldset.choices")?.querySelector("legend") ?? field?.labels?.[0];
  return ownText(label) || name;
}

/** What stands in a field, as people say it. */
export function spokenOf(element, name, text) {
  const controls = controlsOf(element, name);
  const [field] = controls;
  const options = field?.options ? [...field.options].map((one) => [one.value, one.textContent])
    : controls.map((one) => [one.value, one.dataset.label ?? ownText(one.closest("label")?.querySelector(".choice-text"))]);
  const named = (value) => new Map(options).get(value) ?? value;
  if (Array.isArray(text)) return text.map(named).join(", ") || t("form.conflict.nothing");
  if (!text) return t("form.conflict.nothing");
  if (field?.type === "date") return day(text);
  if (field?.type === "datetime-local") return moment(`${text}Z`);
  return field?.options || field?.type === "radio" ? named(text) : text;
}

const ownText = (element) => [...(element?.childNodes ?? [])].filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
  .map(({ data }) => data).join("").trim();

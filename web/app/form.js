// A form's behaviour: it is sent once, errors stand at their fields, what was typed stays. parts/fields.js draws it.

import { newKey } from "app/api.js";
import { explain, explainField } from "app/problem.js";
import { say } from "app/live.js";
import { parseNumber, t } from "app/words.js";

let count = 0;

/**
 * @param {{update: () => void, hasInput: () => boolean}} host the page or dialog that shows it.
 * @param {{
 *   send: (values: object, options: {key: string}) => Promise<unknown>,
 *   done?: (answer: unknown, values: object) => unknown,
 *   check?: (values: object) => Record<string, string> | void,
 * }} behaviour `values` are the fields by name, `address.city` as `{address: {city}}`. `check` gives errors by field that need no
 *   server. Hand `key` to `api.post`: sent again after a failure, the same values have the same key.
 */
export function createForm(host, { send, done = () => {}, check = () => {} }) {
  let element = null;
  let lastSent = { text: null, key: null };

  const form = {
    id: `form-${(count += 1)}`,
    /** By field, what is wrong with it. */
    errors: {},
    /** What is wrong with the whole: a sentence. */
    failure: null,
    /** The server's refusal itself, for pages that offer a way out. */
    problem: null,
    isBusy: false,
    isChanged: false,

    input({ target }) {
      form.isChanged = true;
      // An error goes when one mends it, not before.
      if (form.errors[target.name]) {
        delete form.errors[target.name];
        host.update();
      }
    },

    async submit(event) {
      event.preventDefault();
      if (form.isBusy) return;
      element = event.currentTarget ?? event.target;
      const values = valuesOf(element);
      form.errors = { ...missing(element), ...check(values) };
      form.failure = form.problem = null;
      if (Object.keys(form.errors).length) return showErrors();
      form.isBusy = true;
      host.update();
      try {
        const answer = await send(values, { key: keyFor(values) });
        lastSent = { text: null, key: null };
        form.isChanged = false;
        await done(answer, values);
      } catch (problem) {
        if (problem.name === "AbortError" || problem.endsSession) return;
        if (problem.status === undefined) console.error(problem);
        place(problem);
        form.isBusy = false;
        showErrors();
      } finally {
        form.isBusy = false;
        host.update();
      }
    },
  };
  host.hasInput = () => form.isChanged;
  return form;

  function keyFor(values) {
    const text = JSON.stringify(values);
    if (lastSent.text !== text) lastSent = { text, key: newKey() };
    return lastSent.key;
  }

  function place(problem) {
    form.problem = problem;
    for (const flaw of problem.fields ?? []) {
      if (element.elements.namedItem(flaw.field)) form.errors[flaw.field] ??= explainField(flaw);
    }
    if (!Object.keys(form.errors).length) form.failure = explain(problem);
  }

  function showErrors() {
    host.update();
    const wrong = Object.keys(form.errors).length;
    say(form.failure ?? t("form.wrong", { count: wrong }));
    // After the page has shown them.
    setTimeout(() => element?.querySelector("[aria-invalid=true], .form-failure")?.focus());
  }
}

/** Required fields that are empty, and numbers that are none. */
function missing(element) {
  const errors = {};
  for (const field of element.elements) {
    if (!field.name || field.disabled) continue;
    const isEmpty = field.type === "radio" ? !element.elements[field.name].value : field.type !== "checkbox" && !field.value.trim();
    if (field.required && isEmpty) errors[field.name] = t("fields.missing");
    else if (field.dataset.kind === "number" && !isEmpty && Number.isNaN(parseNumber(field.value))) {
      errors[field.name] = t("problem.number");
    }
  }
  return errors;
}

/** The fields of a form by name. */
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

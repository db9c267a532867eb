// A form's behaviour: it is sent once, errors appear at their fields, typed input is kept. parts/fields.js draws it.

import { etagOf, newKey } from "app/api.js";
import { explain, explainField } from "app/problem.js";
import { say } from "app/live.js";
import { importModule } from "app/modules.js";
import { parseNumber, t } from "app/words.js";

let count = 0;

/**
 * @param {{update: () => void, hasInput: () => boolean, keepsInput?: boolean}} host the page or dialog that shows it.
 * @param {{
 *   send: (values: any, options: {key: string, of?: object}) => Promise<unknown>,
 *   done?: (answer: any, values: any) => unknown,
 *   check?: (values: any) => any,
 *   draft?: ReturnType<import("app/drafts.js").draftOf>,
 *   stale?: {of: () => object, read: () => Promise<object>, texts: (answer: any) => object, spoken?: Record<string, (text: any) => string>},
 * }} behaviour `values` are the fields by name, `address.city` as `{address: {city}}`. `check` gives errors by field that need no
 *   server. Hand `key` to `api.post`: sent again after a failure, the same values have the same key. With a `draft`, typed input
 *   is restored when the dialog is opened again. A form that changes only what it has shown (`of`, to be handed on) says by `stale` what
 *   that was, how it is read again, and which of its values is in which field (`spoken` words those that aren't for people): after a
 *   conflicting change the person chooses field by field.
 */
export function createForm(host, { send, done = () => {}, check = () => {}, draft, stale }) {
  let element = null;
  let lastSent = { text: null, key: null };
  let base = null;
  let blank = {};
  const shown = () => base ?? stale?.of();

  const form = {
    id: `form-${(count += 1)}`,
    /** Errors by field name. */
    errors: {},
    /** The error of the form as a whole, a sentence. */
    failure: null,
    /** The server's refusal itself, for pages that offer a way out. */
    problem: null,
    /** What others changed since it was shown: `{kept: [{name, label, mine, theirs, choice}], taken: [label], view}`. */
    conflict: null,
    isBusy: false,
    isChanged: false,
    /** Whether the input was restored from a draft. */
    isDraft: false,

    input({ target }) {
      form.isChanged = true;
      if (draft && target.name && target.type !== "password") remember(target);
      // An error disappears when it is corrected, not before.
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
      if (form.conflict?.kept.some(({ choice }) => !choice)) form.failure = t("form.conflict.choose");
      if (Object.keys(form.errors).length || form.failure) return showErrors();
      form.isBusy = true;
      host.update();
      try {
        const answer = await send(values, { key: keyFor(values), of: shown() });
        lastSent = { text: null, key: null };
        form.isChanged = form.isDraft = false;
        form.conflict = null;
        if (draft) draft.remove();
        await done(answer, values);
      } catch (problem) {
        if (problem.name === "AbortError" || problem.endsSession) return;
        if (problem.status === undefined) console.error(problem);
        if (!(problem.status === 412 && stale && (await readAnew()))) form.refuse(problem);
        form.isBusy = false;
        showErrors();
      } finally {
        form.isBusy = false;
        host.update();
      }
    },

    /** Shows the server's refusal at its fields. @param {Record<string, string>} names of fields that the server names differently. */
    refuse(problem, names = {}) {
      form.problem = problem;
      for (const flaw of problem.fields ?? []) {
        const name = names[flaw.field] ?? flaw.field;
        if (Object.hasOwn(names, flaw.field) || element?.elements.namedItem(name)) form.errors[name] ??= explainField(flaw);
      }
      const name = names[problem.code];
      if (name) form.errors[name] ??= explain(problem);
      if (!Object.keys(form.errors).length) form.failure = explain(problem);
    },

    /** Shows what another person changed, where that was refused before. @returns {Promise<boolean>} whether it is known now. */
    async renew() {
      element = /** @type {HTMLFormElement} */ (document.getElementById(form.id));
      const isKnown = Boolean(element) && (await readAnew());
      host.update();
      return isKnown;
    },

    /** For a conflict: the person's own value, or the current one. */
    choose(one, choice) {
      one.choice = choice;
      fill(element, one.name, choice === "mine" ? one.mine : one.theirs);
      if (!form.conflict.kept.some(({ choice }) => !choice)) form.failure = null;
      host.update();
    },

    /** Discards the restored input. */
    discardDraft() {
      for (const [name, text] of Object.entries(blank)) fill(element, name, text);
      draft.remove();
      Object.assign(form, { errors: {}, failure: null, problem: null, conflict: null, isDraft: false, isChanged: false });
      host.update();
    },
  };
  host.hasInput = () => form.isChanged;
  host.keepsInput = Boolean(draft);
  // Once it is shown.
  if (draft) queueMicrotask(takeUp);
  return form;

  function keyFor(values) {
    const text = JSON.stringify(values);
    if (lastSent.text !== text) lastSent = { text, key: newKey() };
    return lastSent.key;
  }

  function remember({ form: typed, name }) {
    const known = draft.get() ?? (stale ? { fields: {}, etag: etagOf(shown()), was: stale.texts(shown()) } : { fields: {} });
    known.fields[name] = textsOf(typed)[name];
    draft.set(known);
  }

  async function takeUp() {
    element = document.getElementById(form.id);
    const known = draft.get();
    if (!element || !known) return;
    blank = textsOf(element);
    for (const [name, text] of Object.entries(known.fields)) fill(element, name, text);
    form.isDraft = true;
    host.update();
    if (!stale || known.etag === etagOf(shown())) return;
    await compare(known.was, stale.texts(shown()));
    // Another version that shows the same, after a taking for example, is none to choose from.
    if (!form.conflict.kept.length && !form.conflict.taken.length) form.conflict = null;
    host.update();
  }

  /** Another change came first. @returns {Promise<boolean>} whether that change is known now. */
  async function readAnew() {
    try {
      const was = stale.texts(shown());
      base = await stale.read();
      await compare(was, stale.texts(base));
      if (draft && draft.get()) draft.set({ ...draft.get(), etag: etagOf(base), was: stale.texts(base) });
      return true;
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      return false;
    }
  }

  async function compare(was, is) {
    const { conflictOf } = await importModule(() => import("parts/conflict.js"));
    form.conflict = conflictOf(element, was, is, stale.spoken);
  }

  function showErrors() {
    host.update();
    const wrong = Object.keys(form.errors).length;
    say(form.failure ?? (wrong ? t("form.wrong", { count: wrong }) : t("form.conflict.title")));
    // Once the page has shown them.
    setTimeout(() => element && showFirst(element));
  }
}

/** Puts the focus on what has to be corrected first, with its message in sight. A field with several controls may have its error as a whole. */
function showFirst(form) {
  const field = form.querySelector(".form-failure, .conflict, .has-error, [aria-invalid=true]");
  if (!field) return;
  const control = !field.matches(".has-error") ? field
    : field.querySelector("[aria-invalid=true]") ?? field.querySelector(":is(input, select, textarea, button):not([hidden], [type=hidden], :disabled)");
  control?.focus({ preventScroll: true });
  // The last one is in sight for certain, where not all have room.
  for (const one of [field, control, field.querySelector(".error")]) one?.scrollIntoView({ block: "nearest" });
}

/** Required fields that are empty, and invalid numbers. */
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

/** The values as typed, by name, without passwords. */
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

export const controlsOf = (element, name) => [...element.elements].filter((field) => field.name === name);

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

// People to choose from: who is chosen stands first, the others are found by typing. Few are simply there.

import { html, keyed } from "app/html.js";
import { byName, t } from "app/words.js";
import { hasNoEmail, nameOf, standingOf } from "parts/chips.js";
import { described, errorOf } from "parts/fields.js";
import { matches, searchField } from "parts/search-field.js";

/** So many are seen at a glance. */
const few = 8;
/** So many of the others are offered at once. */
const offered = 5;
const found = 12;

/**
 * @param {{update: () => void}} host the page or dialog that shows it.
 * @param {{name: string, users: object[], chosen: string[], onTick?: (ids: Set<string>) => void}} options `users` of the company, or
 *   others with an id, a name and a `remark`; a lower `rank` comes first; `chosen` their ids. `onTick` hears who is chosen after each tick.
 * @returns {(form: object, label: string) => unknown} shows the field; its value is the list of ids.
 */
export function createPeopleField(host, { name, users, chosen, onTick = () => {} }) {
  const ids = new Set(chosen);
  const people = users.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || byName(nameOf(a), nameOf(b)));
  let search = "";
  // Who is ticked stays where they are until something else is looked for.
  let first = new Set(ids);

  const look = (text) => {
    search = text;
    first = new Set(ids);
    host.update();
  };
  const tick = ({ target: { value, checked } }) => {
    if (checked) ids.add(value);
    else ids.delete(value);
    onTick(ids);
    host.update();
  };

  // Filled by the form, as where two versions are held against each other.
  const takeOver = ({ target, currentTarget }) => {
    if (!target.hidden) return;
    ids.clear();
    for (const { value } of currentTarget.querySelectorAll(`input[name="${name}"]:checked`)) ids.add(value);
    onTick(ids);
    look(search);
  };

  return (form, label) => {
    const isMany = people.length > few;
    const others = people.filter(({ id }) => !first.has(id));
    const fitting = search.trim() ? others.filter((one) => matches(search, nameOf(one), one.email)) : others;
    const most = !isMany ? people.length : search.trim() ? found : offered;
    // Who was ticked and isn't found any more is chosen all the same.
    const shown = [...people.filter(({ id }) => first.has(id)), ...fitting.slice(0, most)];
    const hidden = people.filter((one) => !shown.includes(one));
    return html`
      <fieldset class="field choices is-list people-field ${form.errors[name] && "has-error"}" aria-describedby=${described(form, { name })} @input=${takeOver}>
        <legend>${label} <span class="count">${String(ids.size)}</span></legend>
        ${errorOf(form, name)}
        <input type="checkbox" hidden name=${name} data-kind="list">
        ${hidden.map((one) => keyed(one.id, html`
          <input type="checkbox" hidden name=${name} value=${one.id} data-kind="list" data-label=${nameOf(one)} .checked=${ids.has(one.id)}>`))}
        ${isMany && html`
          <div @input=${(event) => event.stopPropagation()} @keydown=${(event) => event.key === "Enter" && event.preventDefault()}>
            ${searchField({ label: t("people.search"), value: search, onInput: look })}</div>`}
        <div class="choice-list" @change=${tick}>
          ${shown.map((one) => keyed(one.id, html`
            <label class="choice">
              <input type="checkbox" name=${name} value=${one.id} data-kind="list" .checked=${ids.has(one.id)}>
              <span class="choice-text">${nameOf(one)}<span class="hint">${remarkOn(one)}</span></span>
            </label>`))}
        </div>
        <p class="hint" aria-live="polite">${
          isMany && search.trim() && !fitting.length ? t("people.nothing") : fitting.length > most && t("people.more", { count: fitting.length - most })}</p>
      </fieldset>`;
  };
}

function remarkOn(user) {
  if (user.remark !== undefined) return user.remark;
  const standing = standingOf(user);
  if (standing === "active") return t(`roles.${user.role}`);
  if (standing === "off") return t("person.off");
  return t(`person.${hasNoEmail(user) ? "cards" : "invitations"}.${user.invitation.state}`);
}

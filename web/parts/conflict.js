// A conflicting change by another person: both versions of each field, to choose from.

import { controlsOf, fill, textsOf } from "app/form.js";
import { html, keyed } from "app/html.js";
import { day, t } from "app/words.js";
import { icon } from "parts/icon.js";

/**
 * The fields that both have changed, and those that only the other person has, which are taken over.
 * @param {HTMLFormElement} element  @param {object} was by name, what stood in each field  @param {object} is what would stand there now
 * @param {Record<string, (text: any) => string>} [spoken] by name, how one is said that isn't for people as it is
 */
export function conflictOf(element, was, is, spoken = {}) {
  const mine = textsOf(element);
  const conflict = { kept: [], taken: [], view: conflictView };
  for (const [name, theirs] of Object.entries(is)) {
    if (isSame(theirs, was[name]) || isSame(theirs, mine[name]) || mine[name] === undefined) continue;
    const label = labelOf(element, name);
    if (isSame(mine[name], was[name])) {
      fill(element, name, theirs);
      conflict.taken.push(label);
    } else {
      const [spokenMine, spokenTheirs] = [mine[name], theirs].map((text) => spokenOf(element, name, text, spoken[name]));
      conflict.kept.push({ name, label, mine: mine[name], theirs, spokenMine, spokenTheirs, choice: null });
    }
  }
  return conflict;
}

const isSame = (one, other) => JSON.stringify([one].flat().sort()) === JSON.stringify([other].flat().sort());

function conflictView(form) {
  const { kept, taken } = form.conflict;
  return html`
    <section class="conflict" tabindex="-1" aria-label=${t("form.conflict.title")}>
      <div class="notice is-low">${icon("warning")}<div class="conflict-text">
        <p><b>${t("form.conflict.title")}</b></p>
        ${taken.length > 0 && html`<p>${t("form.conflict.taken", { fields: taken.join(", ") })}</p>`}
        <p>${t(kept.length ? "form.conflict.choose" : "form.conflict.look")}</p>
      </div></div>
      ${kept.map((one) => keyed(one.name, html`
        <div class="conflict-field" role="group" aria-label=${one.label}>
          <p class="conflict-label">${one.label}</p>
          ${version(form, one, "mine", one.spokenMine)}
          ${version(form, one, "theirs", one.spokenTheirs)}
        </div>`))}
    </section>`;
}

const version = (form, one, which, text) => html`
  <button type="button" class="conflict-version" data-version=${which} aria-pressed=${String(one.choice === which)}
    @click=${() => form.choose(one, which)}>
    <span class="conflict-kind">${t(`form.conflict.${which}`)}</span>
    <span class="conflict-value">${text}</span></button>`;

/** What a field is called. */
function labelOf(element, name) {
  const [field] = controlsOf(element, name);
  const label = field?.closest("fieldset.choices, fieldset.breaks-field")?.querySelector("legend") ?? field?.labels?.[0];
  return ownText(label) || name;
}

/** A field's value in words. */
function spokenOf(element, name, text, say) {
  if (say) return say(text) || t("form.conflict.nothing");
  const controls = controlsOf(element, name);
  const [field] = controls;
  /** @type {[string, string][]} */
  const options = field?.options ? [...field.options].map((one) => [one.value, one.textContent])
    : controls.map((one) => [one.value, one.dataset.label ?? ownText(one.closest("label")?.querySelector(".choice-text"))]);
  const named = (value) => new Map(options).get(value) ?? value;
  if (Array.isArray(text)) return text.map(named).join(", ") || t("form.conflict.nothing");
  if (!text) return t("form.conflict.nothing");
  if (field?.type === "date") return day(text);
  if (field?.type === "datetime-local") return t("format.moment", { day: day(text.slice(0, 10), "weekday"), time: text.slice(11, 16) });
  return field?.options || field?.type === "radio" ? named(text) : text;
}

const ownText = (element) => [...(element?.childNodes ?? [])].filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
  .map(({ data }) => data).join("").trim();

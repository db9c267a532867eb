// What somebody else changed while one was typing: both versions of each field, to choose from.

import { html, keyed } from "app/html.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";

/** @param {ReturnType<import("app/form.js").createForm>} form that has a conflict. */
export function conflictView(form) {
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

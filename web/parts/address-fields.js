// The five parts of an address, in the order in which one writes them.

import { html } from "app/html.js";
import { t } from "app/words.js";
import { textField } from "parts/fields.js";

/** Fields `address.street` and so on. @param {object} [value] as `addressParts` of a company or site. */
export function addressFields(form, value = {}) {
  const part = (name, options) => textField(form, {
    name: `address.${name}`, label: t(`address.${name}`), value: value[name], ...options,
  });
  return html`
    <fieldset class="group">
      <legend>${t("address.title")}</legend>
      <div class="fields is-wide-narrow">
        ${part("street", { maxlength: 200, autocomplete: "address-line1" })}
        ${part("streetNumber", { maxlength: 20 })}
      </div>
      <div class="fields is-narrow-wide">
        ${part("postalCode", { maxlength: 20, autocomplete: "postal-code" })}
        ${part("city", { maxlength: 200, autocomplete: "address-level2" })}
      </div>
      ${part("country", { maxlength: 100, autocomplete: "country-name", value: value.country ?? t("address.usualCountry") })}
    </fieldset>`;
}

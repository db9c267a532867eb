// The five parts of an address, in the order in which people write them.

import { html } from "app/html.js";
import { t } from "app/words.js";
import { textField } from "parts/fields.js";

/** The texts of an address's fields. */
export const addressTexts = (value) => Object.fromEntries(Object.entries(value).map(([name, text]) => [`address.${name}`, text ?? ""]));

/**
 * Fields `address.street` and so on.
 * @param {object} form
 * @param {object} [value] as `addressParts` of a company or site.
 * @param {{isWhole?: boolean}} options `isWhole`: no part may be missing.
 */
export function addressFields(form, value = {}, { isWhole = true } = {}) {
  const part = (name, options) => textField(form, {
    name: `address.${name}`, label: t(`address.${name}`), value: value[name] ?? "", required: isWhole, isMarked: isWhole, ...options,
  });
  return html`
    <fieldset class="group">
      <legend>${t("address.title")}${!isWhole && html` <span class="optional">${t("form.optional")}</span>`}</legend>
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

/** The address in `addressFields`, for a site: null if it is empty. A country alone is no address. */
export function siteAddress(address) {
  const parts = Object.entries(address).map(([name, value]) => [name, value.trim()]);
  return parts.some(([name, value]) => value && name !== "country") ? Object.fromEntries(parts) : null;
}

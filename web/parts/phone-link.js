// A phone number that a tap calls.

import { html } from "app/html.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";

/**
 * What to dial of a text in which people write a number, or several: the first one. A zero in brackets behind a country's code isn't
 * dialled from anywhere. Null if there is no number.
 * @param {string} text
 */
export function dialled(text) {
  let number = "";
  for (const part of text.replace(/(\+\d+\s*)\(0\)/, "$1").split(/[,;/]/)) {
    number += part.replace(/[^+\d]/g, "");
    // "0171 / 1234567" is one number, "030 1234 / 0171 555" are two.
    if (number.length >= 6) break;
  }
  return /\d{3}/.test(number) ? number : null;
}

/**
 * @param {string} text as it was typed.
 * @param {string | null} [look] the link's class.
 */
export function phoneLink(text, look = null) {
  const number = dialled(text);
  return number ? html`<a class=${look} href=${`tel:${number}`}>${text}</a>` : text;
}

/**
 * A button that calls a person; nothing without a number.
 * @param {{phone?: string | null}} person  @param {string} name  @param {{isWide?: boolean}} options
 */
export function callButton({ phone }, name, { isWide = false } = {}) {
  const number = phone ? dialled(phone) : null;
  return number && html`
    <a class="button ${!isWide && "is-icon"}" href=${`tel:${number}`} aria-label=${t("people.call", { name })}>
      ${icon("phone")}${isWide && t("people.callNow")}</a>`;
}

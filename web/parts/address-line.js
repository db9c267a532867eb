// An address in one line. On a phone it leads to the phone's own map; nothing is asked of a server for it.

import { html } from "app/html.js";
import { t } from "app/words.js";

const isApple = /iPhone|iPad/.test(navigator.userAgent);
const isAndroid = /Android/.test(navigator.userAgent);

const joined = (parts, by) => parts.filter(Boolean).join(by);

/** "Am Markt 12, 53111 Bonn", of what is known of it. @param {{addressParts: object}} place a site or company */
export const placeOf = ({ addressParts: { street, streetNumber, postalCode, city, country } }, { hasCode = true } = {}) =>
  joined([joined([street, streetNumber], " "), joined([hasCode && postalCode, city], "\u00A0")], ", ") || country || "";

/** @param {{address: string, addressParts: object}} place */
export function addressLine({ address, addressParts }) {
  const text = placeOf({ addressParts });
  if (!isApple && !isAndroid) return text;
  const query = encodeURIComponent(address);
  return html`<a class="address" href=${isApple ? `maps:?q=${query}` : `geo:0,0?q=${query}`} title=${t("address.map")}>${text}</a>`;
}

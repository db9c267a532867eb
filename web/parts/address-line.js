// An address in one line. It opens the phone's own map, or on a desk a free one; no server is contacted before it is tapped.

import { html } from "app/html.js";
import { t } from "app/words.js";

// An iPad claims to be a Mac, but Macs have no touch screens.
const isApple = /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
const isAndroid = /Android/.test(navigator.userAgent);

const joined = (parts, by) => parts.filter(Boolean).join(by);

/** "Am Markt 12, 53111 Bonn", from the known parts. @param {{addressParts: object}} place a site or company */
export const placeOf = ({ addressParts: { street, streetNumber, postalCode, city, country } }, { hasCode = true } = {}) =>
  joined([joined([street, streetNumber], " "), joined([hasCode && postalCode, city], "\u00A0")], ", ") || country || "";

/** @param {{address: string, addressParts: object}} place */
export function addressLine({ address, addressParts }) {
  const text = placeOf({ addressParts });
  const query = encodeURIComponent(address);
  if (isApple || isAndroid) {
    return html`<a class="address" href=${isApple ? `maps:?q=${query}` : `geo:0,0?q=${query}`} title=${t("address.map")}>${text}</a>`;
  }
  return html`<a class="address" href=${`https://www.openstreetmap.org/search?query=${query}`} target="_blank" rel="noreferrer"
    title=${t("address.map")}>${text}</a>`;
}

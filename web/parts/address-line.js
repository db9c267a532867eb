// An address in one line. On a phone it leads to the phone's own map; nothing is asked of a server for it.

import { html } from "app/html.js";
import { t } from "app/words.js";

const isApple = /iPhone|iPad/.test(navigator.userAgent);
const isAndroid = /Android/.test(navigator.userAgent);

/** @param {{address: string, addressParts: object}} place a site or company */
export function addressLine({ address, addressParts }) {
  const { street, streetNumber, postalCode, city } = addressParts;
  const text = `${street} ${streetNumber}, ${postalCode}\u00A0${city}`;
  if (!isApple && !isAndroid) return text;
  const query = encodeURIComponent(address);
  return html`<a class="address" href=${isApple ? `maps:?q=${query}` : `geo:0,0?q=${query}`} title=${t("address.map")}>${text}</a>`;
}

// Who runs this server, as its settings say.

import { html } from "app/html.js";
import { t } from "app/words.js";
import { phoneLink } from "parts/phone-link.js";

const settings = { name: "POLIER_OPERATOR_NAME", address: "POLIER_OPERATOR_ADDRESS", email: "POLIER_OPERATOR_EMAIL" };

/** What the law asks for and isn't set: the settings' names in a sentence; null where nothing is missing. */
export function missingSettings(operator) {
  const missing = Object.keys(settings).filter((name) => !operator[name]).map((name) => settings[name]);
  return missing.length ? missing.join(", ") : null;
}

/** What is set, by names. */
export const operatorFacts = (operator) => Object.values(operator).some(Boolean) && html`
  <dl class="facts is-narrow section">
    ${fact("name", operator.name)}
    ${fact("address", operator.address)}
    ${fact("email", operator.email && html`<a href=${`mailto:${operator.email}`}>${operator.email}</a>`)}
    ${fact("phone", operator.phone && phoneLink(operator.phone))}
  </dl>`;

const fact = (name, value) => value && html`<div><dt>${t(`imprint.${name}`)}</dt><dd class="lines">${value}</dd></div>`;

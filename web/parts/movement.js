// A movement of material as a row: by whom, what for, when, how much, and what was left.

import { html } from "app/html.js";
import { amount, moment, signed, t, time } from "app/words.js";

/** @param {object} movement  @param {string} [material] its name, in a list of a whole site by days. */
export const movementRow = ({ delta, amountAfter, note, userName, at }, unit, material) => html`
  <li class="row">
    <div class="row-text">
      <p class="row-title">${material ?? userName}</p>
      ${note && html`<p class="row-sub">${note}</p>`}
      <p class="row-sub">${material ? `${userName}, ${time(at)}` : moment(at)}</p>
    </div>
    <div class="row-amount">
      <span class="row-number ${delta > 0 && "is-added"}">${signed(delta)} ${unit}</span>
      <span class="row-sub">${t("material.after", { amount: amount(amountAfter, unit) })}</span>
    </div>
  </li>`;

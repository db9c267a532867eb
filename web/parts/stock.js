// A material's stock against its minimum, as a bar that is understood without reading: the line is the minimum, and stock that has
// fallen below it turns amber.

import { html } from "app/html.js";
import { amount, t } from "app/words.js";

/** @param {{amount: number, threshold: number, unit: string, belowThreshold: boolean}} material */
export function stockBar({ amount: left, threshold, unit, belowThreshold }) {
  // The minimum stands at a third, unless there is more than three times as much.
  const whole = Math.max(left, threshold * 3) || 1;
  const label = t(belowThreshold ? "material.barLow" : "material.bar", {
    amount: amount(left, unit), threshold: amount(threshold, unit),
  });
  return html`
    <div class="stock ${belowThreshold && "is-low"}" role="img" aria-label=${label}
      --share=${left / whole} --minimum=${threshold / whole}>
      <span class="stock-fill"></span>
      ${threshold > 0 && html`<span class="stock-line"></span>`}
    </div>`;
}

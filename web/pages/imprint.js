// Who runs this server, as required by law.

import { html } from "app/html.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";
import { missingSettings, operatorFacts } from "parts/operator.js";
import { pageHead } from "parts/pieces.js";

export default function imprint(page) {
  page.read({ operator: "/operator" });
  return () => {
    const { operator } = page.data;
    const settings = missingSettings(operator);
    return html`
      ${pageHead({ title: t("imprint.title"), lead: t("imprint.lead") })}
      ${operatorFacts(operator)}
      ${operator.details && html`<p class="lines section">${operator.details}</p>`}
      ${settings && html`
        <div class="notice is-low">${icon("warning")}<p>
          <strong>${t("imprint.missingTitle")}</strong><br>${t("imprint.missing", { settings })}</p></div>`}`;
  };
}

// Why a mail didn't go: what Polier itself says, in the reader's words, and what the mail server says as it says it.

import { html } from "app/html.js";
import { match } from "app/problem.js";
import { t } from "app/words.js";

const ours = [
  [/^this server has no way to send mail/, "noWay"],
  [/^the demo's people have no mailbox/, "demo"],
  [/^no mail can be sent to this address/, "noAddress"],
  [/^what carries mail is down/, "down"],
  [/^too much mail is being sent/, "busy"],
  [/^its link was no longer good/, "late"],
  [/^given up after three days: (.+)/, "gaveUp"],
];

/** @param {string | null} reason */
export const mailReason = (reason) =>
  reason && html`<p class="reason">${match(ours, reason, "person.reasons") ?? t("person.reason", { reason })}</p>`;

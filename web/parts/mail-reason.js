// Why a mail wasn't sent: Polier's own reasons translated, the mail server's as they are.

import { html } from "app/html.js";
import { language, phrase, t } from "app/words.js";

/** @param {{reason: string | null, reasonCode: string | null, reasonParams: object}} mail or an invitation */
export function mailReason(mail) {
  const text = mailReasonText(mail);
  return text && html`<p class="reason">${text}</p>`;
}

/** Null where there is no reason. */
export function mailReasonText({ reason, reasonCode, reasonParams }) {
  if (!reason && !reasonCode) return null;
  const { lastCode, lastError, answer } = reasonParams ?? {};
  const last = phrase("lastErrors", lastCode) ?? (lastError || t("mails.noReason"));
  return phrase("mailReasons", reasonCode, { answer, lastError: last }) ?? unnamed(reason, answer);
}

// What a server of another version says.
function unnamed(reason, answer) {
  if (language() === "en" && reason) return t("mails.otherReason", { reason });
  return phrase("mailReasons", "refused", { answer }) ?? (reason ? t("mails.otherReason", { reason }) : t("mails.noReason"));
}

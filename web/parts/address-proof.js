// A line below every page while the person has yet to confirm the email address with which they registered their company.

import { api } from "app/api.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { now } from "app/now.js";
import { session } from "app/session.js";
import { day, t } from "app/words.js";
import { icon } from "parts/icon.js";

// An older server doesn't send it.
const isAsked = () => session.user?.role === "MANAGER" && session.company?.isAddressProven === false;

/** For the strip of the frame. */
export function proofLines() {
  if (!isAsked()) return [];
  const { readOnlyFrom } = session.company;
  const text = Date.parse(readOnlyFrom) > now() ? t("addressProof.ask", { day: day(readOnlyFrom) }) : t("addressProof.isReadOnly");
  return [html`
    <p class="is-long">${icon("mail")}<span>${text}</span>
      <button type="button" class="status-action" @click=${resend}>${t("addressProof.resend")}</button></p>`];
}

/** Checks whether the address is confirmed by now. */
export const lookAgain = () => kept.refresh(`/companies/${session.company.id}`).catch(() => {});

async function resend() {
  try {
    await api.post("/auth/verify/resend");
    toast(t("addressProof.sent", { email: session.user.email }));
  } catch (problem) {
    fail(problem);
    // It may have been confirmed on another device.
    if (problem.code === "nothing-to-prove") await lookAgain();
  }
}

// The mail was opened in another tab, or on another device.
addEventListener("visibilitychange", () => !document.hidden && isAsked() && lookAgain());

// How to put the app on a phone's home screen, for who has just signed in by card. On iPhones the app there has a storage of its own, and
// asks for the card once more.

import { html } from "app/html.js";
import { t, useAllWords } from "app/words.js";
import { openDialog } from "parts/dialog.js";

const isIPhone = () => /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
const isAndroid = () => /Android/.test(navigator.userAgent);
/** Whether it is open from there already. */
const isThere = () => matchMedia("(display-mode: standalone)").matches || /** @type {any} */ (navigator).standalone === true;

/** @param {{hasCode: boolean}} card whether its code was typed; who came by its link may not know it. */
export async function hintAtHomeScreen({ hasCode }) {
  if (isThere() || !(isIPhone() || isAndroid())) return;
  await useAllWords();
  const steps = isIPhone() ? ["share", "add", hasCode ? "code" : "codeOfLink"] : ["menu", "install"];
  openDialog({
    title: t("homeScreen.title"),
    view: (dialog) => html`
      <p>${t("homeScreen.text")}</p>
      <ol class="steps">${steps.map((step) => html`<li>${t(`homeScreen.${step}`)}</li>`)}</ol>
      <div class="actions"><button type="button" class="button is-primary" @click=${() => dialog.close()}>${t("homeScreen.done")}</button></div>`,
  });
}

// A card to be held under a phone's camera, printed, or handed on.

import { html } from "app/html.js";
import { fail, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { moment, t } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { qrCode } from "parts/qr-code.js";

/**
 * @param {object} person  @param {{link: string, code: string, qr: {size: number, path: string}, expiresAt: string}} card
 * @param {{name: string}} company
 */
export function showCard(person, card, company) {
  const name = nameOf(person);
  return openDialog({
    title: t("card.of", { name }),
    view: () => html`
      <p>${t("card.scan")}</p>
      <div class="qr">${qrCode(card.qr, t("card.picture", { name }))}</div>
      <p class="card-code"><span class="hint">${t("card.orCode")}</span> <b>${card.code}</b></p>
      <p class="hint">${t("card.until", { until: moment(card.expiresAt) })}</p>
      <div class="actions">
        <button type="button" class="button is-primary" @click=${() => print(person, card, company).catch(fail)}>${icon("print")}${t("card.print")}</button>
        <button type="button" class="button" @click=${() => handOn(card.link).catch(fail)}>
          ${icon(canShare() ? "send" : "copy")}${t(canShare() ? "card.share" : "person.copyLink")}</button>
      </div>`,
  });
}

async function print(person, card, company) {
  const { printCards } = await importModule(() => import("parts/print-cards.js"));
  await printCards([{ person, card }], company);
}

const canShare = () => typeof navigator.share === "function";

async function handOn(link) {
  try {
    if (canShare()) return await navigator.share({ title: "Polier", url: link });
    await navigator.clipboard.writeText(link);
    toast(t("person.copied"));
  } catch (problem) {
    // Who changes their mind while sharing has done nothing wrong; the clipboard is there on https only.
    if (problem.name !== "AbortError") toast(t("card.notShared"), { kind: "problem" });
  }
}

// Cards on paper, to be cut out: name, company, QR code, code, and how it goes, in German and in the person's language.

import { html, render } from "app/html.js";
import { session } from "app/session.js";
import { day, t, time } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { mark } from "parts/icon.js";
import { qrCode } from "parts/qr-code.js";

/**
 * @param {{person: object, card: {code: string, link: string, qr: {size: number, path: string}, expiresAt: string}}[]} all
 * @param {{name?: string}} company as the page knows it: an operator's page names it, others are in their own.
 */
export async function printCards(all, company) {
  const name = company.name ?? session.company?.name;
  const sheet = document.createElement("div");
  sheet.className = "print-sheet";
  document.body.append(sheet);
  render(sheet, html`<ul class="print-cards">${all.map((one) => onPaper(one, name))}</ul>`);
  document.body.classList.add("prints-cards");
  const end = () => {
    document.body.classList.remove("prints-cards");
    sheet.remove();
  };
  addEventListener("afterprint", end, { once: true });
  // Phones open their own view of it and go on at once: then it stays until the next one.
  for (const old of document.querySelectorAll(".print-sheet")) if (old !== sheet) old.remove();
  print();
}

const onPaper = ({ person, card }, company) => html`
  <li class="paper-card">
    <div class="paper-text">
      <p class="paper-brand">${mark()} Polier</p>
      <p class="paper-name">${nameOf(person)}</p>
      <p>${company}</p>
      <p class="paper-code">${card.code}</p>
      <p class="paper-until">${t("card.paperUntil", { day: day(card.expiresAt), time: time(card.expiresAt) })}</p>
    </div>
    ${qrCode(card.qr, "")}
    <div class="paper-how">
      ${[...new Set(["de", person.language])].map((language) => html`
        <p lang=${language}>${t(`card.how.${language}`, { address: location.host })}</p>`)}
    </div>
  </li>`;

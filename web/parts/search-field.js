// Finds in a list that is already here, as one types.

import { html } from "app/html.js";
import { icon } from "parts/icon.js";

/** @param {{label: string, value: string, onInput: (text: string) => void}} search */
export const searchField = ({ label, value, onInput }) => html`
  <div class="search" role="search">
    ${icon("search")}
    <input type="search" aria-label=${label} placeholder=${label} .value=${value} autocomplete="off" spellcheck="false"
      enterkeyhint="search" @input=${({ target }) => onInput(target.value)}>
  </div>`;

/** Whether every word that is looked for stands in one of the texts, whatever its case and accents. */
export function matches(search, ...texts) {
  const text = plain(texts.join(" "));
  return plain(search).split(/\s+/).every((word) => text.includes(word));
}

// These letters are whole: taking accents away leaves them as they are.
const whole = { ı: "i", ł: "l", ß: "ss", ø: "o", đ: "d" };
const plain = (text) =>
  text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[ıłßøđ]/g, (letter) => whole[letter]);

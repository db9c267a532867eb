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

/**
 * Whether every word that is looked for stands in one of the texts, whatever its case and accents; umlauts and ß also as two letters,
 * and sizes however they are written: 30x60, 30 x 60, 30×60. The server's ?search= finds the same.
 */
export function matches(search, ...texts) {
  const text = texts.join(" ");
  const ways = [plain, (one) => plain(spelled(one))].map((fold) => ({ text: fold(text), words: fold(search).split(" ") }));
  return ways[0].words.every((_, i) => ways.some((way) => way.text.includes(way.words[i])));
}

const umlauts = { ä: "ae", ö: "oe", ü: "ue" };
const spelled = (text) => text.toLowerCase().normalize("NFC").replace(/[äöü]/g, (letter) => umlauts[letter]);

// These letters are whole: taking accents away leaves them as they are.
const whole = { ı: "i", ł: "l", ß: "ss", ø: "o", đ: "d", "×": "x" };
const plain = (text) =>
  text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[ıłßøđ×]/g, (letter) => whole[letter])
    .replace(/\s+/g, " ").replace(/(\d) ?x ?(?=\d)/g, "$1x");

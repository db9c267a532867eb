// Searches a loaded list while the person types.

import { html } from "app/html.js";
import { icon } from "parts/icon.js";

/** @param {{label: string, value: string, onInput: (text: string) => void}} search */
export const searchField = ({ label, value, onInput }) => html`
  <div class="search" role="search">
    ${icon("search")}
    <input type="search" aria-label=${label} placeholder=${label} .value=${value} autocomplete="off" spellcheck="false"
      enterkeyhint="search" @input=${({ target }) => onInput(target.value)}>
  </div>`;

/** What the server is asked for a search: a blank is %20 there, + is a plus. @param {string} search  @param {Record<string, string>} more */
export const searchQuery = (search, more = {}) =>
  new URLSearchParams({ ...more, search: search.trim().slice(0, 100) }).toString().replaceAll("+", "%20");

/**
 * Whether every search word is in one of the texts, ignoring case and accents; umlauts and ß also as two letters,
 * and sizes however they are written: 30x60, 30 x 60, 30×60. The server's ?search= finds the same.
 */
export function matches(search, ...texts) {
  const text = texts.join(" ");
  const ways = [plain, (one) => plain(spelled(one))].map((fold) => ({ text: fold(text), words: fold(search).split(" ") }));
  return ways[0].words.every((_, i) => ways.some((way) => way.text.includes(way.words[i])));
}

const umlauts = { ä: "ae", ö: "oe", ü: "ue" };
/** Umlauts as two letters. */
export const spelled = (text) => text.toLowerCase().normalize("NFC").replace(/[äöü]/g, (letter) => umlauts[letter]);

// These letters are whole: taking accents away leaves them as they are.
const whole = { ı: "i", ł: "l", ß: "ss", ø: "o", đ: "d", "×": "x" };
/** A text as searches compare it. */
export const plain = (text) =>
  text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[ıłßøđ×]/g, (letter) => whole[letter])
    .replace(/\s+/g, " ").replace(/(\d) ?x ?(?=\d)/g, "$1x");

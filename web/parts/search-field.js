// Finds in a list what is already here, as one types.

import { html } from "app/html.js";
import { icon } from "parts/icon.js";

/** @param {{label: string, value: string, onInput: (text: string) => void}} search */
export const searchField = ({ label, value, onInput }) => html`
  <div class="search" role="search">
    ${icon("search")}
    <input type="search" aria-label=${label} placeholder=${label} .value=${value} autocomplete="off" spellcheck="false"
      enterkeyhint="search" @input=${({ target }) => onInput(target.value)}>
  </div>`;

/** Whether all that is looked for begins a word of one of the texts, whatever its case and accents. */
export function matches(search, ...texts) {
  const words = plain(texts.join(" ")).split(/[\s.,@_-]+/);
  return plain(search).split(/\s+/).every((part) => words.some((word) => word.startsWith(part)) || plain(texts.join(" ")).includes(part));
}

// "ı" and "ł" have no accent that could be taken away.
const plain = (text) =>
  text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ı", "i").replaceAll("ł", "l").replaceAll("ß", "ss");

// Names that are probably meant to be the same: they differ in case, accents and spaces, or long ones in a single letter.

import { plain, spelled } from "parts/search-field.js";

/** Shorter names that differ in a letter are different things. */
const longFrom = 6;

/** The others with a name like this one, those that are most alike first. @param {string} name  @param {{name: string}[]} others */
export function similarTo(name, others) {
  const same = others.filter((other) => isSame(name, other.name));
  return [...same, ...others.filter((other) => !same.includes(other) && isNear(name, other.name))];
}

const folded = (name) => plain(spelled(name));
const together = (text) => text.replaceAll(" ", "");
const keyOf = (name) => together(folded(name));
const isSame = (one, other) => keyOf(one) === keyOf(other) || together(plain(one)) === together(plain(other));

function isNear(one, other) {
  const [a, b] = [keyOf(one), keyOf(other)];
  return Math.min(a.length, b.length) >= longFrom && marksOf(one) === marksOf(other) && isOneLetterApart(a, b);
}

/** What tells articles apart however alike their names are: numbers, and letters that stand alone (8 mm, 30x60, C2TE, size M). */
const marksOf = (name) => folded(name).split(/[^\p{L}\p{N}]+/u).filter((word) => /\p{N}/u.test(word) || word.length === 1).join(" ");

/** Whether a letter was changed, added or left out. */
function isOneLetterApart(a, b) {
  if (a.length > b.length) return isOneLetterApart(b, a);
  if (b.length - a.length > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const rest = b.length > a.length ? a.slice(at) : a.slice(at + 1);
  return rest === b.slice(at + 1) && /\p{L}/u.test(b[at]);
}

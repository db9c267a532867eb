// A PIN of six digits, typed on a number pad.

import { t } from "app/words.js";
import { passwordField } from "parts/fields.js";

const length = 6;

/** The digits of what was typed, in whatever script. */
export function digitsOf(text) {
  return [...text.normalize("NFKC")].map(digitOf).join("");
}

function digitOf(letter) {
  if (/[0-9]/.test(letter)) return letter;
  if (!/\p{Nd}/u.test(letter)) return "";
  // The digits of a script stand in a row, from zero to nine.
  let value = 0;
  for (let code = letter.codePointAt(0) - 1; value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code)); code -= 1) value += 1;
  return String(value);
}

export const isPin = (text) => /^[0-9]{6}$/.test(text);

/**
 * @param {object} form
 * @param {{name: string, label: unknown, hint?: unknown, autocomplete?: string, autofocus?: boolean}} field
 */
export const pinField = (form, field) => passwordField(form, {
  autocomplete: "off", ...field, inputmode: "numeric", maxlength: length, size: "short", reveal: t("pin.show"),
  tidy: ({ target }) => {
    const digits = digitsOf(target.value);
    if (digits !== target.value) target.value = digits;
  },
});

/** A wrong PIN isn't put right, but typed anew. */
export function emptyPin({ id }) {
  const field = /** @type {any} */ (document.getElementById(id))?.elements.namedItem("pin");
  if (field) field.value = "";
}

// What the history says of changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openDocument } from "./dom.mjs";

import { render } from "app/html.js";
import { chooseLanguage, useAllWords, useWords } from "app/words.js";
import { auditChanges, besideMovements } from "parts/audit.js";

await chooseLanguage("de");
await useAllWords();
await useWords("history");

const entry = (changes, action = "material.changed") => ({ action, changes });
/** The lines of what is shown. */
function linesOf(template) {
  openDocument("<div id=place></div>");
  const place = document.getElementById("place");
  render(place, template);
  return [...place.querySelectorAll("li")].map(({ textContent }) => textContent);
}

test("a price is money, an amount is none", () => {
  const names = new Map();
  assert.deepEqual(linesOf(auditChanges(entry([{ field: "price", from: "18.9", to: "20.125" }]), names)), ["Preis: 18,90\u00A0€ → 20,125\u00A0€"]);
  assert.deepEqual(linesOf(auditChanges(entry([{ field: "price", from: null, to: "0.5" }]), names)), ["Preis: 0,50\u00A0€"]);
  assert.deepEqual(linesOf(auditChanges(entry([{ field: "threshold", from: "1", to: "2.5" }]), names)), ["Mindestbestand: 1 → 2,5"]);
});

test("beside its movement a count isn't told again", () => {
  const [amount, unit] = [{ field: "amount", from: "10", to: "8" }, { field: "unit", from: "Sack", to: "kg" }];
  assert.equal(besideMovements(entry([amount])), null);
  assert.deepEqual(besideMovements(entry([unit, amount])), entry([unit]));
  assert.deepEqual(besideMovements(entry([])), entry([]));
  // Other nouns have no movements.
  assert.deepEqual(besideMovements(entry([amount], "site.changed")), entry([amount], "site.changed"));
});

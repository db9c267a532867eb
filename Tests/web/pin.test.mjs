// What counts as a PIN of what is typed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { digitsOf, isPin } from "parts/pin-field.js";

for (const [typed, digits] of [
  ["407192", "407192"], ["40 71 92", "407192"], ["40-71-92x", "407192"], ["٤٠٧١٩٢", "407192"], ["४०७१९२", "407192"], ["４０７１９２", "407192"], ["", ""],
  ["pin", ""],
]) {
  test(JSON.stringify(typed), () => assert.equal(digitsOf(typed), digits));
}

test("six digits are one, nothing else is", () => {
  assert.ok(isPin("407192"));
  for (const text of ["40719", "4071922", "40719a", " 407192", "٤٠٧١٩٢", ""]) assert.ok(!isPin(text), text);
});

import assert from "node:assert/strict";
import test from "node:test";
import { byName, useLanguage } from "app/words.js";

test("names are sorted as people count", async () => {
  await useLanguage("de");
  const names = ["Haus 10", "Öffnung", "haus 2", "Haus 1b", "Ofen", "Haus 1a", "2. OG", "10. OG"];
  assert.deepEqual(names.toSorted(byName), ["2. OG", "10. OG", "Haus 1a", "Haus 1b", "haus 2", "Haus 10", "Ofen", "Öffnung"]);
});

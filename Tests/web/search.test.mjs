// What the search fields find: the same as the server's ?search= (SearchWordsTests).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { matches } from "parts/search-field.js";

const cases = JSON.parse(readFileSync(new URL("./search-cases.json", import.meta.url)));

for (const [search, text, isFound] of cases) {
  test(`"${search}" ${isFound ? "finds" : "doesn't find"} "${text}"`, () => assert.equal(matches(search, text), isFound));
}

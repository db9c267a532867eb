// What the search fields find: the same as the server's ?search= (SearchWordsTests).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { matches, searchQuery } from "parts/search-field.js";

const cases = JSON.parse(readFileSync(new URL("./search-cases.json", import.meta.url)));

for (const [search, text, isFound] of cases) {
  test(`"${search}" ${isFound ? "finds" : "doesn't find"} "${text}"`, () => assert.equal(matches(search, text), isFound));
}

test("the server reads a plus as a plus, so a blank isn't one", () => {
  assert.equal(searchQuery(" 30 + 60 ", { limit: "60" }), "limit=60&search=30%20%2B%2060");
  assert.equal(searchQuery("a".repeat(300)).length, "search=".length + 100);
  assert.equal(searchQuery("\u{1F477}".repeat(99)).slice(0, 20), "search=%F0%9F%91%B7%");
});

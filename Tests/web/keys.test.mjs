// Both languages have the same keys, every key that the app names has words, and so has every field that the history can name.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import de from "words/de.js";
import deAbsences from "words/de-absences.js";
import deClarifications from "words/de-clarifications.js";
import deFactors from "words/de-factors.js";
import deHistory from "words/de-history.js";
import deInside from "words/de-inside.js";
import dePrivacy from "words/de-privacy.js";
import deRecord from "words/de-record.js";
import deStatement from "words/de-statement.js";
import deTokens from "words/de-tokens.js";
import deWages from "words/de-wages.js";
import en from "words/en.js";
import enAbsences from "words/en-absences.js";
import enClarifications from "words/en-clarifications.js";
import enFactors from "words/en-factors.js";
import enHistory from "words/en-history.js";
import enInside from "words/en-inside.js";
import enPrivacy from "words/en-privacy.js";
import enStatement from "words/en-statement.js";
import enTokens from "words/en-tokens.js";
import enWages from "words/en-wages.js";

const isLeaf = (word) => typeof word === "string" || ("one" in word && "other" in word);

/** The keys of all words, as `t` is given them. */
function keysOf(words, prefix = "") {
  return Object.entries(words).flatMap(([name, word]) => (isLeaf(word) ? [prefix + name] : keysOf(word, `${prefix}${name}.`)));
}

const languages = {
  de: new Set([...keysOf(de), ...keysOf(deInside), ...keysOf(dePrivacy), ...keysOf(deClarifications), ...keysOf(deAbsences), ...keysOf(deWages), ...keysOf(deStatement), ...keysOf(deHistory), ...keysOf(deTokens), ...keysOf(deFactors), ...keysOf(deRecord)]),
  en: new Set([...keysOf(en), ...keysOf(enInside), ...keysOf(enPrivacy), ...keysOf(enClarifications), ...keysOf(enAbsences), ...keysOf(enWages), ...keysOf(enStatement), ...keysOf(enHistory), ...keysOf(enTokens), ...keysOf(enFactors),
    // What authorities are shown is in German.
    ...keysOf(deRecord)]),
};

test("both languages have the same keys", () => {
  assert.ok(languages.de.size > 500);
  assert.deepEqual([...languages.de].filter((key) => !languages.en.has(key)), [], "only in German");
  assert.deepEqual([...languages.en].filter((key) => !languages.de.has(key)), [], "only in English");
  assert.deepEqual(keysOf(de).sort(), keysOf(en).sort(), "on the sign-in pages");
});

/** Every literal key in the app's modules. */
const named = new Map();
for (const folder of ["app", "pages", "parts"]) {
  const root = path.join(import.meta.dirname, "../../web", folder);
  for (const file of readdirSync(root).filter((name) => name.endsWith(".js"))) {
    const code = readFileSync(path.join(root, file), "utf8").replaceAll(/^ *(\/\*\*|\*|\/\/).*$/gm, "");
    for (const call of code.matchAll(/\bt\(([^`(){}]*?)[,)]/g)) {
      // Of a choice, both.
      for (const [, key] of call[1].matchAll(/"([a-zA-Z]+(?:\.[\w-]+)+)"/g)) named.set(key, `${folder}/${file}`);
    }
  }
}

test("every key that the app names has words", () => {
  assert.ok(named.size > 300, `${named.size}`);
  for (const [key, file] of named) assert.ok(languages.de.has(key), `${key} in ${file}`);
});

describe("the history has words for each field", () => {
  const described = JSON.parse(
    execFileSync(path.resolve(process.env.POLIER_TEST_BINARY), ["openapi"], { maxBuffer: 100_000_000 }));
  const company = "/api/v1/companies/{companyId}";
  // What isn't kept as a field: why an entry is corrected and that a long one is meant, passwords, how a unit is converted, and who is assigned, for which there are
  // sentences.
  const others = ["reason", "confirm", "password", "currentPassword", "users", "factor"];
  for (const route of [
    company, `${company}/users/{userId}`, `${company}/sites/{siteId}`, `${company}/sites/{siteId}/materials/{materialId}`,
    `${company}/sites/{siteId}/time-entries/{entryId}`, "/api/v1/users/me",
  ]) {
    test(route, () => {
      const operation = described.paths[route].patch ?? described.paths[route].put;
      const fields = Object.keys(operation.requestBody.content["application/json"].schema.properties);
      assert.ok(fields.length > 1);
      for (const field of fields.filter((name) => !others.includes(name))) {
        assert.ok(languages.de.has(`history.fields.${field}`), field);
      }
    });
  }
});

test("each scope that a token can have has words, and can be ticked", async () => {
  const { scopes } = await import("parts/make-token.js");
  const described = JSON.parse(
    execFileSync(path.resolve(process.env.POLIER_TEST_BINARY), ["openapi"], { maxBuffer: 100_000_000 }));
  const body = described.paths["/api/v1/companies/{companyId}/tokens"].post.requestBody.content["application/json"].schema;
  const known = [...body.properties.scopes.items.enum].sort();
  assert.deepEqual([...scopes].sort(), known);
  for (const { tokens } of [deTokens, enTokens]) assert.deepEqual(Object.keys(tokens.scopes).sort(), known);
});

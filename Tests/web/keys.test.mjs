// Both languages have the same keys, every key that the app names has words, and so has every field that the history can name.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import deTokens from "words/de-tokens.js";
import enTokens from "words/en-tokens.js";

const web = path.join(import.meta.dirname, "../../web");

const isLeaf = (word) => typeof word === "string" || ("one" in word && "other" in word);

/** The keys of all words, as `t` is given them. */
function keysOf(words, prefix = "") {
  return Object.entries(words).flatMap(([name, word]) => (isLeaf(word) ? [prefix + name] : keysOf(word, `${prefix}${name}.`)));
}

const wordsIn = (module) => module.default ?? Object.values(module)[0];

/** By language, the words of each of its files: by the part's name, "" for that of the sign-in pages. */
const files = { de: new Map(), en: new Map() };
for (const file of readdirSync(path.join(web, "words"))) {
  const [, language, part] = /^(de|en)(?:-(\w+))?\.js$/.exec(file);
  files[language].set(part ?? "", wordsIn(await import(`words/${file}`)));
}
const keysIn = (language) => [...files[language].values()].flatMap((words) => keysOf(words));
// What authorities are shown is in German.
const languages = { de: new Set(keysIn("de")), en: new Set([...keysIn("en"), ...keysOf(files.de.get("record"))]) };

test("both languages have the same keys", () => {
  assert.ok(languages.de.size > 500);
  assert.deepEqual([...languages.de].filter((key) => !languages.en.has(key)), [], "only in German");
  assert.deepEqual([...languages.en].filter((key) => !languages.de.has(key)), [], "only in English");
  for (const [part, words] of files.en) assert.deepEqual(keysOf(files.de.get(part)).sort(), keysOf(words).sort(), part || "the sign-in pages");
});

test("each key is in one file of its language", () => {
  for (const language of ["de", "en"]) {
    const keys = keysIn(language);
    assert.deepEqual(keys.filter((key, at) => keys.indexOf(key) !== at), []);
  }
});

const codeOf = (module) => readFileSync(path.join(web, module), "utf8").replaceAll(/^ *(\/\*\*|\*|\/\/).*$/gm, "");

/** Every literal key in the app's modules. */
const named = new Map();
for (const folder of ["app", "pages", "parts"]) {
  for (const file of readdirSync(path.join(web, folder)).filter((name) => name.endsWith(".js"))) {
    const code = codeOf(`${folder}/${file}`);
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

test("the frame and the start page say only what is fetched with them", () => {
  const here = new Set([...keysOf(files.de.get("")), ...keysOf(files.de.get("inside"))]);
  const modules = new Set(["app/begin.js", "app/main.js", "parts/frame.js", "pages/start.js"]);
  const said = new Set();
  for (const module of modules) {
    const code = codeOf(module);
    for (const [, name] of code.matchAll(/(?:^|\n)import\s(?:[^;"]*?\sfrom\s)?"([^"]+)"/g)) modules.add(name);
    const texts = [...code.matchAll(/"([a-zA-Z]+(?:\.[\w-]+)+)"/g)].map(([, text]) => text);
    const starts = [...code.matchAll(/`([a-zA-Z]+(?:\.[\w-]+)*)\.?\$\{/g)].map(([, text]) => text);
    for (const key of languages.de) {
      // A word by its count, or the codes of a group, are named by what they begin with.
      if (texts.some((text) => key === text || key.startsWith(`${text}.`)) || starts.some((start) => key.startsWith(`${start}.`))) said.add(key);
    }
  }
  assert.ok(modules.has("parts/clock.js") && said.size > 80, `${said.size}`);
  assert.deepEqual([...said].filter((key) => !here.has(key)), []);
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

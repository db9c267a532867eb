// Every code that the server has words for has them in both languages, and they need no value that the server doesn't give.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { describe, test } from "node:test";
import { insideWords } from "app/early.js";

const described = JSON.parse(
  execFileSync(path.resolve(process.env.POLIER_TEST_BINARY), ["openapi"], { maxBuffer: 100_000_000 }));
const codes = described["x-codes"];
const load = async (name) => import(`words/${name}.js`).then((module) => module.default ?? Object.values(module)[0]);
/** Those of the sign-in pages first. With what only the page of API tokens, and programs, are told; refusals of codes are met where their words are there. */
const wordsOf = (language) => Promise.all([language, ...[...insideWords, "tokens", "factors"].map((part) => `${language}-${part}`)].map(load));
const languages = { de: await wordsOf("de"), en: await wordsOf("en") };

/** What the app adds to the values of a code. */
const extras = { problems: ["count", "why", "requestId"], fields: [], mailReasons: [], corrections: [] };

const placesIn = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
const formsOf = (word) => (typeof word === "string" ? [word] : Object.values(word));

test("the lists of codes are those that there are words for", () => {
  assert.deepEqual(Object.keys(codes).sort(), Object.keys(extras).sort());
  for (const [name, list] of Object.entries(codes)) assert.ok(list.length >= 2, name);
});

for (const [language, files] of Object.entries(languages)) {
  const [door] = files;
  describe(language, () => {
    for (const [group, list] of Object.entries(codes)) {
      const parts = files.map((part) => Object.entries(part[group] ?? {}));
      const words = new Map(parts.flat());

      test(`each of the ${group} has words, and each of the words a code`, () => {
        assert.deepEqual([...words.keys()].sort(), list.map(({ code }) => code).sort());
        // A word that two parts had would be shadowed.
        assert.equal(words.size, parts.flat().length);
      });

      test(`words for ${group} need what their codes have`, () => {
        for (const { code, sentence } of list) {
          const known = [...placesIn(sentence), ...extras[group]];
          const forms = formsOf(words.get(code) ?? "");
          if (typeof words.get(code) === "object") assert.deepEqual(Object.keys(words.get(code)), ["one", "other"], code);
          for (const form of forms) {
            assert.ok(typeof form === "string" && form.length > 5, code);
            for (const name of placesIn(form)) assert.ok(known.includes(name), `${code}: {${name}}`);
          }
        }
      });
    }

    test("the last errors are codes of reasons", () => {
      const known = codes.mailReasons.map(({ code }) => code);
      for (const [code, word] of Object.entries(files.find(({ lastErrors }) => lastErrors).lastErrors)) {
        assert.ok(known.includes(code), code);
        assert.deepEqual(placesIn(word), []);
      }
    });

    test("the sign-in pages have the words for all that they can be told", () => {
      for (const name of ["register", "signin", "reset-password", "set-password", "email/confirm", "email/restore"]) {
        const { responses } = described.paths[`/api/v1/auth/${name}`].post;
        for (const [status, response] of Object.entries(responses)) {
          // What only a program can get wrong is said by the status.
          if (status < 400 || [400, 413, 415].includes(Number(status))) continue;
          for (const code of codesOf(response)) assert.ok(Object.hasOwn(door.problems, code), `${name}: ${code}`);
        }
      }
      assert.ok(Object.hasOwn(door.problems, "invalid"));
    });
  });
}

function codesOf(response) {
  const { $ref, content } = response;
  if ($ref) return codesOf(described.components.responses[$ref.split("/").at(-1)]);
  const found = content["application/problem+json"].schema.allOf.at(-1).properties.code.enum;
  assert.ok(found.length > 0);
  return found;
}

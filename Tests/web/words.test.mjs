// Numbers, amounts and plurals, in whatever country a browser says that it is; and languages that can't be had.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { amount, byName, chooseLanguage, decimal, duration, language, number, parseNumber, percent, signed, t, useAllWords } from "app/words.js";

await chooseLanguage("de");
await useAllWords();

/** Runs `check` in a browser of these languages, with modules of its own: formats are kept. */
let count = 0;
async function inBrowser(languages, code, check) {
  navigator.languages = languages;
  const words = await import(`app/words.js?browser=${(count += 1)}`);
  await words.chooseLanguage(code);
  await words.useAllWords();
  check(words);
}

const locales = {
  de: ["de", "de-DE", "de-AT", "de-CH", "de-LI", "de-LU", "de-BE", "de-IT"],
  en: ["en", "en-US", "en-GB", "en-IE", "en-IN", "en-ZA", "en-CH", "en-DE", "en-AT", "en-NL", "en-SE", "en-AU", "en-AE", "en-150"],
};
const samples = [0, 0.5, 0.001, 1, 2.25, 12.5, 100, 999.999, 1000, 1200, 1234.5, 12_345, 123_456.789, 1_000_000, 12_345_678.125, -1, -2.5, -1234.5];

describe("what the app writes can be typed back", () => {
  for (const [code, all] of Object.entries(locales)) {
    for (const locale of all) {
      test(`${code}: ${locale}`, () => inBrowser([locale], code, (words) => {
        for (const value of samples) {
          assert.equal(words.parseNumber(words.decimal(value)), value, words.decimal(value));
          assert.equal(words.parseNumber(words.number(value)), value, words.number(value));
          if (value) assert.equal(words.parseNumber(words.signed(value)), value, words.signed(value));
        }
      }));
    }
  }
});

describe("what people type", () => {
  const cases = [
    ["1,5", 1.5], ["1.5", 1.5], [" 2 ", 2], ["1.200", 1200], ["1.200,5", 1200.5], ["1,200.5", 1200.5], ["0.500", 0.5], ["0,500", 0.5], [",5", 0.5],
    ["5,", 5], ["1 200", 1200], ["1\u00A0200", 1200], ["1\u202F200", 1200], ["1'200", 1200], ["1’200", 1200], ["−3", -3], ["-3", -3], ["+3", 3],
    ["12.345.678", 12_345_678], ["007", 7],
  ];
  for (const [text, value] of cases) test(JSON.stringify(text), () => assert.equal(parseNumber(text), value));
  for (const text of ["", " ", ",", ".", "-", "1e5", "0x10", "Infinity", "NaN", "1,2,3", "1.2.3", "zwei", "1 Sack", "--1", "1-", "½", null, undefined, {}]) {
    test(`${JSON.stringify(text)} is none`, () => assert.ok(Number.isNaN(parseNumber(text))));
  }
});

test("1.200 is a thousand to who writes it so, and little to who doesn't", async () => {
  await inBrowser(["en-GB"], "en", (words) => {
    assert.equal(words.parseNumber("1.200"), 1.2);
    assert.equal(words.parseNumber("1,200"), 1200);
    assert.equal(words.parseNumber("1,5"), 1.5);
  });
  await inBrowser(["de-DE"], "de", (words) => assert.equal(words.parseNumber("1,200"), 1.2));
});

test("amounts, signs, shares and durations", () => {
  assert.equal(number(1234.5678), "1.234,568");
  assert.equal(decimal(1234.5), "1234,5");
  assert.equal(amount(24, "Sack"), "24\u00A0Sack");
  assert.deepEqual([signed(-2.5), signed(3), signed(0)], ["\u22122,5", "+3", "0"]);
  assert.equal(percent(0.256).replace(/\s/g, " "), "26 %");
  assert.deepEqual([duration(0), duration(59.9), duration(60), duration(425), duration(6000)], ["0 min", "59 min", "1 h 00 min", "7 h 05 min", "100 h 00 min"]);
});

test("a word goes by its count", () => {
  assert.equal(t("queue.waiting", { count: 1 }), "1 Eintrag wartet auf Empfang.");
  assert.equal(t("queue.waiting", { count: 1200 }), "1.200 Einträge warten auf Empfang.");
  assert.equal(t("no.such.word"), "no.such.word");
});

describe("which language", () => {
  for (const [languages, noted, expected] of [
    [["de-DE"], null, "de"], [["en-US", "de"], null, "en"], [["fr-FR", "en"], null, "en"], [["tr"], null, "de"], [[], null, "de"],
    [["de"], "en", "en"], [["en"], "xx", "en"], [["en"], "constructor", "en"], [["__proto__", "toString"], null, "de"],
  ]) {
    test(`${languages.join(", ") || "none"}, ${noted ?? "nothing"} chosen: ${expected}`, async () => {
      navigator.languages = languages;
      if (noted) localStorage.setItem("polier.language", noted);
      else localStorage.removeItem("polier.language");
      // By another page: this one remembers what was chosen in it.
      assert.equal((await import(`app/words.js?browser=${(count += 1)}`)).preferredLanguage(), expected);
    });
  }
});

test("a language that there isn't changes nothing", async () => {
  await chooseLanguage("xx");
  await chooseLanguage("constructor");
  assert.equal(language(), "de");
});

test("names are sorted as people count", async () => {
  await chooseLanguage("de");
  const names = ["Haus 10", "Öffnung", "haus 2", "Haus 1b", "Ofen", "Haus 1a", "2. OG", "10. OG"];
  assert.deepEqual(names.toSorted(byName), ["2. OG", "10. OG", "Haus 1a", "Haus 1b", "haus 2", "Haus 10", "Ofen", "Öffnung"]);
});

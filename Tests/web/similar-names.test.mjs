// Which names are pointed out as probably the same when a material is made.

import assert from "node:assert/strict";
import test from "node:test";
import { similarTo } from "parts/similar-names.js";

const cases = [
  // Case, accents, spaces, and umlauts as two letters.
  ["FLEXKLEBER", "Flexkleber", true],
  ["Flex kleber", "Flexkleber", true],
  ["  flexkleber  ", "Flexkleber", true],
  ["Dübel", "dubel", true],
  ["Dübel", "Duebel", true],
  ["Fugenmörtel grau", "Fugenmoertel Grau", true],
  ["Crème", "Creme", true],
  ["Fliese 30x60", "Fliese 30 × 60", true],
  ["Kleber 25kg", "Kleber 25 kg", true],
  // One letter, in long names only.
  ["Flexkleber", "Flexklebr", true],
  ["Flexkleber", "Flexklebber", true],
  ["Flexkleber", "Flexklaber", true],
  ["Flexkleber", "Flexkleberr", true],
  ["Flexkleber", "Flexleb", false],
  ["Putz", "Pulz", false],
  ["Sand", "Rand", false],
  ["Kabel", "Gabel", false],
  ["Kabeln", "Gabeln", true],
  // What tells articles apart.
  ["Dübel 6 mm", "Dübel 8 mm", false],
  ["Fliese 30x60", "Fliese 30x30", false],
  ["Flexkleber C2TE", "Flexkleber C2T", false],
  ["Handschuhe M", "Handschuhe L", false],
  ["Wandfliese A", "Wandfliese B", false],
  ["Flexkleber", "Fugenmörtel", false],
  ["", "Flexkleber", false],
];

for (const [name, known, isSimilar] of cases) {
  test(`"${name}" ${isSimilar ? "is like" : "isn't like"} "${known}"`, () => {
    assert.equal(similarTo(name, [{ name: known }]).length === 1, isSimilar);
    assert.equal(similarTo(known, [{ name }]).length === 1, isSimilar);
  });
}

test("the same name comes before one that is only like it", () => {
  const others = [{ name: "Flexklebber" }, { name: "Fugenmörtel" }, { name: "FLEXKLEBER" }];
  assert.deepEqual(similarTo("Flexkleber", others).map(({ name }) => name), ["FLEXKLEBER", "Flexklebber"]);
});

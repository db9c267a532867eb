// What a site has cost as a file for spreadsheets.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseLanguage, euro, useAllWords } from "app/words.js";
import { costLines } from "parts/costs-export.js";
import { tableText } from "parts/csv.js";

await chooseLanguage("de");
await useAllWords();

const costs = {
  people: [{ userId: "1", userName: "Lena Vogt", minutes: 525 }, { userId: "2", userName: "Ali", minutes: 20 }],
  materials: [
    { materialName: "Flexkleber; C2TE", unit: "Sack", price: 18.9, taken: 7.5, scrapped: 1, counted: -0.5, used: 8, cost: 151.2 },
    { materialName: "=SUMME(A1)", unit: "m²", price: null, taken: 1234567.125, scrapped: 0, counted: -2, used: 1234565.125, cost: null },
    { materialName: "-10 bis 0", unit: "kg", price: 0.125, taken: -1, scrapped: 0, counted: 0, used: -1, cost: -0.13 },
  ],
};

test("a line for each person and material, as spreadsheets read them in German", () => {
  assert.equal(tableText(costLines(costs)), [
    "\uFEFFArt;Name;Einheit;Preis;Entnommen;Entsorgt;Beim Zählen;Verbraucht;Kosten",
    "Stunden;Lena Vogt;h;;;;;8,75;",
    "Stunden;Ali;h;;;;;0,33;",
    'Material;"Flexkleber; C2TE";Sack;18,9;7,5;1;-0,5;8;151,2',
    "Material;'=SUMME(A1);m²;;1234567,125;0;-2;1234565,125;",
    "Material;'-10 bis 0;kg;0,125;-1;0;0;-1;-0,13",
    "",
  ].join("\r\n"));
});

test("and in English", async () => {
  await chooseLanguage("en");
  const lines = tableText(costLines(costs)).split("\r\n");
  assert.equal(lines[0], "\uFEFFKind,Name,Unit,Price,Taken,Thrown away,By counting,Used,Cost");
  assert.equal(lines[3], "Material,Flexkleber; C2TE,Sack,18.9,7.5,1,-0.5,8,151.2");
  await chooseLanguage("de");
});

test("quotes and line breaks stay in their cell", () => {
  assert.equal(tableText([['30" x\n60', null, 0.5]]), '\uFEFF"30"" x\n60";;0,5\r\n');
});

test("prices have two decimals, or the third that they need", () => {
  assert.deepEqual([18.9, 0.125, 0, 1234.5].map((one) => euro(one).replaceAll("\u00A0", " ")), ["18,90 €", "0,125 €", "0,00 €", "1.234,50 €"]);
});

test("hours that were erased are a line without a name", () => {
  const lines = (erasedMinutes) => costLines({ people: [], materials: [], erasedMinutes }).slice(1);
  assert.deepEqual(lines(95), [["Stunden", "Gelöschte Stunden", "h", null, null, null, null, 1.58, null]]);
  for (const none of [0, null, undefined]) assert.deepEqual(lines(none), []);
});

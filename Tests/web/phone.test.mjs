// What is dialled of what people type.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dialled } from "parts/phone-link.js";

for (const [text, number] of [
  ["+49 30 / 123 45-67", "+49301234567"], ["+49 (0)30 123456", "+4930123456"], ["(030) 123456", "030123456"], ["0171/1234567", "01711234567"],
  ["030 1234 / 0171 555", "0301234"], ["030 123456, ab 7 Uhr", "030123456"], ["112", "112"], ["Frau Roth", null], ["", null], ["/", null],
]) {
  test(JSON.stringify(text), () => assert.equal(dialled(text), number));
}

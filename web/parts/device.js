// A browser's and a system's names, from its user agent. The first match counts: most browsers claim to be others too.

import { t } from "app/words.js";

const systems = [
  ["iPhone", /iPhone/], ["iPad", /iPad/], ["Android", /Android/], ["Windows", /Windows/], ["ChromeOS", /CrOS/],
  ["Mac", /Macintosh/], ["Linux", /Linux/],
];
const browsers = [
  ["Edge", /\bEdg(A|iOS)?\//], ["Opera", /\bOPR\//], ["Samsung Internet", /SamsungBrowser/], ["Firefox", /Firefox|FxiOS/],
  ["Chrome", /Chrome|CriOS/], ["Safari", /Safari/],
];

/** "Chrome auf Android" @param {string | null} userAgent */
export function deviceName(userAgent) {
  const find = (table) => table.find(([, pattern]) => pattern.test(userAgent ?? ""))?.[0];
  const [system, browser] = [find(systems), find(browsers)];
  if (system && browser) return t("profile.device", { browser, system });
  return browser ?? system ?? (/^[^/\s]+/.exec(userAgent ?? "")?.[0] || t("profile.unknownDevice"));
}

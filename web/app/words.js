// All text comes from words/; numbers, days and times are written as the language does.

import { now } from "app/now.js";

// What is said at the door, and the rest: whoever comes to the sign-in form on a bad line needs the first only.
const languages = {
  de: { door: () => import("words/de.js"), inside: () => import("words/de-inside.js") },
  en: { door: () => import("words/en.js"), inside: () => import("words/en-inside.js") },
};
const note = "polier.language";
const listeners = new Set();
const formats = new Map();
let words = {};
let current = null;
let wanted = null;
let inside = null;
let timeZone = "Europe/Berlin";

export const language = () => current;
/** @param {() => void} listener Runs when the language, or the time zone, is another one: show everything again. */
export const onLanguage = (listener) => listeners.add(listener);

/** What the person chose here, else what the browser asks for, else German. */
export function preferredLanguage() {
  const wanted = [localStorage.getItem(note), ...navigator.languages].map((code) => code?.slice(0, 2));
  return wanted.find((code) => code in languages) ?? "de";
}

/** Takes a language for this browser, from now on. */
export function chooseLanguage(code) {
  if (code in languages) localStorage.setItem(note, code);
  return useLanguage(code);
}

export async function useLanguage(code) {
  if (!(code in languages) || code === wanted) return;
  wanted = code;
  await load();
}

/** All words, for whoever goes further than the door. */
export function useAllWords() {
  inside ??= load(true).catch((problem) => {
    inside = null;
    throw problem;
  });
  return inside;
}

async function load(isAll = inside !== null) {
  const code = wanted;
  const modules = await Promise.all([languages[code].door(), isAll && languages[code].inside()]);
  // Others were asked for meanwhile, or more of the same are here already.
  if (code !== wanted || (code === current && !isAll)) return;
  current = code;
  words = {};
  for (const [name, part] of modules.flatMap((module) => Object.entries(module.default ?? {}))) {
    words[name] = { ...words[name], ...part };
  }
  document.documentElement.lang = code;
  for (const listener of listeners) listener();
}

/** Times are those of the company's place, wherever the phone is. */
export function setTimeZone(zone) {
  if (zone === timeZone) return;
  timeZone = zone;
  for (const listener of listeners) listener();
}
export const currentTimeZone = () => timeZone;

/** `t("site.left", { count: 3, name: "Lena" })`. A word with `one` and `other` is chosen by `count`. */
export function t(key, values = {}) {
  let word = find(key);
  if (word && typeof word === "object") word = word[format(Intl.PluralRules).select(values.count)] ?? word.other;
  if (word === undefined) return key;
  return word.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? number(value) : value;
  });
}

/** Whether there is such a word: for codes that the server may know before the app does. */
export const hasWord = (key) => find(key) !== undefined;

const find = (key) => key.split(".").reduce((part, name) => part?.[name], words);

function format(Kind, options = {}) {
  const name = `${current}${Kind.name}${timeZone}${JSON.stringify(options)}`;
  if (!formats.has(name)) formats.set(name, new Kind(locale(), options));
  return formats.get(name);
}

/** The language as the person's country writes it: a browser that names none is taken for a European one. */
const locale = () => navigator.languages.find((one) => one.startsWith(`${current}-`)) ?? (current === "en" ? "en-GB" : current);

/** Up to three decimals, as amounts have: 1.234,5 */
export const number = (value) => format(Intl.NumberFormat, { maximumFractionDigits: 3 }).format(value);
/** The same as one types it: 1234,5 */
export const decimal = (value) => format(Intl.NumberFormat, { maximumFractionDigits: 3, useGrouping: false }).format(value);
export const percent = (share) => format(Intl.NumberFormat, { style: "percent", maximumFractionDigits: 0 }).format(share);
/** 24 Sack */
export const amount = (value, unit) => `${number(value)}\u00A0${unit}`;
/** With its sign, for what was taken or added: −2,5 */
export const signed = (value) =>
  format(Intl.NumberFormat, { maximumFractionDigits: 3, signDisplay: "exceptZero" }).format(value).replace("-", "\u2212");

/** Reads what people type, with comma or point; NaN for what is no number. */
export function parseNumber(text) {
  let plain = String(text).trim().replace(/[\s\u00A0']/g, "").replace("\u2212", "-");
  // 1.200 are thousands, as the app itself writes them; 0.500 isn't.
  const mark = number(1111).match(/[.,]/)?.[0];
  if (mark && new RegExp(`^[+-]?[1-9]\\d{0,2}(\\${mark}\\d{3})+$`).test(plain)) plain = plain.replaceAll(mark, "");
  const [comma, point] = [plain.lastIndexOf(","), plain.lastIndexOf(".")];
  if (comma >= 0 && point >= 0) plain = plain.replaceAll(comma > point ? "." : ",", "");
  plain = plain.replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

const dayStyles = {
  /** 23.11. */
  short: { day: "2-digit", month: "2-digit" },
  /** 23. Nov. 2026 */
  medium: { day: "numeric", month: "short", year: "numeric" },
  /** Mo., 23. Nov. */
  weekday: { weekday: "short", day: "numeric", month: "short" },
  /** Mo */
  letter: { weekday: "short" },
  /** November 2026 */
  month: { month: "long", year: "numeric" },
  /** Montag, 23. November */
  long: { weekday: "long", day: "numeric", month: "long" },
};

/** A calendar day (`2026-11-23`), or the day of an instant where the company is. */
export function day(value, style = "medium") {
  const isDay = typeof value === "string" && value.length === 10;
  const zone = isDay ? "UTC" : timeZone;
  return format(Intl.DateTimeFormat, { ...dayStyles[style], timeZone: zone }).format(new Date(value));
}

/** 1. Nov. – 9. Dez. 2026 */
export const dayRange = (from, to) =>
  format(Intl.DateTimeFormat, { ...dayStyles.medium, timeZone: "UTC" }).formatRange(new Date(from), new Date(to));

/** 07:02 */
export const time = (instant) =>
  format(Intl.DateTimeFormat, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(new Date(instant));

/** The calendar day of an instant where the company is: 2026-11-23 */
export function dayOf(instant = Date.now()) {
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });
  return parts.format(new Date(instant));
}

/** heute, gestern, Mo., 23. Nov. */
export function nearDay(instant) {
  const days = Math.round((Date.parse(dayOf(instant)) - Date.parse(dayOf())) / 86_400_000);
  if (Math.abs(days) <= 1) return format(Intl.RelativeTimeFormat, { numeric: "auto" }).format(days, "day");
  return day(instant, days < -300 ? "medium" : "weekday");
}

/** heute, 07:02 */
export const moment = (instant) => t("format.moment", { day: nearDay(instant), time: time(instant) });

/** 7 h 05 min */
export function duration(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), Math.floor(minutes % 60)];
  if (!hours) return t("format.minutes", { minutes: String(rest) });
  return t("format.duration", { hours: number(hours), minutes: String(rest).padStart(2, "0") });
}
export const minutesSince = (instant) => Math.max(0, (now() - Date.parse(instant)) / 60_000);

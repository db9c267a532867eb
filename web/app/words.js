// All text comes from words/; numbers, days and times are written as the language does.

import { insideWords } from "app/early.js";
import { importModule } from "app/modules.js";
import { notes } from "app/notes.js";
import { now } from "app/now.js";

const languages = ["de", "en"];
// The words of the sign-in pages ("door"), of the frame and the start page ("inside"), and those of other pages and of what comes seldom: a
// person on a slow line needs only the first to sign in, and the first two to check in.
const moduleOf = (code, part) => `words/${languageOf(code, part)}${part === "door" ? "" : `-${part}`}.js`;
// What authorities are shown is in German, as they ask for.
const languageOf = (code, part) => (part === "record" ? "de" : code);
const note = "polier.language";
const listeners = new Set();
const formats = new Map();
let words = {};
/** The parts that `words` holds. */
let here = new Set();
let current = null;
let wanted = null;
/** The parts that are needed, and by part when it is here. */
const parts = new Set(["door"]);
const loads = new Map();
let timeZone = "Europe/Berlin";

export const language = () => current;
/** @param {() => void} listener Runs when the language, or the time zone, is another one: show everything again. */
export const onLanguage = (listener) => listeners.add(listener);

/** The language chosen here, else the browser's, else German. */
export function preferredLanguage() {
  const wanted = [notes.get(note), ...navigator.languages].map((code) => code?.slice(0, 2));
  return wanted.find((code) => languages.includes(code)) ?? "de";
}

/** Sets the language of this browser. */
export function chooseLanguage(code) {
  if (languages.includes(code)) notes.set(note, code);
  return useLanguage(code);
}

export async function useLanguage(code) {
  if (!languages.includes(code) || code === wanted) return;
  wanted = code;
  await load();
}

/** All words but those of single pages, for pages behind the sign-in; the start page needs only the part "inside". */
export const useAllWords = () => useWords(...insideWords);

/** Imports a module that the start page opens, and that says what other pages say: `importWithWords(() => import("parts/dialog.js"))`. */
export const importWithWords = (load) => Promise.all([importModule(load), useAllWords()]).then(([module]) => module);

/** @param {string[]} names files of words, without their language: "absences" for words/de-absences.js and words/en-absences.js. */
export function useWords(...names) {
  const missing = names.filter((name) => !loads.has(name));
  for (const name of missing) parts.add(name);
  const loading = missing.length && load().catch((problem) => {
    for (const name of missing) {
      parts.delete(name);
      loads.delete(name);
    }
    throw problem;
  });
  for (const name of missing) loads.set(name, loading);
  return Promise.all(names.map((name) => loads.get(name)));
}

async function load() {
  const code = wanted;
  const names = [...parts];
  const modules = await Promise.all(names.map((name) => importModule(() => import(moduleOf(code, name)))));
  // Another language was chosen in the meantime, or more of this one is loaded already.
  if (code !== wanted || (code === current && names.every((name) => here.has(name)))) return;
  current = code;
  here = new Set(names);
  words = {};
  // Those that are sent as one file are named in it; the others are a default.
  const found = modules.map((module, at) => module[names[at]] ?? module.default ?? {});
  for (const [name, part] of found.flatMap(Object.entries)) {
    words[name] = { ...words[name], ...part };
  }
  document.documentElement.lang = code;
  for (const listener of listeners) listener();
}

/** Times are in the company's zone, wherever the phone is. */
export function setTimeZone(zone) {
  if (zone === timeZone) return;
  timeZone = zone;
  for (const listener of listeners) listener();
}
export const currentTimeZone = () => timeZone;

/** `t("site.left", { count: 3, name: "Lena" })`. A word with `one` and `other` is chosen by `count`. */
export function t(key, values = {}) {
  const word = chosen(find(key), values);
  return word === undefined ? key : filled(word, values);
}

/** Whether there is such a word: for codes that the server may know before the app does. */
export const hasWord = (key) => chosen(find(key), {}) !== undefined;

/**
 * The words for one of the server's codes: `phrase("problems", "not-enough", params)`. Null if there are none, or if a value
 * that they need is missing: the server may be of another version.
 */
export function phrase(group, code, values = {}) {
  const word = chosen(own(own(words, group), code), values);
  const isWhole = word !== undefined && placesIn(word).every((name) => isSayable(own(values, name)));
  return isWhole ? filled(word, values) : null;
}

// Codes and names come from outside: what every object inherits ("constructor") is neither a word nor a value.
const own = (object, name) =>
  (object && typeof object === "object" && typeof name === "string" && Object.hasOwn(object, name) ? object[name] : undefined);
const find = (key) => key.split(".").reduce(own, words);

const place = /\{(\w+)\}/g;
const placesIn = (word) => [...word.matchAll(place)].map(([, name]) => name);
const isSayable = (value) => Number.isFinite(value) || (typeof value === "string" && value !== "");

const filled = (word, values) => word.replace(place, (_, name) => {
  const value = own(values, name) ?? "";
  return typeof value === "number" ? number(value) : value;
});

/** A word as it is, or its form for the count. */
function chosen(word, values) {
  if (typeof word !== "object") return word;
  return own(word, format(Intl.PluralRules).select(own(values, "count"))) ?? own(word, "other");
}

function format(Kind, options = {}) {
  const name = `${current}${Kind.name}${timeZone}${JSON.stringify(options)}`;
  if (!formats.has(name)) formats.set(name, new Kind(locale(), options));
  return formats.get(name);
}

/** The language with the person's region: a browser that names none is taken for a European one. */
const locale = () => navigator.languages.find((one) => one.startsWith(`${current}-`)) ?? (current === "en" ? "en-GB" : current);

/** Up to three decimals, as amounts have: 1.234,5 */
export const number = (value) => format(Intl.NumberFormat, { maximumFractionDigits: 3 }).format(value);
/** The same as people type it: 1234,5 */
export const decimal = (value) => format(Intl.NumberFormat, { maximumFractionDigits: 3, useGrouping: false }).format(value);
export const percent = (share) => format(Intl.NumberFormat, { style: "percent", maximumFractionDigits: 0 }).format(share);
/** 24 Sack */
export const amount = (value, unit) => `${number(value)}\u00A0${unit}`;
/** 18,90 € */
export const euro = (value) =>
  format(Intl.NumberFormat, { style: "currency", currency: "EUR", minimumFractionDigits: 2, maximumFractionDigits: 3 }).format(value);
/** With its sign, for takings and additions: −2,5 */
export const signed = (value) =>
  format(Intl.NumberFormat, { maximumFractionDigits: 3, signDisplay: "exceptZero" }).format(value).replace("-", "\u2212");

/** Compares names as people sort them: Haus 2 before Haus 10. */
export const byName = (one, other) => format(Intl.Collator, { numeric: true }).compare(one, other);

/** Parses what people type, with comma or point; NaN if it isn't a number. */
export function parseNumber(text) {
  let plain = String(text).trim().replace(/[\s\u00A0'\u2019]/g, "").replace("\u2212", "-");
  // 1.200 are thousands, as the app itself writes them, and so are 1,20,000 in India; 0.500 isn't.
  const whole = plain.replace(/^[+-]/, "");
  const digits = whole.replaceAll(number(1111).match(/[.,]/)?.[0] ?? "", "");
  if (/^\d+$/.test(digits) && number(Number(digits)) === whole) plain = plain.replace(whole, digits);
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

/**
 * The calendar day and the clock time of an instant where the company is: `{day: "2026-11-23", time: "07:02"}`. It is built from
 * parts, because ECMA-402 leaves their order to each engine: en-CA is 11/23/2026 in some.
 */
export function clockAt(instant) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone,
  };
  if (!clocks.has(timeZone)) clocks.set(timeZone, new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", options));
  const parts = {};
  for (const { type, value } of clocks.get(timeZone).formatToParts(new Date(instant))) parts[type] = value.padStart(2, "0");
  return { day: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour === "24" ? "00" : parts.hour}:${parts.minute}` };
}
const clocks = new Map();

/** The calendar day of an instant where the company is: 2026-11-23. Without one it is today by the server's clock. */
export const dayOf = (instant = now()) => clockAt(instant).day;

/** heute, gestern, Mo., 23. Nov. */
export function nearDay(instant) {
  const days = Math.round((Date.parse(dayOf(instant)) - Date.parse(dayOf())) / 86_400_000);
  if (Math.abs(days) <= 1) return format(Intl.RelativeTimeFormat, { numeric: "auto" }).format(days, "day");
  return day(instant, days < -300 ? "medium" : "weekday");
}

/** heute, 07:02 */
export const moment = (instant) => t("format.moment", { day: nearDay(instant), time: time(instant) });
/** The same within a sentence: heute um 07:02 */
export const momentInText = (instant) => t("format.momentInText", { day: nearDay(instant), time: time(instant) });

/** 7 h 05 min */
export function duration(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), Math.floor(minutes % 60)];
  if (!hours) return t("format.minutes", { minutes: String(rest) });
  return t("format.duration", { hours: number(hours), minutes: String(rest).padStart(2, "0") });
}
export const minutesSince = (instant) => Math.max(0, (now() - Date.parse(instant)) / 60_000);

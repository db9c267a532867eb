// Clarifications in words, and which of them belong together: what was reported late and couldn't be recorded. Its importers say
// first `await useWords("clarifications")`.

import { amount, day, dayOf, duration, moment, phrase, t, time } from "app/words.js";
import { breaksInFull, spanOf } from "parts/time-entry.js";

/**
 * One clarification, and the one that is booked with it: a check-in and its check-out, or both ends of a break.
 * @typedef {{one: any, other: any | null}} Reported
 */

/** As the server pairs them: the two lie within a day. In milliseconds. */
const together = 24 * 3_600_000;
const ends = new Map([["CHECK_IN", "CHECK_OUT"], ["BREAK_START", "BREAK_END"]]);
const at = ({ at }) => Date.parse(at);
const inOrder = (one, other) => at(one) - at(other) || (one.id < other.id ? -1 : 1);

/**
 * Open ones as they are decided, the earliest first.
 * @param {any[]} all  @returns {Reported[]}
 */
export function grouped(all) {
  const sorted = [...all].sort(inOrder);
  const taken = new Set();
  return sorted.flatMap((one, place) => {
    if (taken.has(one.id)) return [];
    const end = ends.get(one.act);
    // Another beginning comes first: then it has no end of its own.
    const next = end && sorted.slice(place + 1).find(({ userId, siteId, act }) =>
      userId === one.userId && siteId === one.siteId && (act === end || act === one.act));
    const other = next && next.act === end && at(next) - at(one) <= together ? next : null;
    if (other) taken.add(other.id);
    return [{ one, other }];
  });
}

/** What was only late, or came from a person without permission by now: what was reported is still right. */
const clear = new Set(["site-not-found", "too-old", "person-switched-off", "foremen-only", "foremen-recent-only", "not-assigned"]);

/** Whether nothing is in doubt, so that it can be booked as it was reported. @param {Reported} reported */
export function isClear({ one, other }) {
  const isSo = clear.has(one.code);
  switch (one.act) {
    // Without its end it would still be running.
    case "CHECK_IN": return Boolean(other) && isSo && (clear.has(other.code) || other.code === "not-checked-in");
    case "BREAK_START": return Boolean(other) && (isSo || one.code === "not-checked-in");
    case "BREAK_STATED": return isSo || one.code === "not-checked-in";
    case "BREAK_END": return false;
    // Of another entry than the one that was meant, perhaps: its owner and its times have to be seen.
    case "CORRECT_TIMES": return false;
    default: return isSo;
  }
}

/** With its day where it isn't the given one. */
const within = (instant, others) => (dayOf(instant) === dayOf(others) ? time(instant) : moment(instant));

/** What was done. @param {Reported} reported  @param {Map<string, string>} [names] of people, where they are known */
export function whatOf({ one, other }, names = new Map()) {
  const { act, body } = one;
  if (act === "ADJUST_QUANTITY") {
    return t(body.delta < 0 ? "clarifications.did.take" : "clarifications.did.add", {
      amount: amount(Math.abs(body.delta), body.unit ?? ""), name: body.materialName ?? "",
    });
  }
  if (act === "BREAK_STATED") return t(body.minutes ? "clarifications.did.stated" : "clarifications.did.statedNone", { duration: duration(body.minutes) });
  if (act === "ENTER_TIMES") {
    const span = body.checkedOutAt ? spanOf(body) : t("clarifications.since", { time: time(body.checkedInAt) });
    const known = body.people.map(({ userId }) => names.get(userId)).filter(Boolean);
    return known.length === body.people.length
      ? t("clarifications.did.enterNamed", { names: known.join(", "), span })
      : t("clarifications.did.enter", { count: body.people.length, span });
  }
  if (act === "CORRECT_TIMES") return t("clarifications.did.correct", { changes: changesOf(body) });
  if (!other) return t(act === "CHECK_IN" ? "clarifications.did.CHECK_IN" : `clarifications.did.${act}`, { time: time(one.at) });
  const span = t("hours.span", { from: time(one.at), to: within(other.at, one.at) });
  return t(act === "CHECK_IN" ? "clarifications.did.visit" : "clarifications.did.pause", { span });
}

function changesOf(body) {
  const changes = [
    body.checkedInAt && t("clarifications.came", { moment: moment(body.checkedInAt) }),
    body.checkedOutAt && t("clarifications.went", { moment: moment(body.checkedOutAt) }),
    body.reopen && t("clarifications.reopened"),
    body.siteId && t("clarifications.moved"),
    body.kind && t(`hours.kind.${body.kind}`),
    breaksInFull(body),
  ].filter(Boolean);
  return changes.join(", ") || t("clarifications.nothingElse");
}

/** On which day it was. @param {Reported} reported */
export const dayOfReported = ({ one }) => day(one.act === "ENTER_TIMES" ? one.body.checkedInAt : one.at, "weekday");

/** Why it couldn't be recorded, in words. @param {{code: string, params: any}} clarification */
export const whyOf = ({ code, params }) => phrase("clarificationWhy", code, params ?? {}) ?? t("clarificationWhy.other");

/** Whether another person was quicker, or it is gone. @param {any} problem */
export const isDecided = ({ code }) => code === "clarification-decided" || code === "clarification-not-found";

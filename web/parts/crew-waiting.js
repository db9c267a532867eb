// Check-ins and check-outs of a site's crew that aren't sent yet: whom they concern, and what they will have done.

import { queue } from "app/queue.js";
import { t, time } from "app/words.js";
import { chip } from "parts/chips.js";

/**
 * By the person's id, the last one. `isHere`: whether the person will be on the site; null for a finished stretch, which says nothing
 * of now.
 * @param {string} site its id
 * @returns {Map<string, {key: string, name: string, isHere: boolean | null, at: string, remark: string}>}
 */
export function crewWaiting(site) {
  const people = new Map();
  for (const { key, kind, body, about } of queue.crewOf(site)) {
    const isOut = kind === "crew-out" || (kind === "crew-fix" && !about.was.checkedOutAt && Boolean(body.checkedOutAt));
    if ((kind === "crew-fix" && !isOut) || kind === "crew-void") continue;
    const isHere = isOut ? false : body.checkedOutAt ? null : true;
    const at = isOut ? body.checkedOutAt : body.checkedInAt;
    const remark = t(isOut ? "clock.waitingOut" : "clock.waitingIn", { time: time(at) });
    for (const { id, name } of about.people) people.set(id, { key, name, isHere, at, remark });
  }
  return people;
}

/** The entries of which a correction waits. @param {string} site its id  @returns {Set<string>} */
export const fixesWaiting = (site) => new Set(queue.crewOf(site).filter(({ kind }) => kind === "crew-fix" || kind === "crew-void").map(({ about }) => about.was.id));

export const waitingChip = () => chip(t("queue.state.waiting"), "low");

// Sends the stored acts in order, says which are on their way, and tells callers, listeners and other tabs what became of them.

import { acts } from "app/acts.js";
import { isAccepted, Problem } from "app/api.js";
import { connection } from "app/connection.js";
import { createSender, lanesOf } from "app/sender.js";
import { lastPerson, personBefore, session } from "app/session.js";
import { setAside, settle } from "app/settled.js";

const listeners = new Set();
const callers = new Map();
/** How long the person waits for the server before the act is shown as waiting, in milliseconds. */
const patience = 4000;
/** How long checking in and out and breaks can be undone, in milliseconds: they aren't sent before. */
export const undoable = 10_000;
/** The keys of acts whose sending failed: they wait, and aren't on their way. */
const stuck = new Set();
let timer = 0;
let owner = null;

/** @param {string | null} user the id of the person whose acts are sent from now on. */
export function sendFor(user) {
  owner = user;
}

/** Hears of every change. @param {(news: any) => void} listener  @param {AbortSignal} [signal] ends it. */
export function onNews(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
}

/** The outcome of an act that is about to be stored: what the server answered, or after a while that it waits. */
export const outcomeOf = (key) =>
  new Promise((resolve, reject) => callers.set(key, { resolve, reject, isReady: false }));

/** It is stored, or only in this page: from now on its caller waits for the server. */
export function awaitAnswer(key) {
  // The act sent before it may have ended in the meantime.
  const caller = callers.get(key);
  if (caller) caller.isReady = true;
  setTimeout(() => rest(key), patience);
}

/** Whether a caller still waits for its outcome. */
export const isAwaited = (key) => callers.has(key);

// Whether an act is held, on its way, or waiting. A clock that was set back must not hold anything for long.

export const isHeld = ({ heldUntil = 0 }) => heldUntil > Date.now() && heldUntil <= Date.now() + undoable;

/** Whether it can still be undone, or is being sent for the first time: it isn't shown as waiting yet. */
export function isOnItsWay(act) {
  if (act.refused) return false;
  if (callers.has(act.key)) return true;
  if (!connection.online || stuck.has(act.key)) return false;
  return isHeld(act) || (act.heldUntil ?? 0) > Date.now() - patience;
}

/** Checks again when something is no longer held, or has been on its way for long. */
function schedule() {
  clearTimeout(timer);
  const times = acts.all.flatMap(({ heldUntil, refused }) => (heldUntil && !refused ? [heldUntil, heldUntil + patience] : []));
  const next = Math.min(...times.filter((time) => time > Date.now() && time <= Date.now() + undoable + patience));
  if (next === Infinity) return;
  timer = setTimeout(() => { notify({}); look(); }, next - Date.now() + 20);
}

export async function releaseAll() {
  const heldUntil = Date.now();
  const held = acts.all.filter(isHeld);
  await Promise.all(held.map(({ key }) => acts.change(key, { heldUntil })));
  if (held.length) tell({});
}

/** Tells the caller of an act its outcome, once; false when the caller no longer waits. */
function reply(key, say) {
  const caller = callers.get(key);
  callers.delete(key);
  if (caller) say(caller);
  return Boolean(caller);
}

function rest(key) {
  const isKept = acts.find(key)?.isKept === true;
  if (reply(key, (caller) => caller.resolve({ state: "waiting", isKept }))) notify({});
}

/**
 * Only its owner may send it: the current person's cookie would make it theirs. Whose session the server has ended may have been switched
 * off: then it still takes what they did before, once.
 */
export const maySend = ({ user }) => (session.state === "in" ? lastPerson()?.id === user : !isTurnedAway && personBefore()?.id === user);
/** Whether the server wants the password first. */
let isTurnedAway = false;
session.onChange(() => { if (session.state === "in") isTurnedAway = false; });

export const look = createSender({
  load: acts.load,
  next(lanes) {
    const held = new Set(lanes);
    for (const act of acts.all) {
      if (act.refused) continue;
      const isBehind = lanesOf(act).some((lane) => held.has(lane));
      if (!isBehind && act.isKept !== null && !isHeld(act)) return act;
      for (const lane of lanesOf(act)) held.add(lane);
    }
    return undefined;
  },
  maySend,
  trying: ({ key, isTried }) => isTried || acts.change(key, { isTried: true }),
  done,
  turnedAway() {
    isTurnedAway = session.state !== "in";
  },
  async refused(entry, /** @type {any} */ { status, reason, code, params, detail, fields, requestId }) {
    const problem = { status, reason, code, params, detail, fields, requestId };
    await acts.change(entry.key, { refused: problem });
    tell({ entry, problem, isTold: await refuse(entry, problem) });
  },
  resting() {
    for (const act of acts.all) {
      const isReady = callers.get(act.key)?.isReady ?? act.isKept !== null;
      if (isReady && !isHeld(act)) stuck.add(act.key);
    }
    for (const [key, { isReady }] of callers) if (isReady) rest(key);
  },
});

async function done(entry, answer) {
  const news = { entry, gone: entry.key, ...(isAccepted(answer) ? { clarification: answer } : { answer }) };
  await acts.remove(entry.key);
  // Together, so that no amount is shown in which it counts twice.
  const settled = conclude(news);
  tell(news);
  await settled;
}

/** What became of an act: into the kept answers, and to the caller that waits for it. */
function conclude(/** @type {{entry: any, answer?: any, clarification?: any}} */ { entry, answer, clarification }) {
  const settled = clarification ? setAside(entry, clarification) : settle(entry, answer);
  reply(entry.key, (caller) => caller.resolve(clarification ? { state: "clarified" } : { state: "done", answer }));
  return settled;
}

/** A caller that still waits shows the answer itself. Then only typed input needs a place in the list. */
async function refuse({ key, isTyped }, problem) {
  const isTold = reply(key, (caller) => caller.reject(Object.assign(new Problem(problem), { key })));
  if (isTold && !isTyped) await acts.remove(key);
  return isTold;
}

/** An act is gone: other tabs forget it too. */
export const tellGone = (key) => channel.postMessage({ gone: key });

// Other tabs show the same acts, and one of them may have sent this one's.

const channel = new BroadcastChannel("polier.queue");

export function tell(news) {
  channel.postMessage(news);
  notify(news);
}

export function notify(news) {
  schedule();
  for (const listener of listeners) listener(news);
}

channel.onmessage = async ({ data: { entry, answer, clarification, problem, isTold, gone } }) => {
  if (entry && entry.user !== owner) return;
  if (gone) acts.forget(gone);
  if (answer || clarification) await conclude({ entry, answer, clarification });
  await acts.load();
  // The page of the act shows it, or else every tab.
  const isToldHere = problem && (await refuse(entry, problem));
  notify({ entry, answer, clarification, problem, isTold: isTold || isToldHere, gone });
};

// Writes that may be made without a signal. Each is written down, with its key and the time at which the person acted, before
// it is sent, and stays until the server has answered: sent again it counts once. What the browser doesn't keep waits in the page.

import { acts } from "app/acts.js";
import { api, newKey, Problem } from "app/api.js";
import { connection } from "app/connection.js";
import { askToKeep, whenClosed } from "app/database.js";
import { onLeaving } from "app/leaving.js";
import { tabNotes } from "app/notes.js";
import { now } from "app/now.js";
import { createSender } from "app/sender.js";
import { lastPerson, session } from "app/session.js";
import { settle } from "app/settled.js";

/** Only this tab's, and written without waiting: a page that goes away may come to nothing else any more. */
const announced = "polier.announced";
const underHand = new Map();
const listeners = new Set();
const callers = new Map();
/** How long whoever acts waits for the server, before they are told that it waits. */
const patience = 4000;
/** How long coming and going can be undone: they aren't sent before. */
const undoable = 10_000;
/** How often it is tried again to keep what the browser refused, and whether what it kept is still there. */
const pause = 15_000;

let owner = null;
/** The keys of what the server was asked to take in vain: that waits now, and isn't on its way. */
const stuck = new Set();
let timer = 0;

export const queue = {
  /**
   * Takes (negative) or adds material. Throws a Problem when the server refuses at once.
   * @param {{company: string, site: string, material: string, delta: number, note?: string, name: string, unit: string,
   *   key?: string, at?: string, isTyped?: boolean}} what `key` and `at` where it was announced. What was typed stays in the list when it
   *   is refused, to be edited; `problem.key` finds it there.
   * @returns {Promise<{state: "done", material: object} | {state: "waiting", isKept: boolean}>}
   */
  async adjust(what) {
    const { state, answer, isKept } = await add(adjustment(what));
    return state === "done" ? { state, material: answer } : { state, isKept };
  },

  /**
   * What a hand is doing at this moment, by its key: should the page go away before it rests, the next one makes it.
   * @param {object | null} what as `adjust` takes it; null once that has answered, or where nothing is left of it.
   */
  announce(key, what) {
    if (what) underHand.set(key, what);
    else underHand.delete(key);
    tabNotes.set(announced, JSON.stringify({ user: session.user?.id, whats: [...underHand.values()] }));
  },

  /** Both are sent ten seconds later, and can be undone until then. @returns {Promise<{key: string}>} */
  checkIn: (visit) => clock("check-in", visit),
  checkOut: (visit) => clock("check-out", visit),

  /** Whether it isn't sent yet, nor on its way. */
  mayUndo(key) {
    const act = acts.find(key);
    return Boolean(act && isHeld(act));
  },

  /** Takes it back; false when that was too late. */
  async undo(key) {
    if (!queue.mayUndo(key)) return false;
    await queue.discard(key);
    return true;
  },

  /**
   * What waits for a signal or was refused, in order: `{key, kind: "adjust" | "check-in" | "check-out", path, body, at, about,
   * isTried, isKept, refused?}`. `refused` is the Problem that the server answered with, and what isn't kept is in this page only.
   * What is on its way for the first time, or can still be undone, isn't among it. parts/waiting-list.js says it in words.
   */
  get waiting() {
    return acts.all.filter((act) => !isOnItsWay(act)).map(shown);
  },

  /** Whether there is something that would be lost with this page. */
  get hasUnkept() {
    return acts.all.some((act) => act.isKept === false && !callers.has(act.key));
  },

  /** Comings and goings in a company that aren't saved, also those that can still be undone. */
  clocked: (company) => acts.all
    .filter(({ lane, refused, about }) => lane === "clock" && !refused && about.company === company)
    .map((act) => ({ ...shown(act), isWaiting: !isOnItsWay(act) })),

  /** How many writes would be lost now. */
  get unsent() {
    return acts.all.length;
  },

  /** What was done to a material (`/companies/1/sites/2/materials/3`) and isn't saved yet. */
  pendingDelta(path) {
    const mine = acts.all.filter((act) => act.lane === path && !act.refused);
    return Math.round(mine.reduce((sum, { body }) => sum + body.delta * 1000, 0)) / 1000;
  },

  /**
   * @param {(news: {entry?: object, answer?: object, problem?: object, isTold?: boolean, gone?: string}) => void} listener Hears of every change.
   * @param {AbortSignal} [signal] ends it.
   */
  onChange(listener, signal) {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener));
  },

  /** Gives one up. */
  async discard(key) {
    await acts.remove(key);
    tell({ gone: key });
  },

  /** Sends one again that was refused. */
  async retry(key) {
    await acts.change(key, { refused: undefined });
    tell({});
    await look();
  },

  /** Sends one that was refused otherwise than it was. For the server that is another act. @param {{body: object, ...}} changes */
  async edit(key, changes) {
    const next = newKey();
    await acts.change(key, { ...changes, key: next, isTried: false, refused: undefined });
    tell({ gone: key });
    await look();
  },

  /** Tries to send everything now. */
  async send() {
    await releaseAll();
    await look();
  },
};

export const materialPath = (company, site, material) => `/companies/${company}/sites/${site}/materials/${material}`;
export const clockPath = (company, site, kind) => `/companies/${company}/sites/${site}/${kind}`;

const adjustment = ({ company, site, material, delta, note, name, unit, key, at, isTyped }) => ({
  kind: "adjust",
  lane: materialPath(company, site, material),
  path: `${materialPath(company, site, material)}/adjust-quantity`,
  body: note ? { delta, note } : { delta },
  about: { company, site, material, name, unit },
  key,
  at,
  isTyped,
});

async function clock(kind, { company, site, siteName }) {
  // Who goes on has not been mistaken before.
  await releaseAll();
  const { key } = await write({
    kind,
    // One is on one site at a time: coming and going keep their order, wherever.
    lane: "clock",
    path: clockPath(company, site, kind),
    body: {},
    about: { company, site, siteName },
    heldUntil: Date.now() + undoable,
  });
  tell({});
  look();
  return { key };
}

async function add(what) {
  const key = what.key ?? newKey();
  const outcome = new Promise((resolve, reject) => callers.set(key, { resolve, reject, isReady: false }));
  await write({ ...what, key });
  // Until here what was sent before it may have come to its end.
  const caller = callers.get(key);
  if (caller) caller.isReady = true;
  setTimeout(() => rest(key), patience);
  tell({});
  look();
  return outcome;
}

async function write({ body, key = newKey(), at = new Date(now()).toISOString(), ...what }) {
  const adding = acts.add({ ...what, user: session.user.id, key, at, body: { ...body, at }, isTried: false });
  notify({});
  const act = await adding;
  askToKeep();
  return act ?? { key };
}

/** What the page before this one didn't come to. Sent twice it counts once, by its key. */
async function makeAnnounced() {
  const { user, whats = [] } = JSON.parse(tabNotes.get(announced) ?? "{}");
  // Another person's stays for them.
  if (user !== owner) return;
  tabNotes.remove(announced);
  for (const what of whats) if (!acts.find(what.key)) await write(adjustment(what));
}

// What is held, on its way, or waits. A clock that was put back must not hold anything for long.

const isHeld = ({ heldUntil = 0 }) => heldUntil > Date.now() && heldUntil <= Date.now() + undoable;

/** Whether it can still be undone, or is being sent for the first time: nobody is told yet that it waits. */
function isOnItsWay(act) {
  if (act.refused) return false;
  if (callers.has(act.key)) return true;
  if (!connection.online || stuck.has(act.key)) return false;
  return isHeld(act) || (act.heldUntil ?? 0) > Date.now() - patience;
}

const shown = (act) => (act.refused ? { ...act, refused: new Problem(act.refused) } : act);

/** Looks again when something is held no longer, or has been on its way for long. */
function schedule() {
  clearTimeout(timer);
  const times = acts.all.flatMap(({ heldUntil, refused }) => (heldUntil && !refused ? [heldUntil, heldUntil + patience] : []));
  const next = Math.min(...times.filter((time) => time > Date.now() && time <= Date.now() + undoable + patience));
  if (next === Infinity) return;
  timer = setTimeout(() => { notify({}); look(); }, next - Date.now() + 20);
}

async function releaseAll() {
  const heldUntil = Date.now();
  const held = acts.all.filter(isHeld);
  await Promise.all(held.map(({ key }) => acts.change(key, { heldUntil })));
  if (held.length) tell({});
}

/** Tells whoever made an act what became of it, once; false when they don't wait any more. */
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

/** Only its owner may send it: the cookie of whoever is signed in now would make it theirs. */
const maySend = ({ user }) => session.state === "in" && lastPerson()?.id === user;

const look = createSender({
  load: acts.load,
  next(lanes) {
    const held = new Set(lanes);
    for (const act of acts.all) {
      if (act.refused || held.has(act.lane)) continue;
      if (act.isKept !== null && !isHeld(act)) return act;
      held.add(act.lane);
    }
    return undefined;
  },
  maySend,
  trying: ({ key, isTried }) => isTried || acts.change(key, { isTried: true }),
  async done(entry, answer) {
    await acts.remove(entry.key);
    // Together, so that nobody sees an amount in which it counts twice.
    const settled = settle(entry, answer);
    reply(entry.key, (caller) => caller.resolve({ state: "done", answer }));
    tell({ entry, answer, gone: entry.key });
    await settled;
  },
  async refused(entry, { status, reason, code, params, detail, fields, requestId }) {
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

/** Whoever still waits for the answer is shown it there. Then only what was typed needs a place in the list. */
async function refuse({ key, isTyped }, problem) {
  const isTold = reply(key, (caller) => caller.reject(Object.assign(new Problem(problem), { key })));
  if (isTold && !isTyped) await acts.remove(key);
  return isTold;
}

// Other tabs show the same acts, and one of them may have sent this one's.

const channel = new BroadcastChannel("polier.queue");

function tell(news) {
  channel.postMessage(news);
  notify(news);
}

function notify(news) {
  schedule();
  for (const listener of listeners) listener(news);
}

channel.onmessage = async ({ data: { entry, answer, problem, isTold, gone } }) => {
  if (entry && entry.user !== owner) return;
  if (gone) acts.forget(gone);
  if (answer) await settle(entry, answer);
  await acts.load();
  if (answer) reply(entry.key, (caller) => caller.resolve({ state: "done", answer }));
  // It is told where it was done, or else by every tab.
  const isToldHere = problem && (await refuse(entry, problem));
  notify({ entry, answer, problem, isTold: isTold || isToldHere, gone });
};

// Whose acts they are.

async function follow() {
  if (session.state === "expired") return;
  const next = session.user?.id ?? null;
  if (next !== owner) {
    owner = next;
    await acts.belongTo(owner);
    if (owner) await makeAnnounced();
    notify({});
  }
  if (owner) look();
}

session.onChange(follow);
session.onLeave(async () => {
  for (const { key } of acts.all) {
    await acts.remove(key);
    channel.postMessage({ gone: key });
  }
  underHand.clear();
  tabNotes.remove(announced);
});
follow();

// The page may end, and the browser may refuse or forget.

onLeaving(() => acts.all.some(({ isKept }) => isKept === false));

/** Whether the store has it all; what it hasn't is written down anew, or sent. */
async function check() {
  if (!acts.all.length) return;
  const before = queue.hasUnkept;
  await acts.load();
  if (before !== queue.hasUnkept) notify({});
}
whenClosed(check);
setInterval(() => !document.hidden && check(), pause);
addEventListener("visibilitychange", () => (document.hidden ? queue.send() : check()));
connection.onChange(() => notify({}));

// A page that goes away comes to nothing that takes longer: what may not be found by the next one is sent without waiting for an answer.
addEventListener("pagehide", () => {
  const lanes = new Set();
  for (const act of acts.all) {
    if (act.refused || lanes.has(act.lane)) continue;
    lanes.add(act.lane);
    if (!isHeld(act) && act.isKept) continue;
    if (navigator.onLine && maySend(act)) api.post(act.path, act.body, { key: act.key, keepalive: true }).catch(() => {});
  }
  releaseAll();
});

// Writes that work without a signal. Each is stored, with its key and the time of the act, before
// it is sent, and stays until the server has answered: sent again it counts once. What the browser doesn't store waits in the page.

import { acts } from "app/acts.js";
import { isAccepted, newKey, Problem } from "app/api.js";
import { connection } from "app/connection.js";
import { askToKeep, whenClosed } from "app/database.js";
import { onLeaving } from "app/leaving.js";
import { importModule } from "app/modules.js";
import { tabNotes } from "app/notes.js";
import { now } from "app/now.js";
import { createSender, lanesOf, post } from "app/sender.js";
import { lastPerson, session } from "app/session.js";
import { setAside, settle } from "app/settled.js";

/** For this tab only, and written synchronously: a page that is being left may get no further. */
const announced = "polier.announced";
const underHand = new Map();
const listeners = new Set();
const callers = new Map();
/** How long the person waits for the server before the act is shown as waiting, in milliseconds. */
const patience = 4000;
/** How long checking in and out and breaks can be undone, in milliseconds: they aren't sent before. */
const undoable = 10_000;
/** How often to retry storing what the browser refused, and to check that the stored acts are still there, in milliseconds. */
const pause = 15_000;

let owner = null;
/** The keys of acts whose sending failed: they wait, and aren't on their way. */
const stuck = new Set();
let timer = 0;

export const queue = {
  /**
   * Takes (negative) or adds material. Throws a Problem when the server refuses at once.
   * @param {{company: string, site: string, material: string, delta: number, note?: string, name: string, unit: string,
   *   key?: string, at?: string, isTyped?: boolean, isUndo?: boolean}} what `key` and `at` where it was announced. What was typed stays in the list when it
   *   is refused, to be edited; `problem.key` finds it there.
   * @returns {Promise<{state: "done", material: object} | {state: "waiting", isKept: boolean} | {state: "clarified"}>} `clarified`: it
   *   couldn't be recorded, and waits for a manager, as the person is told.
   */
  async adjust(what) {
    const { state, answer, isKept } = await add(adjustment(what));
    return state === "done" ? { state, material: answer } : { state, isKept };
  },

  /**
   * Taps in progress, by their key: if the page is left before they end, the next page sends them.
   * @param {object | null} what as `adjust` takes it; null once that has answered, or where nothing is left of it.
   */
  announce(key, what) {
    if (what) underHand.set(key, what);
    else underHand.delete(key);
    tabNotes.set(announced, JSON.stringify({ user: session.user?.id, whats: [...underHand.values()] }));
  },

  /**
   * Moves material to another place. Throws a Problem when the server refuses at once.
   * @param {Moving & {key?: string}} what
   * @returns {Promise<{state: "done", answer: object} | {state: "waiting", isKept: boolean}>}
   */
  moveMaterial: (what) => add({ ...moving(what), key: what.key }),

  /** Ends the work on a site, with what becomes of what is left. @param {Finishing & {key?: string}} what */
  finishSite: (what) => add({ ...finishing(what), key: what.key }),

  /** These are sent after ten seconds, and can be undone until then. @returns {Promise<{key: string, at: string}>} with its time. */
  checkIn: (place) => clock("check-in", place),
  checkOut: (place) => clock("check-out", place),
  startBreak: (place) => clock("break-start", place),
  endBreak: (place) => clock("break-end", place),

  /** How long breaks were in all: in the open time on the site, or the latest before `at`. @returns {Promise<{key: string, at: string}>} */
  stateBreak: (place, /** @type {{minutes: number, at: string}} */ { minutes, at }) => clock("break-stated", place, { body: { minutes }, at }),

  /**
   * Hours of other people, entered by their foreman or a manager: a new entry for each. Throws a Problem when the server refuses at once.
   * @param {CrewIn} hours
   * @returns {Promise<{state: "done" | "waiting" | "clarified"}>}
   */
  enterHours: (hours) => add(crewIn(hours)),

  /** The end of one that is open. @param {CrewOut} hours  @returns {Promise<{state: "done" | "waiting" | "clarified"}>} */
  endHours: (hours) => add(crewOut(hours)),

  /** A correction of one, or that it is void. @param {CrewFix} hours  @returns {Promise<{state: "done" | "waiting" | "clarified", answer?: object}>} */
  correctHours: (hours) => add(crewFix(hours)),
  voidHours: (hours) => add(crewVoid(hours)),

  /** Whether it is neither sent nor on its way. */
  mayUndo(key) {
    const act = acts.find(key);
    return Boolean(act && isHeld(act));
  },

  /** Undoes it; false when that was too late. */
  async undo(key) {
    if (!queue.mayUndo(key)) return false;
    await queue.discard(key);
    return true;
  },

  /** Gives up one that was never sent; false when that is too late. */
  async withdraw(key) {
    const act = acts.find(key);
    if (!act || act.isTried) return false;
    await queue.discard(key);
    return true;
  },

  /**
   * What waits for a signal or was refused, in order: `{key, kind: "adjust" | "transfer" | "finish" | "check-in" | "check-out" | "break-start" |
   * "break-end" | "break-stated" | "crew-in" | "crew-out" | "crew-fix" | "crew-void", path, body, at, about, isTried, isKept, refused?}`. `refused` is the Problem that the server answered with, and what isn't kept is in this page only.
   * What is on its way for the first time, or can still be undone, isn't among it. parts/waiting-list.js says it in words.
   */
  get waiting() {
    return acts.all.filter((act) => !isOnItsWay(act)).map(shown);
  },

  /** Whether there is something that would be lost with this page. */
  get hasUnkept() {
    return acts.all.some((act) => act.isKept === false && !callers.has(act.key));
  },

  /** Unsaved check-ins, check-outs and breaks in a company, including those that can still be undone. */
  clocked: (company) => acts.all
    .filter(({ lane, refused, about }) => lane === "clock" && !refused && about.company === company)
    .map((act) => ({ ...shown(act), isWaiting: !isOnItsWay(act) })),

  /** Hours of a site's crew that wait for a signal, in order; not those that were refused. */
  crewOf: (site) => acts.all.filter((act) => act.lane === `crew:${site}` && !act.refused && !isOnItsWay(act)),

  /** How many writes would be lost now. */
  get unsent() {
    return acts.all.length;
  },

  /** What was done to a material (`/companies/1/sites/2/materials/3`) and isn't saved yet. */
  pendingDelta(path) {
    const deltas = acts.all.filter((act) => !act.refused && lanesOf(act).includes(path)).map((act) => deltaOf(act, path));
    return Math.round(deltas.reduce((sum, delta) => sum + delta * 1000, 0)) / 1000;
  },

  /** What is on its way to a site and isn't known there yet, in order: `{name, unit, amount, from}`. */
  arrivingAt: (site) => acts.all.filter(({ kind, refused }) => moves.has(kind) && !refused)
    .flatMap(({ about }) => about.lines.filter(({ to, there }) => to === site && !there)
      .map(({ name, unit, amount }) => ({ name, unit, amount, from: about.siteName }))),

  /** Whether a site is being finished, and the server doesn't know yet. */
  isFinishing: (site) => acts.all.some(({ kind, about, refused }) => kind === "finish" && about.site === site && !refused),

  /**
   * @param {(news: {entry?: object, answer?: object, clarification?: object, problem?: object, isTold?: boolean, gone?: string}) => void} listener Hears of every change. What
   *   became a `clarification` has no `answer`: it isn't saved.
   * @param {AbortSignal} [signal] ends it.
   */
  onChange(listener, signal) {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener));
  },

  /** Discards one. */
  async discard(key) {
    await acts.remove(key);
    tell({ gone: key });
  },

  /** Sends a refused one again. */
  async retry(key) {
    await acts.change(key, { refused: undefined });
    tell({});
    await look();
  },

  /** Sends a refused one with changes. For the server that is another act. @param {{body: object, ...}} changes */
  async edit(key, changes) {
    const [next, act] = [newKey(), acts.find(key)];
    const body = changes.body && act ? dated(act, changes.body, changes.at ?? act.at) : changes.body;
    await acts.change(key, { ...changes, ...(body && { body }), key: next, isTried: false, refused: undefined });
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

/** @param {Parameters<typeof queue.adjust>[0]} what */
const adjustment = ({ company, site, material, delta, note, name, unit, key, at, isTyped, isUndo }) => ({
  kind: "adjust",
  lane: materialPath(company, site, material),
  path: `${materialPath(company, site, material)}/adjust-quantity`,
  body: { delta, unit, ...(note && { note }), ...(isUndo && { undo: true }) },
  about: { company, site, material, name, unit },
  key,
  at,
  isTyped,
});

/** Acts that move material from one place to another. */
const moves = new Set(["transfer", "finish"]);

/** How an act changes the amount of a material. */
function deltaOf({ kind, body, about }, path) {
  if (!moves.has(kind)) return body.delta;
  return about.lines.reduce((sum, { from, there, amount }) => sum + (there === path ? amount : 0) - (from === path ? amount : 0), 0);
}

/**
 * A material that goes to another place: `there` is the material that it becomes there, where that is known.
 * @typedef {{material: string, name: string, unit: string, amount: number, to?: string, there?: string, scrap?: string}} Line
 * @typedef {{company: string, site: string, siteName: string, note?: string | null, lines: Line[]}} Moved
 * @typedef {Moved & {to: string, toName: string}} Moving
 * @typedef {Moved & {restTo: string | null}} Finishing `restTo`: where what no line names goes; null for the depot. A line without `to` and
 *   `scrap` goes there too: it is here for the amounts that are shown.
 */

/** @param {Moved} what  @param {(line: Line) => string | undefined} target */
function aboutMoved({ company, site, siteName, lines }, target) {
  return {
    company, site, siteName,
    lines: lines.map((line) => {
      const to = target(line);
      return { ...line, to, from: materialPath(company, site, line.material), there: line.there && to && materialPath(company, to, line.there) };
    }),
  };
}

/** In order with whatever else changes these amounts, here and there. */
const lanesOfMoved = ({ lines }) => [...new Set(["moves", ...lines.flatMap(({ from, there }) => [from, there]).filter(Boolean)])];

/** @param {Moving} what */
export function moving(what) {
  const about = { ...aboutMoved(what, () => what.to), to: what.to, toName: what.toName };
  return {
    kind: "transfer",
    lane: "moves",
    lanes: lanesOfMoved(about),
    path: `/companies/${what.company}/transfers`,
    body: {
      fromSiteId: what.site, toSiteId: what.to, lines: what.lines.map(({ material, amount }) => ({ materialId: material, amount })),
      ...(what.note && { note: what.note }),
    },
    about,
  };
}

/** @param {Finishing} what */
export function finishing(what) {
  const about = { ...aboutMoved(what, ({ to, scrap }) => (scrap ? undefined : to ?? what.restTo ?? undefined)), restTo: what.restTo };
  const lines = what.lines.filter(({ to, scrap }) => to || scrap)
    .map(({ material, to, scrap }) => ({ materialId: material, ...(scrap ? { scrap } : { toSiteId: to }) }));
  return {
    kind: "finish",
    lane: "moves",
    lanes: lanesOfMoved(about),
    path: `/companies/${what.company}/sites/${what.site}/finish`,
    body: { ...(what.restTo && { restTo: what.restTo }), ...(lines.length && { lines }), ...(what.note && { note: what.note }) },
    about,
  };
}

/** Whether an act changes hours, one's own or a crew's. */
export const isOfHours = ({ lane }) => lane === "clock" || lane.startsWith("crew:");

/**
 * @typedef {{company: string, site: string, siteName: string, people: {id: string, name: string}[]}} Crew
 * @typedef {Crew & {body: {checkedInAt: string, checkedOutAt?: string, kind?: string, breaks?: object[], confirm?: true,
 *   reason: string}}} CrewIn
 * @typedef {Crew & {entry: string, body: {checkedOutAt: string, reason: string}}} CrewOut `entry` is the one that ends.
 * @typedef {Crew & {was: {id: string, version?: number}, toName?: string, body: {checkedInAt?: string, checkedOutAt?: string | null,
 *   kind?: string, breaks?: object[], siteId?: string, confirm?: true, reason: string}}} CrewFix `was` is the entry as it was shown: what
 *   somebody else changed since isn't overwritten. `toName`: of the site to which it moves.
 */
const aboutCrew = ({ company, site, siteName, people }) => ({ company, site, siteName, people });

/** @param {CrewIn} hours */
export const crewIn = (hours) => ({
  kind: "crew-in",
  lane: `crew:${hours.site}`,
  path: `/companies/${hours.company}/sites/${hours.site}/time-entries`,
  body: { userIds: hours.people.map(({ id }) => id), ...hours.body },
  about: aboutCrew(hours),
});

/** @param {CrewOut} hours */
export const crewOut = (hours) => ({
  kind: "crew-out",
  // Sent twice it changes nothing more.
  method: "PATCH",
  lane: `crew:${hours.site}`,
  path: `/companies/${hours.company}/sites/${hours.site}/time-entries/${hours.entry}`,
  body: hours.body,
  about: { ...aboutCrew(hours), entry: hours.entry },
});

/** @param {CrewFix} hours */
const crewFix = ({ was, toName, body, ...hours }) => ({
  ...crewOut({ ...hours, entry: was.id, body: /** @type {any} */ (body) }),
  kind: "crew-fix",
  version: was.version,
  about: { ...aboutCrew(hours), was, ...(toName && { toName }) },
});

/** @param {CrewFix} hours */
const crewVoid = ({ was, body, ...hours }) => ({
  kind: "crew-void",
  lane: `crew:${hours.site}`,
  path: `/companies/${hours.company}/sites/${hours.site}/time-entries/${was.id}/void`,
  body,
  version: was.version,
  about: { ...aboutCrew(hours), was },
});

async function clock(kind, { company, site, siteName }, /** @type {{body?: object, at?: string}} */ { body = {}, at } = {}) {
  // Going on confirms the act before it.
  await releaseAll();
  const written = await write({
    kind,
    // A person is on one site at a time: check-ins, check-outs and breaks keep their order across sites.
    lane: "clock",
    path: clockPath(company, site, kind),
    body,
    at,
    about: { company, site, siteName },
    heldUntil: Date.now() + undoable,
  });
  tell({});
  look();
  return { key: written.key, at: written.at };
}

async function add(what) {
  const key = what.key ?? newKey();
  const outcome = new Promise((resolve, reject) => callers.set(key, { resolve, reject, isReady: false }));
  await write({ ...what, key });
  // The act sent before it may have ended in the meantime.
  const caller = callers.get(key);
  if (caller) caller.isReady = true;
  setTimeout(() => rest(key), patience);
  tell({});
  look();
  return outcome;
}

async function write({ body, key = newKey(), at = new Date(now()).toISOString(), ...what }) {
  const adding = acts.add({ ...what, user: session.user.id, key, at, body: dated(what, body, at), isTried: false });
  notify({});
  const act = await adding;
  askToKeep();
  return act ?? { key, at };
}

/** Says when it was done, so that it isn't refused where it comes late. What is void has no time. */
const dated = (/** @type {any} */ { kind }, body, at) => (kind === "crew-void" ? body : { ...body, at: body.at ?? at });

/** Acts that the previous page didn't get to. Sent twice they count once, by their key. */
async function makeAnnounced() {
  const { user, whats = [] } = JSON.parse(tabNotes.get(announced) ?? "{}");
  // Another person's acts are left for them.
  if (user !== owner) return;
  tabNotes.remove(announced);
  for (const what of whats) if (!acts.find(what.key)) await write(adjustment(what));
}

// Whether an act is held, on its way, or waiting. A clock that was set back must not hold anything for long.

const isHeld = ({ heldUntil = 0 }) => heldUntil > Date.now() && heldUntil <= Date.now() + undoable;

/** Whether it can still be undone, or is being sent for the first time: it isn't shown as waiting yet. */
function isOnItsWay(act) {
  if (act.refused) return false;
  if (callers.has(act.key)) return true;
  if (!connection.online || stuck.has(act.key)) return false;
  return isHeld(act) || (act.heldUntil ?? 0) > Date.now() - patience;
}

const shown = (act) => (act.refused ? { ...act, refused: new Problem(act.refused) } : act);

/** Checks again when something is no longer held, or has been on its way for long. */
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

/** Only its owner may send it: the current person's cookie would make it theirs. */
const maySend = ({ user }) => session.state === "in" && lastPerson()?.id === user;

const look = createSender({
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
  doneBefore,
  done,
  async refused(entry, /** @type {any} */ { status, reason, code, params, detail, fields, requestId }) {
    const problem = { status, reason, code, params, detail, fields, requestId };
    const answer = await answerLost(entry, problem);
    if (answer) return done(entry, answer);
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

/** What became of an act: into the kept answers, and to whoever waits for it. */
function conclude(/** @type {{entry: any, answer?: any, clarification?: any}} */ { entry, answer, clarification }) {
  const settled = clarification ? setAside(entry, clarification) : settle(entry, answer);
  reply(entry.key, (caller) => caller.resolve(clarification ? { state: "clarified" } : { state: "done", answer }));
  return settled;
}

const answerLost = (entry, { status, code }) => (status === 412 || code === "entry-voided" ? doneBefore(entry) : null);

/**
 * The answer to a correction that was sent before, and done: without a key of its own, it looks like somebody else's change by now,
 * and would wait for a manager.
 */
async function doneBefore({ kind, isTried, about, body }) {
  if (kind !== "crew-fix" || !isTried) return null;
  try {
    const entries = await importModule(() => import("app/entries.js"));
    return (await entries.doneBefore({ about, body })) ?? null;
  } catch {
    // Then it is for the person to see.
    return null;
  }
}

/** A caller that still waits shows the answer itself. Then only typed input needs a place in the list. */
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

channel.onmessage = async ({ data: { entry, answer, clarification, problem, isTold, gone } }) => {
  if (entry && entry.user !== owner) return;
  if (gone) acts.forget(gone);
  if (answer || clarification) await conclude({ entry, answer, clarification });
  await acts.load();
  // The page of the act shows it, or else every tab.
  const isToldHere = problem && (await refuse(entry, problem));
  notify({ entry, answer, clarification, problem, isTold: isTold || isToldHere, gone });
};

// The owner of the acts.

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

/** Checks that the store has everything; missing acts are stored again, or sent. */
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

// A page that is being left can't wait: acts that the next one may not find are sent without waiting for an answer.
addEventListener("pagehide", () => {
  const lanes = new Set();
  for (const act of acts.all) {
    if (act.refused) continue;
    const isBehind = lanesOf(act).some((lane) => lanes.has(lane));
    for (const lane of lanesOf(act)) lanes.add(lane);
    if (isBehind || (!isHeld(act) && act.isKept)) continue;
    if (navigator.onLine && maySend(act)) post(act, { keepalive: true }).catch(() => {});
  }
  releaseAll();
});

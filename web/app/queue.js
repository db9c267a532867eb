// Writes that work without a signal. Each is stored, with its key and the time of the act, before
// it is sent, and stays until the server has answered: sent again it counts once. What the browser doesn't store waits in the page.

import {
  adjustment, clockPath, crewFix, crewIn, crewOut, crewVoid, dated, deltaOf, finishing, moves, moving,
} from "app/act-kinds.js";
import { acts } from "app/acts.js";
import { newKey, Problem } from "app/api.js";
import { connection } from "app/connection.js";
import { askToKeep, whenClosed } from "app/database.js";
import { onLeaving } from "app/leaving.js";
import { tabNotes } from "app/notes.js";
import { now } from "app/now.js";
import {
  awaitAnswer, isAwaited, isHeld, isOnItsWay, look, maySend, notify, onNews, outcomeOf, releaseAll, sendFor, tell, tellGone, undoable,
} from "app/outbox.js";
import { lanesOf, post } from "app/sender.js";
import { personBefore, session } from "app/session.js";

/** For this tab only, and written synchronously: a page that is being left may get no further. */
const announced = "polier.announced";
const underHand = new Map();
/** How often to retry storing what the browser refused, and to check that the stored acts are still there, in milliseconds. */
const pause = 15_000;

let owner = null;

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
   * @param {import("app/act-kinds.js").Moving & {key?: string}} what
   * @returns {Promise<{state: "done", answer: object} | {state: "waiting", isKept: boolean}>}
   */
  moveMaterial: (what) => add({ ...moving(what), key: what.key }),

  /** Finishes a site and says where its material goes. @param {import("app/act-kinds.js").Finishing & {key?: string}} what */
  finishSite: (what) => add({ ...finishing(what), key: what.key }),

  /** These are sent after ten seconds, and can be undone until then. @returns {Promise<{key: string, at: string}>} with its time. */
  checkIn: (place) => clock("check-in", place),
  /** @param {{at?: string}} [when] for who left before and forgot. */
  checkOut: (place, when) => clock("check-out", place, when),
  startBreak: (place) => clock("break-start", place),
  endBreak: (place) => clock("break-end", place),

  /** How long breaks were in all: in the open time on the site, or the latest before `at`. @returns {Promise<{key: string, at: string}>} */
  stateBreak: (place, /** @type {{minutes: number, at: string}} */ { minutes, at }) => clock("break-stated", place, { body: { minutes }, at }),

  /**
   * Hours of other people, entered by their foreman or a manager: a new entry for each. Throws a Problem when the server refuses at once.
   * @param {import("app/act-kinds.js").CrewIn} hours
   * @returns {Promise<{state: "done" | "waiting" | "clarified"}>}
   */
  enterHours: (hours) => add(crewIn(hours)),

  /** The end of one that is open. @param {import("app/act-kinds.js").CrewOut} hours  @returns {Promise<{state: "done" | "waiting" | "clarified"}>} */
  endHours: (hours) => add(crewOut(hours)),

  /** A correction of one, or that it is void. @param {import("app/act-kinds.js").CrewFix} hours  @returns {Promise<{state: "done" | "waiting" | "clarified", answer?: object}>} */
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
   * Acts that wait for a signal or were refused, in order: `{key, kind: "adjust" | "transfer" | "finish" | "check-in" | "check-out" | "break-start" |
   * "break-end" | "break-stated" | "crew-in" | "crew-out" | "crew-fix" | "crew-void", path, body, at, about, isTried, isKept, refused?}`. `refused` is the Problem that the server answered with, and what isn't kept is in this page only.
   * What is on its way for the first time, or can still be undone, isn't among it. parts/waiting-list.js says it in words.
   */
  get waiting() {
    return acts.all.filter((act) => !isOnItsWay(act)).map(shown);
  },

  /** Whether there is something that would be lost with this page. */
  get hasUnkept() {
    return acts.all.some((act) => act.isKept === false && !isAwaited(act.key));
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
  onChange: (listener, signal) => onNews(listener, signal),

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

/** Whether an act changes hours, the person's own or a crew's. */
export const isOfHours = ({ lane }) => lane === "clock" || lane.startsWith("crew:");

const shown = (act) => (act.refused ? { ...act, refused: new Problem(act.refused) } : act);

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
  const outcome = outcomeOf(key);
  await write({ ...what, key });
  awaitAnswer(key);
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

/** Acts that the previous page didn't get to. Sent twice they count once, by their key. */
async function makeAnnounced() {
  const { user, whats = [] } = JSON.parse(tabNotes.get(announced) ?? "{}");
  // Another person's acts are left for them.
  if (user !== owner) return;
  tabNotes.remove(announced);
  for (const what of whats) if (!acts.find(what.key)) await write(adjustment(what));
}

// The owner of the acts.

async function follow() {
  if (session.state === "expired") {
    look();
    return;
  }
  const next = session.user?.id ?? null;
  if (next !== owner) {
    owner = next;
    sendFor(next);
    await acts.belongTo(owner);
    if (owner) await makeAnnounced();
    notify({});
  }
  if (owner) look();
  else await handIn();
}

/** Whose session the server has ended may have been switched off: then it still takes what they did before, at the sign-in page too. */
async function handIn() {
  const before = personBefore();
  if (!before) return;
  sendFor(before.id);
  await acts.belongTo(before.id);
  look();
}

session.onChange(follow);
session.onLeave(async () => {
  for (const { key } of acts.all) {
    await acts.remove(key);
    tellGone(key);
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

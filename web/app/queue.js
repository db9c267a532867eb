// Writes that may be made without a signal. Each is written down, with its key and the time at which the person acted, before
// it is sent, and stays until the server has answered: sent again it counts once.

import { newKey, Problem } from "app/api.js";
import { store } from "app/database.js";
import { now } from "app/now.js";
import { createSender } from "app/sender.js";
import { lastPerson, session } from "app/session.js";
import { settle } from "app/settled.js";

const rows = store("waiting");
/** Only this tab's, and written without waiting: a page that goes away may come to nothing else any more. */
const announced = "polier.announced";
const underHand = new Map();
const listeners = new Set();
const callers = new Map();
/** How long whoever acts waits for the server, before they are told that it waits. */
const patience = 4000;
/** The server takes nothing that is older. */
const oldest = 30 * 24 * 3_600_000;

/** The person's entries, in the order in which they were made. */
let entries = [];
/** What is being written down at this moment. */
const arriving = new Set();
let owner = null;
let unkept = 0;

export const queue = {
  /**
   * Takes (negative) or adds material. Throws a Problem when the server refuses at once.
   * @param {{company: string, site: string, material: string, delta: number, note?: string, name: string, unit: string,
   *   key?: string, at?: string}} what `key` and `at` where it was announced.
   * @returns {Promise<{state: "done", material: object} | {state: "waiting"}>}
   */
  async adjust(what) {
    const { state, answer } = await add(adjustment(what));
    return state === "done" ? { state, material: answer } : { state };
  },

  /**
   * What a hand is doing at this moment, by its key: should the page go away before it rests, the next one makes it.
   * @param {object | null} what as `adjust` takes it; null once that has answered, or where nothing is left of it.
   */
  announce(key, what) {
    if (what) underHand.set(key, what);
    else underHand.delete(key);
    sessionStorage.setItem(announced, JSON.stringify({ user: session.user?.id, whats: [...underHand.values()] }));
  },

  /** @returns {Promise<{state: "done", entry: object} | {state: "waiting"}>} */
  checkIn: (visit) => clock("check-in", visit),
  checkOut: (visit) => clock("check-out", visit),

  /**
   * What waits for a signal or was refused, in order: `{id, kind: "adjust" | "check-in" | "check-out", path, body, at, about,
   * isTried, refused?}`. `refused` is the Problem that the server answered with. What is on its way for the first time, with
   * somebody looking at its button, isn't among it. parts/waiting-list.js says it in words.
   */
  get waiting() {
    return entries.filter((entry) => !callers.has(entry.id));
  },

  /** How many writes would be lost now. */
  get unsent() {
    return entries.length;
  },

  /** What was done to a material (`/companies/1/sites/2/materials/3`) and isn't saved yet. */
  pendingDelta(path) {
    const mine = [...entries, ...arriving].filter((entry) => entry.lane === path && !entry.refused);
    return Math.round(mine.reduce((sum, { body }) => sum + body.delta * 1000, 0)) / 1000;
  },

  /**
   * @param {(news: {entry?: object, answer?: object, problem?: object}) => void} listener Hears of every change.
   * @param {AbortSignal} [signal] ends it.
   */
  onChange(listener, signal) {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener));
  },

  /** Gives one up. */
  async discard(id) {
    await remove(id);
    tell({});
  },

  /** Sends one again that was refused. */
  async retry(id) {
    await change(id, { refused: undefined });
    tell({});
    await look();
  },

  /** Tries to send everything now. */
  send: () => look(),
};

export const materialPath = (company, site, material) => `/companies/${company}/sites/${site}/materials/${material}`;

const adjustment = ({ company, site, material, delta, note, name, unit, key, at }) => ({
  kind: "adjust",
  lane: materialPath(company, site, material),
  path: `${materialPath(company, site, material)}/adjust-quantity`,
  body: note ? { delta, note } : { delta },
  about: { company, site, material, name, unit },
  key,
  at,
});

async function clock(kind, { company, site, siteName }) {
  const { state, answer } = await add({
    kind,
    // One is on one site at a time: coming and going keep their order, wherever.
    lane: "clock",
    path: `/companies/${company}/sites/${site}/${kind}`,
    body: {},
    about: { company, site, siteName },
  });
  return state === "done" ? { state, entry: answer } : { state };
}

async function add(what) {
  const entry = await write(what);
  const outcome = new Promise((resolve, reject) => callers.set(entry.id, { resolve, reject }));
  setTimeout(() => rest(entry.id), patience);
  tell({});
  look();
  return outcome;
}

async function write({ body, key = newKey(), at = new Date(now()).toISOString(), ...what }) {
  const made = { ...what, user: session.user.id, key, at, body: { ...body, at }, isTried: false };
  arriving.add(made);
  const id = await rows.put(made);
  arriving.delete(made);
  // Where nothing can be kept it waits in this page, behind what was.
  const entry = { ...made, id: id ?? Number.MAX_SAFE_INTEGER - 1000 + (unkept += 1), isKept: id !== undefined };
  if (!entries.some((one) => one.id === entry.id)) entries = [...entries, entry];
  return entry;
}

/** What the page before this one didn't come to. Sent twice it counts once, by its key. */
async function makeAnnounced() {
  const { user, whats = [] } = JSON.parse(sessionStorage.getItem(announced) ?? "{}");
  // Another person's stays for them.
  if (user !== owner) return;
  sessionStorage.removeItem(announced);
  for (const what of whats) if (!entries.some(({ key }) => key === what.key)) await write(adjustment(what));
}

/** Tells whoever made an entry what became of it, once; false when they don't wait any more. */
function reply(id, say) {
  const caller = callers.get(id);
  callers.delete(id);
  if (caller) say(caller);
  return Boolean(caller);
}

function rest(id) {
  if (reply(id, (caller) => caller.resolve({ state: "waiting" }))) notify({});
}

// Memory follows the store, never the other way round: what a tab shows can be read again after a crash.

async function load() {
  const all = await rows.all();
  const mine = all.filter((entry) => entry.user === owner).map((entry) => ({ ...entry, isKept: true }));
  entries = [...mine.map(withProblem), ...entries.filter((entry) => !entry.isKept)];
  for (const { id, user, at } of all) {
    if (user !== owner && Date.parse(at) < now() - oldest) rows.delete(id);
  }
}

async function change(id, changes) {
  const old = entries.find((entry) => entry.id === id);
  if (!old) return;
  const { isKept, ...entry } = { ...old, ...changes };
  if (isKept) await rows.put(entry);
  entries = entries.map((one) => (one.id === id ? withProblem({ ...entry, isKept }) : one));
}

async function remove(id) {
  await rows.delete(id);
  entries = entries.filter((entry) => entry.id !== id);
}

const withProblem = (entry) => (entry.refused ? { ...entry, refused: new Problem(entry.refused) } : entry);

const look = createSender({
  load,
  next: (held) => entries.find((entry) => !entry.refused && !held.has(entry.lane)),
  // Only its owner may send it: the cookie of whoever is signed in now would make it theirs.
  maySend: (entry) => session.state === "in" && lastPerson()?.id === entry.user,
  trying: (entry) => entry.isTried || change(entry.id, { isTried: true }),
  async done(entry, answer) {
    await remove(entry.id);
    // Together, so that nobody sees an amount in which it counts twice.
    const settled = settle(entry, answer);
    reply(entry.id, (caller) => caller.resolve({ state: "done", answer }));
    tell({ entry, answer });
    await settled;
  },
  async refused(entry, { status, reason, code, params, detail, fields, requestId }) {
    const problem = { status, reason, code, params, detail, fields, requestId };
    await change(entry.id, { refused: problem });
    await refuse(entry, problem);
    tell({ entry, problem });
  },
  resting() {
    [...callers.keys()].forEach(rest);
  },
});

/** Whoever still waits for the answer is shown it there, and the entry needs no place in the list. */
async function refuse({ id }, problem) {
  if (reply(id, (caller) => caller.reject(new Problem(problem)))) await remove(id);
}

// Other tabs show the same entries, and one of them may have sent this one's.

const channel = new BroadcastChannel("polier.queue");

function tell(news) {
  channel.postMessage(news);
  notify(news);
}

function notify(news) {
  for (const listener of listeners) listener(news);
}

channel.onmessage = async ({ data: { entry, answer, problem } }) => {
  if (entry && entry.user !== owner) return;
  if (answer) await settle(entry, answer);
  await load();
  if (answer) reply(entry.id, (caller) => caller.resolve({ state: "done", answer }));
  if (problem) await refuse(entry, problem);
  notify({ entry, answer, problem });
};

// Whose entries they are.

async function follow() {
  if (session.state === "expired") return;
  const next = session.user?.id ?? null;
  if (next !== owner) {
    owner = next;
    entries = [];
    await load();
    if (owner) await makeAnnounced();
    notify({});
  }
  if (owner) look();
}

session.onChange(follow);
session.onLeave(async () => {
  for (const { id } of entries) await rows.delete(id);
  entries = [];
  underHand.clear();
  sessionStorage.removeItem(announced);
});
follow();

// The person's unsent acts: in the page's memory and, as far as the browser allows, in its store, where other tabs and the next page find
// them. Neither is trusted alone: the store may refuse, or be emptied by the browser. So an act that is known here and missing there is
// stored again, unless it was sent or given up, which the tabs tell each other.

import { store } from "app/database.js";

const rows = store("waiting");
/** When acts of a person who never came back are dropped, in milliseconds. */
const oldest = 30 * 24 * 3_600_000;

/** How long a message from another tab may take. */
const patience = 200;

let list = [];
let elsewhere = [];
let owner = null;
/** The keys of acts that were sent or given up, here or in another tab. */
const gone = new Set();
let last = Promise.resolve();

/** One after the other, so that the stored acts are always the oldest of those known. */
function inOrder(task) {
  last = last.then(task, task);
  return last;
}

const find = (key) => list.find((act) => act.key === key);
const update = (key, changes) => { list = list.map((act) => (act.key === key ? { ...act, ...changes } : act)); };
const plain = ({ isKept, id, ...act }) => (id === undefined ? act : { ...act, id });

/** Whether something that was stored is missing. */
function lacksSome(stored) {
  const keys = new Set(stored.map(({ key }) => key));
  return list.some(({ key, id }) => id !== undefined && !keys.has(key));
}

/** Stores what isn't stored yet. Once the store refuses an act, later ones aren't stored either: they would be sent before it. */
async function keepAll() {
  let isRefused = false;
  for (const act of list.filter(({ id }) => id === undefined)) {
    const id = isRefused ? undefined : await rows.put(plain(act));
    isRefused ||= id === undefined;
    if (gone.has(act.key)) id !== undefined && (await rows.delete(id));
    else update(act.key, isRefused ? { isKept: false } : { id, isKept: true });
  }
}

export const acts = {
  /**
   * The person's, in the order in which they were made: `{key, user, kind, lane, path, body, at, about, isTried, heldUntil?, refused?,
   * isKept}`. `isKept` is null while it is being written down, and false where it is in this page only.
   */
  get all() {
    return list;
  },

  find,

  async belongTo(user) {
    // Of the previous person, only the acts that aren't stored.
    const parked = [...elsewhere, ...list.filter(({ isKept }) => isKept === false)];
    owner = user;
    list = parked.filter((act) => act.user === user);
    elsewhere = parked.filter((act) => act.user !== user);
    await acts.load();
  },

  /** Adds one at once. @returns {Promise<object>} the act, when it is known whether it is kept. */
  async add(act) {
    list = [...list, { ...act, isKept: null }];
    await inOrder(keepAll);
    return find(act.key);
  },

  /** Changes one; its key too, when it becomes another act for the server. */
  async change(key, changes) {
    if (!find(key)) return;
    if (changes.key) gone.add(key);
    update(key, changes);
    await inOrder(async () => {
      // The store may have been read in the meantime.
      const now = changes.key ?? key;
      update(now, changes);
      const act = find(now);
      if (act?.id !== undefined) await rows.put(plain(act));
    });
  },

  /** Sent, or given up. */
  async remove(key) {
    const act = find(key);
    acts.forget(key);
    await inOrder(() => act?.id !== undefined && rows.delete(act.id));
  },

  /** The same, when another tab did so. */
  forget(key) {
    gone.add(key);
    list = list.filter((act) => act.key !== key);
  },

  /** Reads the store: what other tabs have written, and whether everything is there that should be. */
  load: () => inOrder(async () => {
    const asker = owner;
    let stored = await rows.all();
    // Another tab may have sent it or given it up, and its message may be on the way.
    if (stored && lacksSome(stored)) {
      await new Promise((done) => { setTimeout(done, patience); });
      stored = await rows.all();
    }
    if (!stored || owner !== asker) return;
    const mine = new Map();
    for (const row of stored) {
      if (row.user !== owner) {
        if (Date.parse(row.at) < Date.now() - oldest) await rows.delete(row.id);
      } else if (gone.has(row.key) || mine.has(row.key)) {
        await rows.delete(row.id);
      } else {
        mine.set(row.key, { ...row, isKept: true });
      }
    }
    const missing = list.filter(({ key }) => !mine.has(key)).map(({ id, ...act }) => ({ ...act, isKept: act.isKept === null ? null : false }));
    const isEmptied = lacksSome(stored);
    list = [...[...mine.values()].filter(({ key }) => !gone.has(key)), ...missing.filter(({ key }) => !gone.has(key))];
    // Other tabs may have continued since the store was emptied.
    if (isEmptied) list.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    await keepAll();
  }),
};

// The last known answers for the person who is signed in. Pages show them at once, then the fresh ones.

import { api, etagOf, nextOf, remember } from "app/api.js";
import { keysOf, keysUnder, store } from "app/database.js";

/** Answers that the server hasn't renewed for this long are deleted, in milliseconds. */
const lifetime = 14 * 24 * 3_600_000;
const isOld = ({ at }) => !(at > Date.now() - lifetime);

const answers = store("answers");
const memory = new Map();
const watchers = new Map();
let owner = null;

export const kept = {
  /** Sets the person whose answers are kept from now on. Another person's are deleted, and those that are too old. */
  async belongTo(user) {
    if (user === owner) return;
    memory.clear();
    owner = user;
    const all = (await answers.all()) ?? [];
    const others = new Set(all.map((entry) => entry.user).filter((other) => other !== user));
    for (const other of others) await answers.delete(keysOf(other));
    for (const entry of all) if (entry.user === user && isOld(entry)) await answers.delete([user, entry.path]);
  },

  /** What is known without waiting: `{value, at}`, or undefined. `at` is the time of the server's answer, in milliseconds. */
  peek: (path) => memory.get(path),

  /** The same, also from an earlier visit. */
  async recall(path) {
    if (memory.has(path) || !owner) return memory.get(path);
    const asker = owner;
    const entry = await answers.get([owner, path]);
    if (entry && !isOld(entry) && owner === asker && !memory.has(path)) {
      remember(entry.value, entry);
      memory.set(path, { value: entry.value, at: entry.at });
    }
    return memory.get(path);
  },

  /** Asks the server; every watcher of the path gets the answer. */
  async refresh(path, /** @type {{signal?: AbortSignal}} */ { signal } = {}) {
    const [asked, asker] = [Date.now(), owner];
    const value = await api.all(path, { signal });
    // An answer for the previous person must not be kept for the current one.
    if (owner !== asker) return value;
    // There was a write while the request was on its way: the answer may be older.
    if ((memory.get(path)?.changed ?? 0) >= asked) return memory.get(path).value;
    keep(path, value, {});
    return value;
  },

  /** Keeps an answer that came another way, such as from a write. */
  put: (path, value) => keep(path, value, { changed: Date.now() }),

  /** Changes what is known, if it is: `kept.change("/companies/1/sites/2", (site) => ({ ...site, name }))`. */
  async change(path, change) {
    await kept.recall(path);
    // As it is by now: another change may have come first.
    const entry = memory.get(path);
    if (entry) kept.put(path, remember(change(entry.value), { etag: etagOf(entry.value), next: nextOf(entry.value) }));
  },

  /** Removes an answer. */
  forget(path) {
    memory.delete(path);
    if (owner) answers.delete([owner, path]);
  },

  /** The same for everything below a path: a company that was erased. */
  async forgetUnder(path) {
    for (const known of memory.keys()) if (known.startsWith(path)) memory.delete(known);
    if (owner) await answers.delete(keysUnder(owner, path));
  },

  /** @param {(value: unknown) => void} listener  Ends with the signal. */
  watch(path, listener, signal) {
    if (!watchers.has(path)) watchers.set(path, new Set());
    watchers.get(path).add(listener);
    signal.addEventListener("abort", () => watchers.get(path)?.delete(listener));
  },

  /** Deletes everything permanently; unsent acts are stored elsewhere. */
  async wipe() {
    memory.clear();
    owner = null;
    await answers.clear();
  },
};

function keep(path, value, { changed = memory.get(path)?.changed }) {
  const at = Date.now();
  memory.set(path, { value, at, changed });
  if (owner) answers.put({ user: owner, path, value, etag: etagOf(value), next: nextOf(value), at });
  for (const listener of watchers.get(path) ?? []) listener(value);
}

// The last known answers of the person who is signed in. Pages show them at once and then the fresh ones.

import { api, etagOf, nextOf, remember } from "app/api.js";
import { keysOf, keysUnder, store } from "app/database.js";

/** What the server didn't say anew for this long is forgotten. */
const lifetime = 14 * 24 * 3_600_000;
const isOld = ({ at }) => !(at > Date.now() - lifetime);

const answers = store("answers");
const memory = new Map();
const watchers = new Map();
let owner = null;

export const kept = {
  /** Whose answers are meant from now on. Another person's are forgotten, and what is too old. */
  async belongTo(user) {
    if (user === owner) return;
    memory.clear();
    owner = user;
    const all = (await answers.all()) ?? [];
    const others = new Set(all.map((entry) => entry.user).filter((other) => other !== user));
    for (const other of others) await answers.delete(keysOf(other));
    for (const entry of all) if (entry.user === user && isOld(entry)) await answers.delete([user, entry.path]);
  },

  /** What is known without waiting: `{value, at}`, or undefined. `at` is when the server said so, in milliseconds. */
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

  /** Asks the server; everybody who watches the path hears of the answer. */
  async refresh(path, { signal } = {}) {
    const [asked, asker] = [Date.now(), owner];
    const value = await api.all(path, { signal });
    // An answer to whoever was signed in before is none of whoever is now.
    if (owner !== asker) return value;
    // Something was written while the question was on its way: what it brought may be older.
    if ((memory.get(path)?.changed ?? 0) >= asked) return memory.get(path).value;
    keep(path, value, {});
    return value;
  },

  /** An answer that came by another way: of a write, say. */
  put: (path, value) => keep(path, value, { changed: Date.now() }),

  /** Changes what is known, if it is: `kept.change("/companies/1/sites/2", (site) => ({ ...site, name }))`. */
  async change(path, change) {
    const entry = await kept.recall(path);
    if (entry) kept.put(path, remember(change(entry.value), { etag: etagOf(entry.value), next: nextOf(entry.value) }));
  },

  /** What isn't there any more. */
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

  /** Forgets everything, for good; what isn't sent yet isn't here. */
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

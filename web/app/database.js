// What this browser stores, in IndexedDB. Where there is none (a private window, for example), or it refuses (a full disk), nothing is
// stored and nothing fails.

const stores = {
  /** Last known answers: {user, path, value, etag, next, at}. */
  answers: { keyPath: ["user", "path"] },
  /** Writes that aren't sent, in the order in which they were made: {id, user, key, …}. */
  waiting: { keyPath: "id", autoIncrement: true },
};
/** Some engines never answer at all. A write that completes later does no harm. */
const patience = 4000;
const listeners = new Set();
let opening = null;

/** @param {() => void} listener called when the browser has closed the database, and maybe emptied it. */
export const whenClosed = (listener) => listeners.add(listener);

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("polier", 1);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(stores)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      const database = request.result;
      // A newer page in another tab must not wait for this one.
      database.onversionchange = () => {
        database.close();
        forget();
      };
      database.onclose = forget;
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  }).catch((error) => {
    // It may succeed the next time.
    opening = null;
    throw error;
  });
  return opening;
}

function forget() {
  opening = null;
  for (const listener of listeners) listener();
}

async function transact(name, mode, ask) {
  const database = await open();
  let transaction;
  try {
    transaction = database.transaction(name, mode);
  } catch {
    // The connection is closed, and no event told so.
    opening = null;
    transaction = (await open()).transaction(name, mode);
  }
  const request = ask(transaction.objectStore(name));
  // By itself it ends only while the page runs. WebKit suspends pages that are left, and one suspended during a write
  // blocked the store for all others.
  if (mode === "readwrite") transaction.commit?.();
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve({ value: request?.result });
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** Runs one request on a store: `{value}`, or `undefined` where nothing can be stored. */
async function run(name, mode, ask) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      opening = null;
      reject(new Error("it doesn't answer"));
    }, patience);
  });
  try {
    return await Promise.race([transact(name, mode, ask), late]);
  } catch (error) {
    console.warn("Nothing is kept in this browser:", error?.message);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {"answers" | "waiting"} name */
export function store(name) {
  return {
    get: async (key) => (await run(name, "readonly", (it) => it.get(key)))?.value,
    /** Undefined where they can't be read. */
    all: async () => (await run(name, "readonly", (it) => it.getAll()))?.value,
    /** @returns {Promise<unknown>} its key; undefined where it wasn't stored. */
    put: async (value) => (await run(name, "readwrite", (it) => it.put(value)))?.value,
    delete: (key) => run(name, "readwrite", (it) => it.delete(key)),
    clear: () => run(name, "readwrite", (it) => it.clear()),
  };
}

/**
 * How reliably this browser keeps unsent acts: "surely" until the person deletes them, "usually" until storage runs low, "not" at all.
 * @returns {Promise<"surely" | "usually" | "not">}
 */
export async function howSurely() {
  const probe = (it) => {
    it.put({ id: -1 });
    return it.delete(-1);
  };
  if (!(await run("waiting", "readwrite", probe))) return "not";
  return (await navigator.storage?.persisted?.().catch(() => false)) ? "surely" : "usually";
}

let isAsked = false;
/** Asks the browser, once, to keep it until the person deletes it. It may ask the person. */
export function askToKeep() {
  if (isAsked) return;
  isAsked = true;
  // There is no such permission on plain http.
  navigator.storage?.persist?.().catch(() => {});
}

/** All keys of a user in `answers`. */
export const keysOf = (user) => IDBKeyRange.bound([user], [user, []]);
/** Those of one path and of all below it. */
export const keysUnder = (user, path) => IDBKeyRange.bound([user, path], [user, `${path}\uFFFF`]);

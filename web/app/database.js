// What this browser keeps, in IndexedDB. Where there is none (a private window, say), nothing is kept and nothing fails.

const stores = {
  /** Last known answers: {user, path, value, etag, next, at}. */
  answers: { keyPath: ["user", "path"] },
  /** Writes that wait for a signal, in the order in which they were made: {id, user, …}. */
  waiting: { keyPath: "id", autoIncrement: true },
};

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("polier", 1);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(stores)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      // A newer page in another tab must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** What was kept is only an aid: where the browser doesn't say whether it has it, the page goes on without. */
const patience = 3000;
const inTime = (answer) => Promise.race([answer, new Promise((resolve) => { setTimeout(resolve, patience); })]);

/** Runs one request on a store; `undefined` where nothing can be kept. */
const run = (name, mode, ask) => (name === "answers" ? inTime(work(name, mode, ask)) : work(name, mode, ask));

async function work(name, mode, ask) {
  try {
    const transaction = (await open()).transaction(name, mode);
    const request = ask(transaction.objectStore(name));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } catch (error) {
    console.warn("Nothing is kept in this browser:", error?.message);
    return undefined;
  }
}

/** @param {"answers" | "waiting"} name */
export function store(name) {
  return {
    get: (key) => run(name, "readonly", (it) => it.get(key)),
    all: async () => (await run(name, "readonly", (it) => it.getAll())) ?? [],
    put: (value) => run(name, "readwrite", (it) => it.put(value)),
    delete: (key) => run(name, "readwrite", (it) => it.delete(key)),
    clear: () => run(name, "readwrite", (it) => it.clear()),
  };
}

/** All keys of a user in `answers`. */
export const keysOf = (user) => IDBKeyRange.bound([user], [user, []]);
/** Those of one path and of all below it. */
export const keysUnder = (user, path) => IDBKeyRange.bound([user, path], [user, `${path}\uFFFF`]);

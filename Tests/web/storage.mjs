// IndexedDB as far as app/database.js asks it, with what browsers do to it: they refuse, forget, close it, or never answer.

export class Databases {
  /** The name of the error with which opening fails; "silence" for no answer at all. */
  openFault = null;
  /** The same for writing. */
  putFault = null;

  #data = new Map();
  #connections = new Set();

  open = (name) => {
    const request = {};
    if (this.openFault === "silence") return request;
    queueMicrotask(() => {
      if (this.openFault) {
        request.error = new DOMException("It can't be opened.", this.openFault);
        return request.onerror();
      }
      request.result = new Connection(this, name);
      this.#connections.add(request.result);
      if (!this.#data.has(name)) {
        this.#data.set(name, new Map());
        request.onupgradeneeded();
      }
      request.onsuccess();
    });
    return request;
  };

  storesOf(name) {
    if (!this.#data.has(name)) this.#data.set(name, new Map());
    return this.#data.get(name);
  }

  /** All rows of a store. */
  rows = (store) => [...(this.#data.get("polier")?.get(store)?.rows.values() ?? [])];

  /** Empties the stores while they are open. */
  clear() {
    for (const stores of this.#data.values()) for (const store of stores.values()) store.rows.clear();
  }

  /** As when a person deletes a site's data: everything goes, and what was open is closed. */
  vanish({ isTold = true } = {}) {
    this.#data.clear();
    for (const connection of this.#connections) {
      connection.isClosed = true;
      if (isTold) connection.onclose?.();
    }
    this.#connections.clear();
  }
}

class Connection {
  isClosed = false;

  constructor(databases, name) {
    Object.assign(this, { databases, name });
  }

  close() {
    this.isClosed = true;
  }

  createObjectStore(name, options) {
    this.databases.storesOf(this.name).set(name, { options, rows: new Map(), next: 1 });
  }

  transaction(name, mode) {
    if (this.isClosed) throw new DOMException("It is closed.", "InvalidStateError");
    const transaction = {};
    const { databases } = this;
    const store = databases.storesOf(this.name).get(name);
    queueMicrotask(() => (transaction.error ? transaction.onabort?.() : transaction.oncomplete?.()));
    const copy = (value) => structuredClone(value);
    transaction.objectStore = () => ({
      get: (key) => ({ result: copy(store.rows.get(JSON.stringify(key))) }),
      getAll: () => ({ result: sorted(store).map(copy) }),
      put(value) {
        if (mode !== "readwrite") throw new DOMException("It is for reading.", "ReadOnlyError");
        if (databases.putFault) {
          transaction.error = new DOMException("It can't be written.", databases.putFault);
          return {};
        }
        const row = copy(value);
        const { keyPath } = store.options;
        if (keyPath === "id") row.id ??= store.next;
        if (keyPath === "id") store.next = Math.max(store.next, row.id + 1);
        const key = Array.isArray(keyPath) ? keyPath.map((part) => row[part]) : row[keyPath];
        store.rows.set(JSON.stringify(key), row);
        return { result: key };
      },
      delete(key) {
        store.rows.delete(JSON.stringify(key));
        return {};
      },
      clear() {
        store.rows.clear();
        return {};
      },
    });
    return transaction;
  }
}

const sorted = ({ rows }) => [...rows].sort(([one], [other]) => JSON.parse(one) - JSON.parse(other) || 0).map(([, row]) => row);

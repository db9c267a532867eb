// Lets node load the modules of web/ by the names under which they import each other, with what they ask of a browser while they load.

import { register } from "node:module";

register("./names.mjs", import.meta.url);

/** A storage as browsers have it; a test can make it throw by `fault`. */
const storage = () => {
  const items = new Map();
  const attempt = (act) => {
    if (fake.fault) throw new DOMException("Not now.", fake.fault);
    return act();
  };
  const fake = {
    fault: null,
    getItem: (key) => attempt(() => items.get(key) ?? null),
    setItem: (key, value) => attempt(() => { items.set(key, String(value)); }),
    removeItem: (key) => attempt(() => { items.delete(key); }),
    clear: () => items.clear(),
    get length() { return items.size; },
  };
  return fake;
};

// Node's own would keep the process.
class Channel extends BroadcastChannel {
  constructor(name) {
    super(name);
    this.unref();
  }
}

let target = new EventTarget();
/** Another window: what listened to the one before hears nothing any more. */
globalThis.openWindow = () => { target = new EventTarget(); };
const browser = {
  navigator: { languages: ["de-DE"], onLine: true },
  localStorage: storage(),
  sessionStorage: storage(),
  document: { documentElement: {}, getElementById: () => null, hidden: false },
  location: { origin: "http://127.0.0.1", pathname: "/", search: "" },
  addEventListener: (...all) => target.addEventListener(...all),
  removeEventListener: (...all) => target.removeEventListener(...all),
  dispatchEvent: (event) => target.dispatchEvent(event),
  BroadcastChannel: Channel,
};
for (const [name, value] of Object.entries(browser)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

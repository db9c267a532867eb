// Lets node load the modules of web/ by the names under which they import each other, with what they ask of a browser while they load.

import { register } from "node:module";

register("./names.mjs", import.meta.url);

const storage = () => {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => { items.set(key, String(value)); },
    removeItem: (key) => { items.delete(key); },
  };
};
const browser = {
  navigator: { languages: ["de-DE"], onLine: true },
  localStorage: storage(),
  sessionStorage: storage(),
  document: { documentElement: {}, getElementById: () => null },
  location: { origin: "http://127.0.0.1", pathname: "/", search: "" },
  addEventListener: () => {},
};
for (const [name, value] of Object.entries(browser)) Object.defineProperty(globalThis, name, { value, configurable: true });

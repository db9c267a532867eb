// A page comes with the styles of what it shows; those of others arrive later, and then everything moves.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const web = new URL("../../web/", import.meta.url);
const read = (path) => readFile(new URL(path, web), "utf8");

// What a part shows on some of the pages that import it.
const known = new Set(["parts/address-line.js: address", "parts/fields.js: form-failure"]);

test("each page is listed with the styles of all that it shows", async () => {
  const sheets = await listed();
  const pages = (await readdir(new URL("pages", web))).map((name) => name.replace(".js", ""));
  const missing = new Set();
  for (const page of pages) {
    // The tabs of a page have what it has: site-hours what site has.
    const mine = sheets.filter(({ names }) => !names || ["frame", page, page.replace(/^site-(team|hours|materials|history)$/, "site")].some((name) => names.includes(name)));
    for (const module of await imported(`pages/${page}.js`)) {
      for (const name of await classes(module)) {
        const all = sheets.filter(({ defines }) => defines.has(name));
        if (all.length && !all.some((sheet) => mine.includes(sheet)) && !known.has(`${module}: ${name}`)) missing.add(`${page} needs ${all[0].path} for ${name} of ${module}`);
      }
    }
  }
  assert.deepEqual([...missing], []);
});

/** The stylesheets of the app: the pages each is for (null for all), and the classes it has rules for. */
async function listed() {
  const links = [...(await read("index.html")).matchAll(/<link rel="stylesheet" href="\/(css\/[^"]+)"(?: data-for="([^"]+)")?>/g)];
  return Promise.all(links.map(async ([, path, names]) => {
    const rules = (await read(path)).replace(/\/\*[^]*?\*\//g, "");
    return { path, names: names?.split(" "), defines: new Set([...rules.matchAll(/\.([a-z][a-z-]*)/g)].map(([, name]) => name)) };
  }));
}

/** A module and all that come with it. */
async function imported(path, all = new Set()) {
  if (all.has(path)) return all;
  all.add(path);
  for (const [, next] of (await read(path)).matchAll(/ from "((?:app|parts)\/[^"]+)"/g)) await imported(next, all);
  return all;
}

/** The classes of a module's templates. */
async function classes(path) {
  return new Set([...(await read(path)).matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => names.match(/[a-z][a-z-]*/g) ?? []));
}

// The sign-in pages come without the icons of all others.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const web = path.join(import.meta.dirname, "../../web");
const codeOf = (module) => readFileSync(path.join(web, module), "utf8");
/** The names of a list of paths in a module. */
const pathsIn = (module) => [...codeOf(module).matchAll(/^ {2}(\w+): "M/gm)].map(([, name]) => name);

test("the sign-in pages show only icons that come with them", () => {
  const [here, more] = [pathsIn("parts/icon.js"), pathsIn("parts/more-icons.js")];
  assert.ok(here.length > 5 && more.length > 20);
  assert.deepEqual(here.filter((name) => more.includes(name)), []);

  const doors = [...codeOf("app/routes.js").matchAll(/page: "([\w-]+)", (?:isDoor|needsServer: true \})/g)].map(([, name]) => name);
  const open = ["sign-in", "not-found", ...doors];
  assert.ok(open.includes("register") && open.includes("imprint"));
  const modules = new Set(["parts/door.js", "app/main.js", ...open.map((name) => `pages/${name}.js`)]);
  const shown = new Map();
  for (const module of modules) {
    const code = codeOf(module);
    for (const [, name] of code.matchAll(/(?:^|\n)import\s(?:[^;"]*?\sfrom\s)?"([^"]+)"/g)) modules.add(name);
    for (const [, name] of code.matchAll(/\bicon(?:\(|: )"(\w+)"/g)) shown.set(name, module);
  }
  assert.ok(!modules.has("parts/more-icons.js") && shown.size > 5);
  assert.deepEqual([...shown].filter(([name]) => !here.includes(name)), []);
});

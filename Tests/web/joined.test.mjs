// What the server makes of the modules: those that are sent together run as one, and only comments are left out.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";

const web = path.join(import.meta.dirname, "../../web");
const folder = mkdtempSync(path.join(tmpdir(), "polier-joined-"));
after(() => rmSync(folder, { recursive: true }));
execFileSync(path.resolve(process.env.POLIER_TEST_BINARY), ["web", "export", path.join(folder, "out")]);

const page = readFileSync(path.join(folder, "out/index.html"), "utf8");
const { imports } = JSON.parse(/<script type="importmap">(.*?)<\/script>/.exec(page)[1]);
const sent = (name) => readFileSync(path.join(folder, "out", imports[name]), "utf8");
const source = (name) => readFileSync(path.join(web, name), "utf8");

/** By file, the modules that it holds. */
const joined = {};
for (const [name, file] of Object.entries(imports)) (joined[file] ??= []).push(name);

const exportsOf = (text) => [...text.matchAll(/^export (default|(?:async )?(?:const|class|function) (\w+))/gm)].map(([, first, name]) => name ?? first);

for (const [file, modules] of Object.entries(joined).filter(([, all]) => all.length > 1)) {
  describe(path.basename(file).split(".")[0], () => {
    test("no two of its modules export the same name", () => {
      const names = modules.flatMap((module) => exportsOf(source(module)));
      assert.ok(names.length > 5);
      assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
      const given = [...sent(modules[0]).matchAll(/^export (?:const \{ (.*) \}|(default))/gm)].flatMap(([, list, one]) => list?.split(", ") ?? [one]);
      assert.deepEqual(given.sort(), names.sort());
    });

    test("it is a module", () => {
      const copy = path.join(folder, "one.mjs");
      copyFileSync(path.join(folder, "out", file), copy);
      execFileSync(process.execPath, ["--check", copy], { stdio: "pipe" });
    });

    test("its modules import each other in no circle, and export what stays as it is", () => {
      const needs = new Map(modules.map((module) => [
        module, [...source(module).matchAll(/^import [^;"]*"([^"]+)";/gm)].map(([, name]) => name).filter((name) => modules.includes(name))]));
      const rest = new Set(modules);
      for (let before = Infinity; rest.size < before;) {
        before = rest.size;
        for (const module of rest) if (!needs.get(module).some((name) => rest.has(name))) rest.delete(module);
      }
      assert.deepEqual([...rest], []);
      for (const module of modules) assert.doesNotMatch(source(module), /^(export (let|var|\*|\{)|import \*|import \w|await |try \{)/m, module);
    });
  });
}

test("the words that app/early.js fetches for all pages but the start page are one file for each language", () => {
  const [first, ...words] = JSON.parse(/insideWords = (\[.*\]);/.exec(source("app/early.js"))[1]);
  assert.equal(first, "inside");
  for (const language of ["de", "en"]) {
    const modules = words.map((name) => `words/${language}-${name}.js`);
    assert.deepEqual(joined[imports[modules[0]]].toSorted(), modules.toSorted());
  }
});

test("of a module that is sent alone, comments are left out", () => {
  for (const name of Object.keys(imports).filter((one) => joined[imports[one]].length === 1)) {
    const [before, now] = [source(name), sent(name)].map((text) => text.split("\n"));
    assert.equal(now.length, before.length, name);
    const gone = before.filter((line, at) => now[at] !== line);
    assert.deepEqual(gone.filter((line) => !/^ *(\/\/|\/\*|\*)/.test(line)), [], name);
  }
});

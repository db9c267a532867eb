// What pages import later is fetched ahead, for when there is no signal.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

import { pagesFor } from "app/routes.js";

const web = new URL("../../web/", import.meta.url);

// The frame is here before anything is fetched ahead, the door's page and the words of its languages are for who isn't in, and the
// service worker's part is fetched last of all.
const known = new Set([
  // Who was signed out, must confirm who they are, or comes after someone's change learns that from the server; and it alone does these.
  "parts/sign-in-again.js", "parts/confirm-again.js", "parts/conflict.js",
  "parts/material-form.js", "parts/company-form.js", "parts/erase-company.js", "parts/tell-all.js",
  // What was removed is found and put back by the server only, and it alone removes and counts.
  "parts/former-person.js", "parts/material-archive.js", "parts/remove-site.js", "parts/count-material.js",
  // A file of costs is made of what the server says.
  "parts/costs-export.js",
  // Cards are made and taken by the server only.
  "app/phone.js", "parts/card-sheet.js", "parts/print-cards.js", "parts/home-screen.js",
  // What waits of who is signed out is handed in with a signal only.
  "app/queue.js",
  "app/worker.js", "app/ahead.js", "parts/frame.js", "parts/door.js",
  // Factors are added, asked for and reset by the server only.
  "parts/second-step.js", "parts/lost-factor.js", "parts/passkeys.js",
  // What would be erased is counted by the server.
  "parts/hours-kept.js",
  // Programs are let in by the server only.
  "parts/make-token.js",
  // Payroll files are made by the server only.
  "parts/wage-settings.js", "parts/personnel-number.js",
  // The server alone books and declines.
  "parts/book-clarification.js",
]);

test("whatever is imported when something is tapped is fetched ahead", async () => {
  const ahead = await imports("app/ahead.js");
  const missing = [];
  for (const folder of ["app", "pages", "parts"]) {
    for (const name of await readdir(new URL(folder, web))) {
      for (const one of await imports(`${folder}/${name}`)) if (!ahead.has(one) && !known.has(one)) missing.push(`${folder}/${name}: ${one}`);
    }
  }
  assert.deepEqual(missing, []);
  assert.ok(ahead.has("parts/number-pad.js"));
});

test("each role has its pages, and no door", () => {
  const worker = pagesFor("WORKER");
  for (const page of ["start", "sites", "site", "hours", "profile"]) assert.ok(worker.includes(page), page);
  for (const page of ["people", "sign-in", "register"]) assert.ok(!worker.includes(page), page);
  assert.ok(pagesFor("MANAGER").includes("people"));
  assert.ok(pagesFor("ADMIN").includes("companies"));
});

/** The modules that a module imports when it wants to, by name. */
async function imports(path) {
  const source = await readFile(new URL(path, web), "utf8");
  return new Set([...source.matchAll(/(?<!\*.*|\{)\bimport\("([^"]+)"\)/g)].map(([, name]) => name));
}

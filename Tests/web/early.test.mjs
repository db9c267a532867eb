// What the API is asked before the app is here, and who gets the answer.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { openDocument } from "./dom.mjs";

mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.parse("2026-11-28T06:00:00Z") });
const body = "<section id=toasts></section><template id=ahead></template>";
const worker = { id: "lena", role: "WORKER", companyId: "1" };
let asked = [];
let count = 0;
globalThis.fetch = async (path) => {
  asked.push(path.replace("/api/v1", ""));
  return new Response(JSON.stringify({ number: asked.length }), { headers: { "Content-Type": "application/json" } });
};

/** The app as it begins in a browser in which a person was signed in. */
async function open(person, { path = "/", source = body } = {}) {
  asked = [];
  openWindow();
  openDocument(source);
  location.pathname = path;
  if (person) localStorage.setItem("polier.user", JSON.stringify(person));
  return (await import(`app/api.js?early=${(count += 1)}`)).api;
}

beforeEach(() => {
  localStorage.clear();
  navigator.onLine = true;
});

test("the start page's answers are asked for at once, and each is taken once", async () => {
  const api = await open(worker);
  assert.deepEqual(asked, ["/users/me", "/companies/1/overview", "/companies/1"]);
  assert.deepEqual(await api.get("/companies/1/overview"), { number: 2 });
  assert.equal(asked.length, 3);
  assert.deepEqual(await api.get("/companies/1/overview"), { number: 4 });
});

for (const [name, person, options, expected] of [
  ["another page is shown", worker, { path: "/sites" }, ["/users/me", "/companies/1"]],
  ["a bookkeeper has another start page", { ...worker, role: "BOOKKEEPER" }, {}, ["/users/me", "/companies/1"]],
  ["an administrator has no company", { id: "ada", role: "ADMIN" }, {}, ["/users/me"]],
  ["nobody was signed in", null, {}, []],
  ["the session has ended", { ...worker, isOver: true }, {}, []],
  ["the page brings the answers", worker, { source: `${body}<script id=first-data>{}</script>` }, []],
]) {
  test(`what is asked where ${name}`, async () => {
    await open(person, options);
    assert.deepEqual(asked, expected);
  });
}

test("nothing is asked without a signal, nor for who has left", async () => {
  navigator.onLine = false;
  await open(worker);
  assert.deepEqual(asked, []);
  navigator.onLine = true;
  localStorage.setItem("polier.left", "true");
  await open(worker);
  assert.deepEqual(asked, []);
});

test("after a write, or a while later, the server is asked again", async () => {
  const api = await open(worker);
  await api.post("/auth/signin", {});
  assert.deepEqual(await api.get("/users/me"), { number: 5 });

  const other = await open(worker);
  mock.timers.tick(10_000);
  assert.deepEqual(await other.get("/users/me"), { number: 4 });
});

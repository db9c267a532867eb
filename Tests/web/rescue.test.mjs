// The page is loaded anew where the app could not begin, and never under someone's hands.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const part = "/app/queue.1.js";
let [answer, reloads, count] = [null, 0, 0];

Object.assign(document, { querySelector: () => ({ textContent: JSON.stringify({ imports: { "app/queue.js": part } }) }) });
location.reload = () => { reloads += 1; };
globalThis.fetch = async (path) => answer(path);
mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.parse("2026-11-28T06:00:00Z") });

async function pass(milliseconds) {
  for (let left = milliseconds; left > 0; left -= 500) {
    mock.timers.tick(Math.min(500, left));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => { setImmediate(done); });
  }
}

async function open() {
  openWindow();
  [reloads, answer] = [0, () => new Response("")];
  sessionStorage.clear();
  return import(`app/rescue.js?rescue=${(count += 1)}`);
}

let rescue;
beforeEach(async () => { rescue = await open(); });

test("an app that never begins is loaded anew", async () => {
  dispatchEvent(new Event("load"));
  await pass(2000);
  assert.equal(reloads, 1);
});

test("an app that begins a moment after the page has loaded is left alone", async () => {
  dispatchEvent(new Event("load"));
  await pass(500);
  rescue.begin();
  await pass(120_000);
  assert.equal(reloads, 0);
});

for (const [name, waits] of [["its files", part], ["the server", "/"]]) {
  test(`an app that begins while it waits for ${name} is left alone`, async () => {
    let give;
    answer = (path) => (path === waits ? new Promise((done) => { give = () => done(new Response("")); }) : new Response(""));
    dispatchEvent(new Event("load"));
    await pass(2000);
    rescue.begin();
    give();
    answer = () => new Response("");
    await pass(120_000);
    assert.equal(reloads, 0);
  });
}

test("an app that began and wants the page anew gets it", async () => {
  rescue.begin();
  dispatchEvent(new Event("load"));
  rescue.renewWhenReachable();
  await pass(2000);
  assert.equal(reloads, 1);
});

test("nothing is loaded anew while nothing answers", async () => {
  answer = () => { throw new TypeError("no signal"); };
  dispatchEvent(new Event("load"));
  await pass(60_000);
  assert.equal(reloads, 0);
  answer = () => new Response("");
  await pass(10_000);
  assert.equal(reloads, 1);
});

// What is sent when: in order, one lane after the other, with pauses that grow, and never what no one may send.

import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import { pass, reset, server, setOnline, settle } from "./pages.mjs";

let count = 0;

/** A sender of a page of its own, and a queue that remembers what it is told. */
async function start(entries, more = {}) {
  const page = `?sender=${(count += 1)}`;
  const [{ createSender }, { connection }] = await Promise.all(["sender", "connection"].map((name) => import(`app/${name}.js${page}`)));
  const queue = { entries: [...entries], sent: [], refused: [], rests: 0, loads: 0 };
  const take = (entry) => { queue.entries = queue.entries.filter((one) => one !== entry); };
  queue.look = createSender({
    load: async () => { queue.loads += 1; },
    next: (held) => queue.entries.find(({ lane }) => !held.has(lane)),
    maySend: () => true,
    trying: async () => {},
    done: async (entry) => { take(entry); queue.sent.push(entry.key); },
    refused: async (entry, { status }) => { take(entry); queue.refused.push([entry.key, status]); },
    resting: () => { queue.rests += 1; },
    ...more,
  });
  return Object.assign(queue, { connection });
}

const entry = (key, lane = "a") => ({ key, lane, path: `/${key}`, body: {} });
const statuses = (answers) => ({ path }) => {
  const left = answers[path.slice(1)];
  const status = Array.isArray(left) ? left.shift() ?? 200 : left ?? 200;
  if (status === 0) throw new TypeError("There is no signal.");
  return { status, body: { requestId: "a-1" }, headers: status === 429 || status === 503 ? { "Retry-After": "30" } : {} };
};
const asked = () => server.asked.map(({ path }) => path.slice(1));

beforeEach(async () => {
  await reset();
  mock.method(Math, "random", () => 0.5);
});

test("everything goes, in order and once", async () => {
  const queue = await start([entry("1"), entry("2", "b"), entry("3")]);
  await Promise.all([queue.look(), queue.look(), queue.look()]);
  assert.deepEqual([queue.sent, asked()], [["1", "2", "3"], ["1", "2", "3"]]);
  assert.deepEqual(server.asked.map(({ key }) => key), ["1", "2", "3"]);
});

test("what comes while it is sending goes too", async () => {
  const queue = await start([entry("1")]);
  server.answer = async () => {
    if (queue.entries.length === 1 && !queue.sent.length) {
      queue.entries.push(entry("2"));
      queue.look();
    }
    return { body: {} };
  };
  await queue.look();
  assert.deepEqual(queue.sent, ["1", "2"]);
});

test("a refusal is no reason to stop", async () => {
  const queue = await start([entry("1"), entry("2"), entry("3")]);
  server.answer = statuses({ 1: 409, 2: 400 });
  await queue.look();
  assert.deepEqual([queue.refused, queue.sent], [[["1", 409], ["2", 400]], ["3"]]);
});

describe("what is no answer yet", () => {
  for (const status of [0, 408, 425, 502, 504]) {
    test(`${status || "no signal"}: nothing else is tried, and all of it later`, async () => {
      const queue = await start([entry("1"), entry("2", "b")]);
      server.answer = statuses({ 1: [status, status] });
      await queue.look();
      assert.deepEqual([asked(), queue.refused, queue.rests], [["1"], [], 1]);
      await pass(2500);
      assert.deepEqual(asked(), ["1", "1"]);
      await pass(3000);
      assert.deepEqual(asked(), ["1", "1"], "the second pause is twice as long");
      await pass(1500);
      assert.deepEqual(queue.sent, ["1", "2"]);
    });
  }

  for (const status of [429, 503]) {
    test(`${status}: waits as long as the server says, however often it looks`, async () => {
      const queue = await start([entry("1")]);
      server.answer = statuses({ 1: [status] });
      await queue.look();
      for (let second = 0; second < 29; second += 1) {
        await pass(1000);
        await queue.look();
      }
      assert.deepEqual(asked(), ["1"]);
      await pass(2000);
      assert.deepEqual(queue.sent, ["1"]);
    });
  }

  test("500: what fails in one lane doesn't keep the others", async () => {
    const queue = await start([entry("1"), entry("2"), entry("3", "b")]);
    server.answer = statuses({ 1: [500] });
    await queue.look();
    assert.deepEqual([asked(), queue.sent], [["1", "3"], ["3"]]);
    await pass(3000);
    assert.deepEqual(queue.sent, ["3", "1", "2"]);
  });

  test("401: it waits for the sign-in", async () => {
    const queue = await start([entry("1"), entry("2", "b")]);
    server.answer = statuses({ 1: [401] });
    await queue.look();
    await pass(120_000);
    assert.deepEqual(asked(), ["1"]);
    await queue.look();
    assert.deepEqual(queue.sent, ["1", "2"]);
  });

  test("a suspended company: what was done waits until the company may go on", async () => {
    const queue = await start([entry("1"), entry("2", "b")]);
    let isSuspended = true;
    server.answer = () => (isSuspended ? { status: 403, body: { code: "company-suspended", requestId: "a-1" } } : { body: {} });
    await queue.look();
    assert.deepEqual([asked(), queue.refused], [["1"], []]);
    isSuspended = false;
    await pass(70_000);
    assert.deepEqual([queue.sent, queue.refused], [["1", "2"], []]);
  });

  test("the pauses end at a minute or so", async () => {
    const queue = await start([entry("1")]);
    server.answer = statuses({ 1: 504 });
    await queue.look();
    await pass(600_000);
    assert.ok(asked().length >= 12 && asked().length <= 18, String(asked().length));
    assert.deepEqual(queue.entries.length, 1);
  });
});

test("without a network nothing is tried, and when it is back at once", async () => {
  const queue = await start([entry("1")]);
  await setOnline(false);
  await queue.look();
  await pass(60_000);
  assert.deepEqual([asked(), queue.rests >= 1], [[], true]);
  await setOnline(true);
  assert.deepEqual(queue.sent, ["1"]);
});

test("who comes back to the page sends", async () => {
  const queue = await start([entry("1")]);
  document.hidden = true;
  dispatchEvent(new Event("visibilitychange"));
  await settle();
  assert.deepEqual(asked(), []);
  document.hidden = false;
  dispatchEvent(new Event("visibilitychange"));
  await settle();
  assert.deepEqual(queue.sent, ["1"]);
});

test("no one sends for someone else", async () => {
  const queue = await start([entry("1")], { maySend: () => false });
  await queue.look();
  assert.deepEqual([asked(), queue.entries.length], [[], 1]);
});

test("an error of our own doesn't end the sending permanently", async () => {
  let fails = true;
  const queue = await start([entry("1")], { trying: async () => { if (fails) throw new Error("ours"); } });
  await assert.rejects(queue.look(), /ours/);
  assert.equal(queue.rests, 1);
  fails = false;
  await queue.look();
  assert.deepEqual(queue.sent, ["1"]);
});

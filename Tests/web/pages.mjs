// Open pages of the app for tests of what is queued and sent: each with modules of its own, on one browser and one server.

import { mock } from "node:test";
import { Databases } from "./storage.mjs";

export const databases = new Databases();
export const server = {
  /** What was asked: `{method, path, key, version, body, at, keepalive}`. */
  asked: [],
  /** What it answers with: `(request) => {status, body, headers}`; what is thrown is a lost signal. */
  answer: () => ({ body: {} }),
};
let count = 0;

globalThis.indexedDB = databases;
globalThis.IDBKeyRange = { bound: (...bounds) => bounds };
let turn = Promise.resolve();
navigator.locks = {
  request(name, options, act) {
    turn = turn.then(act, act);
    return turn;
  },
};
navigator.storage = {
  asked: 0,
  isGiven: false,
  async persist() {
    this.asked += 1;
    return this.isGiven;
  },
  async persisted() {
    return this.isGiven;
  },
};
globalThis.fetch = async (url, { method, headers = {}, body, keepalive }) => {
  const request = { method, path: url.replace("/api/v1", ""), key: headers["Idempotency-Key"], version: headers["If-Match"], body: body && JSON.parse(body), keepalive };
  if (method !== "GET") server.asked.push(request);
  const { status = 200, body: answer = {}, headers: more = {} } = await server.answer(request);
  return new Response(JSON.stringify(answer), { status, headers: { "Content-Type": "application/json", ...more } });
};
console.warn = () => {};

/** Time goes on only when a test says so. */
mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: Date.parse("2026-11-28T06:00:00Z") });

/** Lets everything happen that happens by itself. */
export async function settle() {
  for (let turn = 0; turn < 60; turn += 1) await new Promise((done) => { setImmediate(done); });
}

/** The same until something is so: what is imported on the way is read from the disk, which takes its time. */
export async function until(isSo) {
  const end = performance.now() + 10_000;
  while (!isSo() && performance.now() < end) await settle();
}

export async function pass(milliseconds) {
  for (let left = milliseconds; left > 0; left -= 500) {
    mock.timers.tick(Math.min(500, left));
    await settle();
  }
}

/** A page in which a person is signed in, or no one. */
export async function openPage(/** @type {any} */ user = { id: "lena", role: "WORKER", language: "de" }) {
  const page = `?page=${(count += 1)}`;
  const [{ queue }, { session }, { connection }, { notes }, { wouldLose }, { acts }] = await Promise.all(
    ["queue", "session", "connection", "notes", "leaving", "acts"].map((name) => import(`app/${name}.js${page}`)));
  if (user) await session.changed(user);
  await settle();
  /** Ends it as a crash does: nothing is told, and nothing more is done. */
  async function crash() {
    session.state = "out";
    await acts.belongTo("nobody");
  }
  open.push(crash);
  return { queue, session, connection, notes, wouldLose, crash, load: (name) => import(`${name}${page}`) };
}
const open = [];

/** All pages lose the signal, or have it again. */
export async function setOnline(isOnline) {
  navigator.onLine = isOnline;
  dispatchEvent(new Event(isOnline ? "online" : "offline"));
  await settle();
}

/** A new browser, and a server that takes everything. */
export async function reset() {
  databases.openFault = databases.putFault = localStorage.fault = sessionStorage.fault = null;
  // What one of them still waits for is given up a while later.
  await Promise.all([...open.splice(0).map((crash) => crash()), pass(9000)]);
  turn = Promise.resolve();
  databases.clear();
  localStorage.clear();
  sessionStorage.clear();
  document.hidden = false;
  server.asked = [];
  server.answer = ({ path }) => ({ body: { id: path, updatedAt: "2026-11-28T06:00:00Z" } });
  await setOnline(true);
  server.asked = [];
}

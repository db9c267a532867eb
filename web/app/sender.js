// Sends waiting acts in order: at once when there is a signal, else when it is back, with growing pauses in between.

import { api } from "app/api.js";
import { connection } from "app/connection.js";
import { inTurn } from "app/turn.js";

const second = 1000;
const longest = 60 * second;

/**
 * @param {{
 *   load: () => Promise<unknown>, next: (held: Set<string>) => object | undefined, maySend: (entry: object) => boolean,
 *   trying: (entry: object) => Promise<unknown>, done: (entry: object, answer: object) => Promise<unknown>,
 *   refused: (entry: object, problem: Error) => Promise<unknown>, turnedAway?: () => void, resting: () => void,
 * }} queue `next` gives the first entry that isn't in a held lane; `turnedAway` hears that the server wants the password first, `resting` that the rest has to wait.
 * @returns {() => Promise<void>} looks whether there is something to send, and sends it.
 */
export function createSender(queue) {
  let running = null;
  let isAsked = false;
  let failures = 0;
  let notBefore = 0;
  let timer = 0;

  connection.onChange((online) => online && look());
  addEventListener("online", look);
  addEventListener("visibilitychange", () => !document.hidden && look());
  return look;

  function look() {
    clearTimeout(timer);
    isAsked = true;
    running ??= run();
    return running;
  }

  async function run() {
    await null;
    try {
      while (isAsked) {
        isAsked = false;
        if (!queue.next(new Set())) continue;
        if (Date.now() < notBefore) wait(notBefore - Date.now());
        else if (navigator.onLine) await inTurn(sendAll);
      }
    } finally {
      running = null;
      queue.resting();
    }
  }

  async function sendAll(keepTurn) {
    await queue.load();
    const held = new Set();
    for (let entry = queue.next(held); entry && queue.maySend(entry); entry = queue.next(held)) {
      keepTurn();
      const problem = await send(entry);
      if (!problem) continue;
      // It continues after the sign-in, or once the company is resumed.
      if (problem.status === 401) return queue.turnedAway?.();
      if (problem.isBarred) return wait(longest);
      if (isRefusal(problem)) {
        await queue.refused(entry, problem);
        continue;
      }
      failures += 1;
      if (problem.retryAfter) notBefore = Date.now() + problem.retryAfter * second;
      wait(Math.max(notBefore - Date.now(), pauseAfter(failures)));
      // A failure with one material must not block the others.
      if (problem.status !== 500) return;
      for (const lane of lanesOf(entry)) held.add(lane);
    }
  }

  async function send(entry) {
    try {
      await queue.trying(entry);
      const answer = await post(entry);
      failures = 0;
      await queue.done(entry, answer);
      return null;
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      return problem;
    }
  }

  function wait(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(look, milliseconds);
  }
}

/** What an act must not be sent before: other acts in one of the same lanes. Moved material has several. */
export const lanesOf = ({ lane, lanes }) => lanes ?? [lane];

/** Sends an act, with the version of what it changes where it says one. @param {any} act  @param {{keepalive?: boolean}} options */
export const post = ({ method, path, body, key, version }, options = {}) =>
  (method === "PATCH" ? api.patch(path, body, { key, version, ...options }) : api.post(path, body, { key, version, ...options }));

/** Whether the server refused the act itself. Too early, too often, unreachable or full is no final answer. */
const isRefusal = ({ status }) => status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);

// Many phones reconnect at the same moment: spread their requests.
const pauseAfter = (failures) => Math.min(longest, second * 2 ** failures) * (0.7 + Math.random() * 0.6);

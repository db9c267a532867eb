// One tab at a time. Two tabs sending at once would do no harm (each write has its key), only double the work.

import { notes } from "app/notes.js";

const name = "polier.sending";
/** Longer than one request may take, in milliseconds: a tab that holds the turn longer is asleep or gone. */
const patience = 60_000;
const self = String(Math.random());

/** Runs `act` when no other tab does. `act` calls its argument now and then, to keep the turn. */
export const inTurn = navigator.locks ? withLock : withLease;

async function withLock(act) {
  const options = { signal: /** @type {any} */ (AbortSignal).timeout(patience) };
  try {
    return await navigator.locks.request(name, options, () => act(() => {}));
  } catch (error) {
    if (error !== options.signal.reason) throw error;
    return navigator.locks.request(name, { steal: true }, () => act(() => {}));
  }
}

// There are no locks on plain http.
async function withLease(act) {
  const holder = () => JSON.parse(notes.get(name) ?? "null");
  const take = () => notes.set(name, JSON.stringify({ tab: self, until: Date.now() + patience }));
  do {
    while (holder()?.until > Date.now() && holder().tab !== self) await pause(500);
    take();
    await pause(50 + Math.random() * 50);
  } while (holder()?.tab !== self);
  try {
    return await act(take);
  } finally {
    notes.remove(name);
  }
}

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

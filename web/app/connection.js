// Whether the server can be reached. The browser knows when there is no network. A network without a connection, as in a
// basement with one bar, shows in failing requests, and an unreachable server in the answers of the proxy before it.

const listeners = new Set();
let isOnline = navigator.onLine;
let isAway = false;

export const connection = {
  get online() {
    return isOnline;
  },

  /** Whether there is a network, and only the server doesn't answer. */
  get isServerAway() {
    return !isOnline && isAway;
  },

  /** @param {(online: boolean) => void} listener */
  onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Requests report their outcome here. */
  report(online, { isServerAway = false } = {}) {
    if (online === isOnline && isServerAway === isAway) return;
    isOnline = online;
    isAway = isServerAway;
    for (const listener of listeners) listener(isOnline);
  },
};

addEventListener("online", () => connection.report(true));
addEventListener("offline", () => connection.report(false));

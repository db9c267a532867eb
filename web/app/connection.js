// Whether the server can be reached. The browser knows when there is no network; that the network leads nowhere, as in a
// basement with one bar, shows in requests that fail, and that the server is away in what stands before it.

const listeners = new Set();
let isOnline = navigator.onLine;
let isAway = false;

export const connection = {
  get online() {
    return isOnline;
  },

  /** Whether the network is there, and only the server doesn't answer. */
  get isServerAway() {
    return !isOnline && isAway;
  },

  /** @param {(online: boolean) => void} listener */
  onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Requests report here how they fared. */
  report(online, { isServerAway = false } = {}) {
    if (online === isOnline && isServerAway === isAway) return;
    isOnline = online;
    isAway = isServerAway;
    for (const listener of listeners) listener(isOnline);
  },
};

addEventListener("online", () => connection.report(true));
addEventListener("offline", () => connection.report(false));

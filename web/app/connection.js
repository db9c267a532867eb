// Whether the server can be reached. The browser knows when there is no network; that the network leads nowhere, as in a
// basement with one bar, shows in requests that fail.

const listeners = new Set();
let isOnline = navigator.onLine;

export const connection = {
  get online() {
    return isOnline;
  },

  /** @param {(online: boolean) => void} listener */
  onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Requests report here how they fared. */
  report(online) {
    if (online === isOnline) return;
    isOnline = online;
    for (const listener of listeners) listener(isOnline);
  },
};

addEventListener("online", () => connection.report(true));
addEventListener("offline", () => connection.report(false));

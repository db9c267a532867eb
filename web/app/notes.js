// Small values that the browser stores for the app. Where it refuses, or was emptied, the page remembers them for as
// long as it lives.

function notesIn(storage) {
  const known = new Map();
  // The storage itself may be unavailable: reading `localStorage` throws where a browser is set to store nothing.
  const attempt = (act) => {
    try {
      return act(storage()) ?? true;
    } catch {
      return false;
    }
  };
  const read = (key) => {
    const found = attempt((it) => it.getItem(key));
    return typeof found === "string" ? found : null;
  };
  return {
    /** @returns {string | null} */
    get: (key) => read(key) ?? known.get(key) ?? null,
    /** @returns {boolean} whether it outlives the page. */
    set(key, text) {
      known.set(key, text);
      const isKept = attempt((it) => it.setItem(key, text));
      // Otherwise the older value would be read instead.
      if (!isKept) attempt((it) => it.removeItem(key));
      return isKept;
    },
    remove(key) {
      known.delete(key);
      attempt((it) => it.removeItem(key));
    },
    /** Another tab removed it. */
    forget: (key) => known.delete(key),
  };
}

/** For all tabs. */
export const notes = notesIn(() => localStorage);
/** For this tab only: written synchronously, and kept across a reload. */
export const tabNotes = notesIn(() => sessionStorage);

addEventListener("storage", ({ key, newValue }) => key && newValue === null && notes.forget(key));

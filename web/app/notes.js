// Small notes that the browser keeps for the app. Where it refuses to, or was emptied behind the page, the page remembers them for as
// long as it lives.

function notesIn(storage) {
  const known = new Map();
  // The storage itself may not be had: reading `localStorage` throws where a browser is told to keep nothing.
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
      // What is older would be read in its place.
      if (!isKept) attempt((it) => it.removeItem(key));
      return isKept;
    },
    remove(key) {
      known.delete(key);
      attempt((it) => it.removeItem(key));
    },
    /** Another tab took it away. */
    forget: (key) => known.delete(key),
  };
}

/** For all tabs. */
export const notes = notesIn(() => localStorage);
/** For this tab only: written without waiting, and there again after a reload. */
export const tabNotes = notesIn(() => sessionStorage);

addEventListener("storage", ({ key, newValue }) => key && newValue === null && notes.forget(key));

// What would be lost with the page: it is asked before the browser closes it, and before the app loads it anew.

const askers = new Set();

/** @param {() => boolean} ask whether something would be lost now. */
export const onLeaving = (ask) => askers.add(ask);

export const wouldLose = () => [...askers].some((ask) => ask());

addEventListener("beforeunload", (event) => wouldLose() && event.preventDefault());

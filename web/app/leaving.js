// Whether something would be lost with the page: asked before the browser closes it, and before the app reloads it.

const askers = new Set();

/** @param {() => boolean} ask whether something would be lost now. */
export const onLeaving = (ask) => askers.add(ask);

export const wouldLose = () => [...askers].some((ask) => ask());

addEventListener("beforeunload", (event) => wouldLose() && event.preventDefault());

// Loads the page anew where the app could not begin: a part of it couldn't be fetched, or the way to it was cut off by another
// navigation. It imports nothing, so that it runs when nothing else does. What index.html says meanwhile needs no script at all.

const note = "polier.renewed";
/** It may be the app itself that is broken. */
const pause = 60_000;
const between = 3000;
const patience = 5000;
const moment = 1000;
let isBegun = false;
/** Whether the app itself wants the page anew. */
let isAsked = false;
let renewing = null;

/** Is called when all that comes with the page is here. */
export const begin = () => { isBegun = true; };

const rest = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/** When the page was last loaded anew by itself. Where the browser keeps no notes it may have been just now. */
function lastRenewal() {
  try {
    return Number(sessionStorage.getItem(note));
  } catch {
    return performance.timeOrigin;
  }
}

async function noteRenewal() {
  try {
    sessionStorage.setItem(note, String(Date.now()));
  } catch {
    await rest(Math.max(0, performance.timeOrigin + pause - Date.now()));
  }
}

/** Milliseconds until the page may be loaded anew by itself once more. */
export const untilRenewal = () => Math.max(0, lastRenewal() + pause - Date.now());

/**
 * Loads the page anew. Before that every module is fetched as a mere file: WebKit remembers across pages that a script could not be
 * had, also one that a navigation cut off, until the same address is asked for as something else.
 */
export function renew() {
  isAsked = true;
  return renewOnce();
}

function renewOnce() {
  renewing ??= fetchAndReload().finally(() => { renewing = null; });
  return renewing;
}

/** What was typed meanwhile into an app that began late must not be lost. */
const isNeeded = () => isAsked || !isBegun;

/** Without a signal the page that is shown is better than none. */
async function fetchAndReload() {
  const { imports } = JSON.parse(document.querySelector("script[type=importmap]").textContent);
  const files = Object.values(imports).filter((path) => path.endsWith(".js"));
  const signal = AbortSignal.timeout(4 * patience);
  await Promise.allSettled(files.map(async (path) => (await fetch(path, { signal })).arrayBuffer()));
  if (!(await isReachable()) || !isNeeded()) return;
  await noteRenewal();
  if (!isNeeded()) return;
  location.reload();
  await new Promise(() => {});
}

/** Loads the page anew once there is a server to get it from. @returns {Promise<never>} */
export function renewWhenReachable() {
  isAsked = true;
  return renewWhileNeeded();
}

async function renewWhileNeeded() {
  while (isNeeded()) {
    while (!(await isReachable())) await rest(between);
    await rest(untilRenewal());
    if (isNeeded()) await renewOnce();
  }
}

/** Asks past all caches. */
export const isReachable = () =>
  fetch("/", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(patience) }).then(() => true, () => false);

// Scripts that come with the page run before it has loaded, a moment later in WebKit, or not at all.
addEventListener("load", async () => {
  await rest(moment);
  await renewWhileNeeded();
});

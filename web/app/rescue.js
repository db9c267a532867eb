// Reloads the page where the app could not begin: a part of it couldn't be fetched, or the request was cut off by another
// navigation. It imports nothing, so that it runs when nothing else does. The text in index.html until then needs no script at all.

const note = "polier.renewed";
/** The app itself may be broken. */
const pause = 60_000;
const between = 3000;
const patience = 5000;
const moment = 1000;
let isBegun = false;
/** Whether the app itself wants a reload. */
let isAsked = false;
let renewing = null;

/** Called when everything that comes with the page is loaded. */
export const begin = () => { isBegun = true; };

const rest = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/** The time of the last automatic reload. Where the browser stores nothing it may have been just now. */
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

/** Milliseconds until the next automatic reload is allowed. */
export const untilRenewal = () => Math.max(0, lastRenewal() + pause - Date.now());

/**
 * Reloads the page. Before that every module is fetched as a plain file: WebKit remembers across pages that a script could not be
 * fetched, also one that a navigation cut off, until the same address is fetched as something else.
 */
export function renew() {
  isAsked = true;
  return renewOnce();
}

function renewOnce() {
  renewing ??= fetchAndReload().finally(() => { renewing = null; });
  return renewing;
}

/** Input typed into an app that began late must not be lost. */
const isNeeded = () => isAsked || !isBegun;

/** Without a signal the current page is better than none. */
async function fetchAndReload() {
  const { imports } = JSON.parse(document.querySelector("script[type=importmap]").textContent);
  const files = [...new Set(Object.values(imports))].filter((path) => path.endsWith(".js"));
  const signal = /** @type {any} */ (AbortSignal).timeout(4 * patience);
  await Promise.allSettled(files.map(async (path) => (await fetch(path, { signal })).arrayBuffer()));
  if (!(await isReachable()) || !isNeeded()) return;
  await noteRenewal();
  if (!isNeeded()) return;
  location.reload();
  await new Promise(() => {});
}

/** Reloads the page once the server can be reached. @returns {Promise<never>} */
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

/** Bypasses all caches. */
export const isReachable = () =>
  fetch("/", { method: "HEAD", cache: "no-store", signal: /** @type {any} */ (AbortSignal).timeout(patience) }).then(() => true, () => false);

// Scripts that come with the page run before it has loaded, a moment later in WebKit, or not at all.
addEventListener("load", async () => {
  await rest(moment);
  await renewWhileNeeded();
});

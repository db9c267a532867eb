// Stores the app in the browser, so that it opens at once and without a signal. It stores no one's data: the page does that.

const version = /*version*/"folder";
const files = /*files*/[];

const prefix = "polier-";
const current = prefix + version;
// Which version each open page was given, by the page's id.
const ledger = "polier.pages";
const atOnce = 4;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(keepAll());
});
addEventListener("activate", (event) => event.waitUntil(tidy()));
addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || /^\/(api|docs|problems)(\/|$)/.test(pathname)) return;
  const isFile = /\.\w+$/.test(pathname);
  if (mode === "navigate" && !isFile) event.respondWith(page(event));
  else if (isFile) event.respondWith(file(event.request));
});

// A few at a time: the person is using the signal too.
async function keepAll() {
  const cache = await caches.open(current);
  const rest = [...files];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let path = rest.shift(); path; path = rest.shift()) await keep(cache, path);
  }));
}

async function keep(cache, path) {
  const isHashed = /\.[0-9a-f]{8,}\.\w+$/.test(path);
  const known = isHashed && (await caches.match(path, { ignoreVary: true }));
  // Without cookies: what is kept must be the page as anybody gets it.
  const response = known || (await fetch(path, { credentials: "omit", cache: isHashed ? "default" : "no-cache" }));
  if (!response.ok || response.redirected) throw new Error(`${path} can't be kept: ${response.status}`);
  // Of several servers one may be a version ahead: a page must only name files that are kept with it.
  if (path === "/" && !(await fits(response.clone()))) throw new Error("The page is of another version.");
  await cache.put(path, response);
}

async function fits(response) {
  const names = (await response.text()).matchAll(/"(\/[\w/.-]+\.[0-9a-f]{8,}\.\w+)"/g);
  return [...names].every(([, path]) => files.includes(path));
}

async function page(event) {
  const kept = await caches.match("/", { cacheName: current });
  if (!kept) return fetch(event.request);
  event.waitUntil(tidy().then(() => note(event.resultingClientId)));
  return kept;
}

async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function note(id) {
  if (id) await (await caches.open(ledger)).put(`/${id}`, new Response(version));
}

// A page that is open goes on with the files of its version, which the server may not have any more. They go when it is gone.
async function tidy() {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const book = await caches.open(ledger);
  const used = await Promise.all(pages.map(async ({ id }) => (await book.match(`/${id}`))?.text()));
  const isOpen = new Set(pages.map(({ id }) => `/${id}`));
  for (const request of await book.keys()) {
    if (!isOpen.has(new URL(request.url).pathname)) await book.delete(request);
  }
  // Of a page that came from the server it isn't known which version it is.
  if (used.includes(undefined)) return;
  const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== current);
  for (const name of old) if (!used.includes(name.slice(prefix.length))) await caches.delete(name);
}

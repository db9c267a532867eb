// Maps addresses to pages: history, links, focus, scroll, and cleaning up after a page.

import { render } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, keepFocus, say, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { Page } from "app/page.js";
import { isOfServer, loadPage, routeFor } from "app/routes.js";
import { session } from "app/session.js";
import { setTimeZone, t, useAllWords, useWords } from "app/words.js";
import { failure } from "parts/pieces.js";

let page = null;
let view = null;
/** @type {(page: Page, state: {isBusy: boolean}) => Promise<void> | void} */
let frame = () => {};
const scrolls = new Map();
let place = { key: "", index: 0 };
// Steps of the app's own: until they are done nothing else may change the history.
let arrived = null;
let settled = Promise.resolve();

/** The page that is shown. */
export const currentPage = () => page;

/** The dialogs open over the page, topmost last. */
export const openDialogs = new Set();

/** Gives a dialog an entry in the history, so that the back button closes it and not the page. */
export async function enterDialog(dialog) {
  await settled;
  if (!openDialogs.has(dialog)) return;
  dialog.depth = (place.depth ?? 0) + 1;
  place = { ...place, index: place.index + 1, depth: dialog.depth };
  history.pushState(place, "");
}

/** Removes the entry, unless the dialog was closed by going back. */
export function leaveDialog(/** @type {{depth?: number}} */ { depth }) {
  if (depth && depth <= (place.depth ?? 0)) walk(depth - 1 - place.depth);
}

/** Moves by a number of this page's entries, and shows nothing else. */
function walk(steps) {
  if (!steps) return settled;
  place = { ...place, index: place.index + steps, depth: (place.depth ?? 0) + steps };
  return travel(steps);
}

function travel(steps) {
  settled = settled.then(() => new Promise((resolve) => {
    arrived = resolve;
    // The browser may have nowhere to go.
    setTimeout(resolve, 1000);
    history.go(steps);
  })).then(() => { arrived = null; });
  return settled;
}

/** @param {(page: Page, state: {isBusy: boolean}) => Promise<void>} showFrame draws everything around the page. */
export function startRouter(showFrame) {
  frame = showFrame;
  history.scrollRestoration = "manual";
  place = history.state ?? { key: key(), index: 0 };
  history.replaceState(place, "");
  // Reloaded while a dialog was open.
  walk(-(place.depth ?? 0));
  addEventListener("click", follow);
  addEventListener("popstate", goBack);
  addEventListener("beforeunload", (event) => hasInput() && event.preventDefault());
  addEventListener("pagehide", () => history.replaceState({ ...place, y: scrollY }, ""));
  return show({ y: place.y });
}

/** Goes to an address of the app. Asks first if there is unsaved input. */
export async function go(path, { replace = false, saved = false } = {}) {
  if (!saved && !(await mayLeave())) return;
  for (const dialog of openDialogs) dialog.close();
  await settled;
  scrolls.set(place.key, scrollY);
  place = { key: key(), index: place.index + (replace ? 0 : 1) };
  history[replace ? "replaceState" : "pushState"](place, "", path);
  await show({ moves: true });
}

/** Shows the current address again, as after signing in or out. */
export const reload = () => show({ moves: true });

/** Refreshes what is shown; a page that could not be shown is retried, unless that would close a dialog. */
export function refresh() {
  if (!page.isFailed) return page.refresh();
  if (!openDialogs.size) show({});
}

/** Redraws what is shown, for example in another language. */
export function redraw() {
  if (!page) return;
  frame(page, { isBusy: false });
  page.update();
}

const key = () => String(Date.now()) + Math.random();

function follow(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || event.defaultPrevented || !isPlain || link.target || link.hasAttribute("download")) return;
  const { origin, pathname, search, hash } = new URL(link.href);
  if (origin !== location.origin || isOfServer(pathname)) return;
  // A place on the same page is left to the browser.
  if (hash && pathname === location.pathname) return;
  event.preventDefault();
  go(pathname + search);
}

async function goBack({ state }) {
  // A place on the same page was gone to.
  if (!state) return history.replaceState(place, "");
  if (arrived) return arrived();
  const [from, to] = [place, state];
  if (to.key === from.key) return closeDialogs(from, to);
  scrolls.set(from.key, scrollY);
  const isHeld = [...openDialogs].some((dialog) => !dialog.mayClose);
  if (isHeld || holders().length) {
    travel(from.index - to.index);
    if (isHeld || !(await mayLeave())) return;
    for (const holder of holders()) holder.hasInput = () => false;
    await settled;
    history.go(to.index - from.index);
    return;
  }
  place = to;
  await show({ moves: true, y: scrolls.get(to.key) ?? to.y });
}

/** Within a page only dialogs have entries. */
async function closeDialogs(from, to) {
  const depth = to.depth ?? 0;
  place = to;
  const closing = [...openDialogs].filter((dialog) => dialog.depth > depth).reverse();
  // Going forward, the dialog is no longer there.
  if (!closing.length) return walk(Math.min(0, openDialogs.size - depth));
  for (const dialog of closing) {
    if (dialog.mayClose && (!dialog.hasInput() || dialog.keepsInput)) {
      if (dialog.hasInput()) toast(t("form.draft.left"));
      dialog.close();
      continue;
    }
    walk(dialog.depth - (place.depth ?? 0));
    if (dialog.mayClose && (await mayLeave())) dialog.close();
    return;
  }
}

/** Whether there is input that the browser would lose. A dialog that can't be closed holds only a password. */
const hasInput = () => [page, ...openDialogs].some((one) => one?.hasInput() && one.mayClose !== false);

/** The page and the dialogs with input that would be lost when they are left. */
function holders() {
  const dialogs = [...openDialogs].filter((dialog) => dialog.mayClose && !dialog.keepsInput);
  return [page, ...dialogs].filter((one) => one?.hasInput());
}

async function mayLeave() {
  if (!holders().length) return true;
  const { askToDiscard } = await importModule(() => import("parts/dialog.js"));
  return askToDiscard();
}

async function show({ moves = false, y = 0 }) {
  const role = session.state === "in" ? session.user.role : null;
  if (role === "ADMIN" && location.pathname === "/") {
    history.replaceState(place, "", "/companies");
  }
  const route = routeFor(location.pathname, role);
  // Between the tabs of one page, focus and scroll stay where they are.
  const isNear = page?.route === route.page && JSON.stringify(page.params) === JSON.stringify(route.params);
  page?.leave();
  let isShown = false;
  const next = new Page(route, (problem) => {
    if (next !== page || !isShown) return;
    if (problem) giveUp(problem);
    else draw();
  });
  page = next;
  for (const dialog of openDialogs) dialog.close();
  const frameIsThere = frame(page, { isBusy: true });

  const draw = (made) => {
    view = made ?? view;
    isShown = true;
    keepFocus(() => render(document.getElementById("main"), view()));
    setTitle();
  };
  const giveUp = async (problem) => {
    if (next !== page || problem.name === "AbortError") return;
    if (problem.status === undefined) console.error(problem);
    if (problem.lacksFactor) {
      // What is typed, or shown just once, isn't thrown away: sending it says why it has to wait.
      if (isShown && (holders().length || [...openDialogs].some((dialog) => dialog.mayClose === false))) return;
      return void go("/second-factor?must", { replace: true, saved: true });
    }
    await frameIsThere;
    const { isGone = false } = problem;
    next.isFailed = !isGone;
    draw(isGone ? (await loadPage("not-found")).default(next) : () => failure(problem, () => show({}), () => session.signOut().catch(fail)));
  };
  try {
    if (next.company?.link) await nameCompany(next);
    if (!route.isDoor) await (route.page === "start" ? useWords("inside") : useAllWords());
    const module = await loadPage(route.page, route.tab);
    const made = await module.default(next);
    await Promise.all([next.ready({ isPatient: true }), frameIsThere]);
    if (next === page) draw(made);
  } catch (problem) {
    await giveUp(problem);
  }
  if (next !== page) return;
  frame(page, { isBusy: false });
  if (isNear) return;
  if (moves) {
    scrollTo(0, y);
    focusHead();
    say(document.title);
  } else if (y) {
    scrollTo(0, y);
  }
}

// An ADMIN is in a company: its name and time zone apply to everything shown.
async function nameCompany(next) {
  const path = next.company.api;
  const known = (await kept.recall(path))?.value ?? (await kept.refresh(path, { signal: next.signal }));
  Object.assign(next.company, { name: known.name, timeZone: known.timeZone });
  setTimeZone(known.timeZone);
  frame(next, { isBusy: true });
}

function setTitle() {
  const head = document.querySelector("#main h1")?.textContent.trim();
  document.title = head ? `${head} · Polier` : "Polier";
}

function focusHead() {
  const head = /** @type {HTMLElement} */ (document.querySelector("#main h1"));
  if (!head) return;
  head.tabIndex = -1;
  head.focus({ preventScroll: true });
}

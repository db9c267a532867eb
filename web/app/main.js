// Shows the frame and the page once language and person are known, and refreshes them.

import { whenUnconfirmed } from "app/api.js";
import { begun, frameFor } from "app/begin.js";
import { connection } from "app/connection.js";
import { render } from "app/html.js";
import { wouldLose } from "app/leaving.js";
import { fail, say, toast } from "app/live.js";
import { whenStuck } from "app/modules.js";
import { begin, renew, renewWhenReachable, untilRenewal } from "app/rescue.js";
import { currentPage, openDialogs, redraw, refresh, reload, startRouter } from "app/router.js";
import { personBefore, session } from "app/session.js";
import { importWithWords, onLanguage, t } from "app/words.js";

begin();

addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});

whenUnconfirmed(async (...wanted) => (await importWithWords(() => import("parts/confirm-again.js"))).confirmAgain(...wanted));

// A page that can no longer load a module is reloaded, if no input is lost. At most once a minute: it
// may be the module that is broken.
whenStuck(() => {
  const isInUse = currentPage()?.hasInput() || openDialogs.size > 0 || wouldLose();
  if (!isInUse && untilRenewal() === 0) return renew();
  return toast(t("worker.stuck"), { kind: "problem", action: { label: t("worker.reload"), run: () => location.reload() } });
});

let [state, user] = [null, null];
// The role whose modules are loaded or on their way.
let fetchedFor = null;
showFirstPage();

// Not awaited at the top: pages import modules that are sent together with this one (Sources/Server/Web/JoinedModules.swift).
async function showFirstPage() {
  try {
    await begun;
    [state, user] = [session.state, session.user?.id];
    await startRouter(showFrame);
  } catch (failure) {
    // Without words and a frame nothing can be shown here.
    console.error(failure);
    await renewWhenReachable();
  }
  onLanguage(redraw);
  session.onChange(followSession);
  followSession();
  fetchAhead();
  watchSignal();
  if (navigator.serviceWorker?.controller) keepApp();
  // What waits of who is at the sign-in page again may still be handed in.
  if (session.state === "out" && personBefore()) import("app/queue.js").catch(() => {});
}

const keepApp = () => import("app/worker.js").catch(() => {});

async function showFrame(page, { isBusy }) {
  document.body.classList.toggle("is-busy", isBusy);
  const isInside = session.state !== "out" && !page.isDoor;
  const frame = await frameFor(isInside);
  if (page === currentPage()) render(document.getElementById("app"), frame(page));
}

async function fetchAhead() {
  const role = session.state === "in" && session.user.role;
  if (!role || role === fetchedFor) return;
  fetchedFor = role;
  keepApp();
  const isWhole = await import("app/ahead.js").then(({ fetchAllFor }) => fetchAllFor(role)).catch(() => false);
  if (!isWhole) fetchedFor = null;
}

async function followSession() {
  const [wasState, wasUser] = [state, user];
  [state, user] = [session.state, session.user?.id];
  const isSame = user === wasUser;
  if (isSame && state === wasState) return redraw();
  // From the open pages, such as the sign-in form, there is nothing to return to.
  if (currentPage().isOpen || !isSame || state === "out") return reload().then(fetchAhead);
  if (state === "in") return currentPage().isFailed ? reload() : currentPage().refresh();
  const { askAgain } = await importWithWords(() => import("parts/sign-in-again.js"));
  // Not asked while signing out.
  if (session.state === "expired") askAgain();
}

// The page may be outdated by now. (If the session has ended, the app asks for the password instead.)
const lookAgain = () => session.state !== "expired" && refresh();
// One of several servers may be down: alternating answers must not cause requests without a pause.
const pause = 5_000;
let lookedAt = 0;
let timer = 0;
function lookAgainSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => { lookedAt = Date.now(); lookAgain(); }, lookedAt + pause - Date.now());
}
function watchSignal() {
  connection.onChange((online) => {
    redraw();
    if (online) lookAgainSoon();
    if (online) fetchAhead();
    else say(t(connection.isServerAway ? "status.server" : "status.offline"));
  });
  let hiddenAt = 0;
  addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > 30_000) lookAgain();
  });
  setInterval(() => {
    if (connection.online && session.state === "in" && !document.hidden) currentPage().refreshLive();
  }, 60_000);
  // On a network without a connection, only trying shows when it is back.
  setInterval(() => {
    if (!connection.online && navigator.onLine && !document.hidden) lookAgain();
  }, 15_000);
}

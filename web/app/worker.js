// The service worker that keeps the app, and a word when there is a newer one. On plain http there is none.

import { toast } from "app/live.js";
import { currentPage } from "app/router.js";
import { session } from "app/session.js";
import { t } from "app/words.js";

const hour = 3_600_000;
let isStarted = false;

/** How long the person has the signal to themselves, before the app is fetched to be kept. */
const patience = 4000;

const worker = navigator.serviceWorker;
if (worker) start();

function start() {
  // At the door there is nothing yet that one would do without a signal.
  if (!worker.controller && session.state !== "in") return session.onChange(start);
  if (isStarted) return;
  isStarted = true;
  setTimeout(() => keepApp().catch(() => {}), worker.controller ? 0 : patience);
}

async function keepApp() {
  const hadOne = Boolean(worker.controller);
  const registration = await worker.register("/sw.js", { updateViaCache: "none" });
  let lookedAt = Date.now();
  // An installed app may stay open for days.
  addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - lookedAt < hour) return;
    lookedAt = Date.now();
    registration.update().catch(() => {});
  });
  // The first one only begins to keep what is running already.
  if (hadOne) worker.addEventListener("controllerchange", offer, { once: true });
}

/** When nobody is in the middle of something. */
function offer() {
  if (document.hidden || currentPage().hasInput() || document.querySelector("dialog[open]")) return setTimeout(offer, 5000);
  toast(t("worker.newVersion"), { action: { label: t("worker.reload"), run: () => location.reload() }, seconds: 20 });
}

// Registers the service worker that stores the app, and tells when there is a newer version. There is none on plain http.

import { toast } from "app/live.js";
import { currentPage } from "app/router.js";
import { session } from "app/session.js";
import { t } from "app/words.js";

const hour = 3_600_000;
let isStarted = false;

/** How long to leave the network to the person before the app is fetched and stored, in milliseconds. */
const patience = 4000;

const worker = navigator.serviceWorker;
if (worker) start();

function start() {
  // Nothing on the sign-in pages works without a signal.
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
  // The first one only stores the version that is already running.
  if (hadOne) worker.addEventListener("controllerchange", offer, { once: true });
}

/** Offers the new version when no input would be interrupted. */
function offer() {
  if (document.hidden || currentPage().hasInput() || document.querySelector("dialog[open]")) return setTimeout(offer, 5000);
  toast(t("worker.newVersion"), { action: { label: t("worker.reload"), run: () => location.reload() }, seconds: 20 });
}

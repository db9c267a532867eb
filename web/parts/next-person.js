// Leaves a shared tablet to the next person. What isn't sent yet stays here, for the person whose it is.

import { connection } from "app/connection.js";
import { toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { queue } from "app/queue.js";
import { go } from "app/router.js";
import { session } from "app/session.js";
import { t } from "app/words.js";

/** How long to wait for what is on its way, in milliseconds. */
const patience = 5000;

/** Only the server can check a PIN. */
async function askOffline() {
  const { ask } = await importModule(() => import("parts/dialog.js"));
  return ask({ title: t("pin.offlineTitle"), text: t("pin.offlineText"), confirm: t("pin.offlineConfirm") });
}

export async function leaveToNext() {
  // The names are shown by it, also without a signal.
  await importModule(() => import("parts/pin-sign-in.js"));
  if (!connection.online && !(await askOffline())) return;
  if (connection.online) await Promise.race([queue.send(), new Promise((done) => { setTimeout(done, patience); })]);
  if (queue.hasUnkept) return toast(t("queue.unkept"), { kind: "problem" });
  // Asks what to do with unsaved input.
  await go("/", { replace: true });
  if (location.pathname !== "/") return;
  const { unsent } = queue;
  const { firstName } = session.user;
  const left = session.leave();
  if (unsent) toast(t("pin.unsentStays", { count: unsent, name: firstName }));
  await left;
}

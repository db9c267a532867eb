// Says of something that was sent late that it isn't saved: it waits for a manager.

import { toast } from "app/live.js";
import { may } from "app/may.js";
import { currentPage, go } from "app/router.js";
import { moment, t, useWords } from "app/words.js";
import { whatOf } from "parts/clarification.js";

/** What comes within this time is said together, in milliseconds. */
const together = 10_000;
let count = 0;
let last = 0;

/** @param {any} clarification */
export async function tellClarified(clarification) {
  await useWords("clarifications");
  count = Date.now() - last < together ? count + 1 : 1;
  last = Date.now();
  const text = count > 1 ? t("clarifications.waitsMany", { count }) : t("clarifications.waits", {
    what: whatOf({ one: clarification, other: null }), site: clarification.siteName, moment: moment(clarification.at),
  });
  // Who manages finds their own among all the others.
  const path = may.clarify() ? "/clarifications" : "/hours";
  toast(text, { action: { label: t("clarifications.show"), run: () => go(currentPage()?.link(path) ?? path) } });
}

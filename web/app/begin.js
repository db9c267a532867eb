// What can begin before the rest of the app is loaded: on a phone with a weak signal each round trip counts. Language, person and
// the page's module are fetched side by side.

import { fetchAhead } from "app/early.js";
import { importModule } from "app/modules.js";
import { loadPage, routeFor } from "app/routes.js";
import { lastPerson, session } from "app/session.js";
import { preferredLanguage, useAllWords, useLanguage } from "app/words.js";

// Both are fetched again when they are needed, and a failure is shown then.
const route = routeFor(location.pathname, lastPerson()?.role ?? null);
loadPage(route.page, route.tab).catch(() => {});
frameFor(lastPerson() && !route.isDoor).catch(() => {});

/** The frame around the pages, for people who are signed in and for those who aren't. */
export async function frameFor(isInside) {
  const styles = fetchAhead(isInside ? "frame" : "door");
  const module = await importModule(() => (isInside ? import("parts/frame.js") : import("parts/door.js")));
  await styles;
  return module;
}

export const begun = Promise.all([useLanguage(preferredLanguage()), session.start({ isStart: route.page === "start" })]);
if (!route.isDoor) useAllWords().catch(() => {});

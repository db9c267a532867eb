// What can begin before the rest of the app is loaded: on a phone with a weak signal each round trip counts. Language, person and
// the page's module are fetched side by side.

import { fetchAhead, fetchFirst } from "app/early.js";
import { importModule } from "app/modules.js";
import { loadPage, routeFor } from "app/routes.js";
import { lastPerson, session } from "app/session.js";
import { preferredLanguage, useAllWords, useLanguage, useWords } from "app/words.js";

fetchFirst();
// Both are fetched again when they are needed, and a failure is shown then.
const route = routeFor(location.pathname, lastPerson()?.role ?? null);
loadPage(route.page, route.tab).catch(() => {});
frameFor(lastPerson() && !route.isDoor).catch(() => {});

/** The frame around the pages, for people who are signed in and for those who aren't. */
export async function frameFor(isInside) {
  const styles = fetchAhead(isInside ? "frame" : "door");
  const frame = await importModule(async () => (isInside ? (await import("parts/frame.js")).frame : (await import("parts/door.js")).door));
  await styles;
  return frame;
}

export const begun = Promise.all([useLanguage(preferredLanguage()), session.start()]);
if (!route.isDoor) (route.page === "start" ? useWords("inside") : useAllWords()).catch(() => {});

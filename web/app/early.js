// Runs before the rest of the app is here, and imports nothing: what the first page needs is fetched beside the rest, and not after it.
// A wrong guess costs a few files, and app/begin.js fetches what is missing.

/** The parts of the words behind the sign-in pages: first what the frame and the start page say, then what the others say besides. */
export const insideWords = ["inside", "problems", "hours", "sites", "people", "accounts", "company"];
/** What "/" is for people who have another page there than the start page. */
const starts = new Map([["ADMIN", "companies"], ["BOOKKEEPER", "hours"]]);
/** For how long an answer may stand for one that is asked for later, in milliseconds. */
const fresh = 10_000;

const fetched = new Map();
/** By path, what the API was asked: `{answer, at, clock}`. */
const asked = new Map();
let isBegun = false;

/**
 * Fetches the styles of a page, and everything that its module imports at the same time: each round trip counts.
 * @param {string} name of a page, or of the frame around it.
 * @returns {Promise<unknown>} when the styles are loaded. Without them the page only looks plain.
 */
export function fetchAhead(name) {
  const { content } = /** @type {HTMLTemplateElement} */ (document.getElementById("ahead"));
  for (const link of /** @type {NodeListOf<HTMLLinkElement>} */ (content.querySelectorAll(`[data-for~="${name}"]`))) {
    fetched.set(link, new Promise((resolve) => { link.onload = link.onerror = resolve; }));
    // After what the API is asked meanwhile, which is asked one thing after the other.
    if (link.rel === "modulepreload") link.setAttribute("fetchpriority", "low");
    // Taken out of their template, they are fetched.
    document.head.append(link);
  }
  const styles = [...fetched].filter(([link]) => link.rel === "stylesheet" && link.dataset.for.split(" ").includes(name));
  return Promise.all(styles.map(([, loaded]) => loaded));
}

/** A module that the import map names. */
function fetchModule(name) {
  const link = document.createElement("link");
  link.setAttribute("rel", "modulepreload");
  link.setAttribute("href", /** @type {any} */ (import.meta).resolve(name));
  document.head.append(link);
}

function noted(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Paths begin after /api/v1. */
function ask(path) {
  const clock = new AbortController();
  const answer = fetch(`/api/v1${path}`, { headers: { Accept: "application/json" }, signal: clock.signal });
  // A failure is told to the request that takes the answer; if none does, it doesn't matter.
  answer.catch(() => {});
  asked.set(path, { answer, at: Date.now(), clock });
}

/**
 * What was asked for a path, for the first who wants it.
 * @param {string} path after /api/v1
 * @returns {{answer: Promise<Response>, at: number, clock: AbortController} | null} `at` is when it was asked, `clock` ends it.
 */
export function takeEarly(path) {
  const early = asked.get(path);
  asked.delete(path);
  return early && Date.now() - early.at < fresh ? early : null;
}

/** After a write: answers may be older, or another person's. */
export const dropEarly = () => asked.clear();

/** Fetches what the page needs that the last visit suggests, and asks the API for it; once. */
export function fetchFirst() {
  if (isBegun) return;
  isBegun = true;
  const person = JSON.parse(noted("polier.user") ?? "null");
  const language = (noted("polier.language") ?? navigator.languages[0] ?? "de").startsWith("en") ? "en" : "de";
  const isInside = person && !person.isOver;
  const page = location.pathname !== "/" ? null : isInside ? starts.get(person.role) ?? "start" : "sign-in";
  const company = isInside && person.companyId && `/companies/${person.companyId}`;
  // An edge may have put the answers into the page.
  const asks = isInside && navigator.onLine && !noted("polier.left") && !document.getElementById("first-data");
  // A browser has six connections over HTTP/1.1: the answers that the page waits for come first, and the one that it doesn't wait for last.
  if (asks) ask("/users/me");
  if (asks && company && page === "start") ask(`${company}/overview`);
  if (page) fetchAhead(page);
  for (const words of isInside ? insideWords.slice(0, page === "start" ? 1 : undefined) : []) fetchModule(`words/${language}-${words}.js`);
  fetchModule(`words/${language}.js`);
  fetchAhead(isInside ? "frame" : "door");
  if (asks && company) ask(company);
}

// It doesn't wait for the page, nor for styles. Where the list isn't here yet, app/begin.js does it.
if (document.getElementById("ahead")) fetchFirst();

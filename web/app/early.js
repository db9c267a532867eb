// Runs before the rest of the app is here, and imports nothing: what the first page needs is fetched beside the rest, and not after it.
// A wrong guess costs a few files, and app/begin.js fetches what is missing.

const fetched = new Map();

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

function fetchFirstPage() {
  const person = JSON.parse(noted("polier.user") ?? "null");
  const language = (noted("polier.language") ?? navigator.languages[0] ?? "de").startsWith("en") ? "en" : "de";
  const isInside = person && !person.isOver;
  fetchAhead(isInside ? "frame" : "door");
  if (location.pathname === "/") fetchAhead(isInside ? "start" : "sign-in");
  for (const words of isInside ? [language, `${language}-inside`] : [language]) fetchModule(`words/${words}.js`);
}

// It doesn't wait for the page, nor for styles. Where the list isn't here yet, app/begin.js does it.
if (document.getElementById("ahead")) fetchFirstPage();

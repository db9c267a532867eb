// Every address of the app, and the page that answers it.

import { importModule } from "app/modules.js";

const all = ["ADMIN", "MANAGER", "WORKER"];
const leads = ["ADMIN", "MANAGER"];

// Within a company. ADMINs find the same pages of every company under /companies/:companyId.
const ofCompany = [
  { path: "/", page: "start", roles: all, section: "start" },
  { path: "/sites", page: "sites", roles: all, section: "sites" },
  { path: "/sites/new", page: "site-edit", roles: leads, section: "sites" },
  { path: "/sites/:siteId", page: "site", tab: "materials", roles: all, section: "sites" },
  { path: "/sites/:siteId/team", page: "site", tab: "team", roles: all, section: "sites" },
  { path: "/sites/:siteId/hours", page: "site", tab: "hours", roles: all, section: "sites" },
  { path: "/sites/:siteId/history", page: "site", tab: "history", roles: all, section: "sites" },
  { path: "/sites/:siteId/edit", page: "site-edit", roles: leads, section: "sites" },
  { path: "/people", page: "people", roles: leads, section: "people" },
  { path: "/people/new", page: "person-new", roles: leads, section: "people" },
  { path: "/people/:userId", page: "person", roles: leads, section: "people" },
  { path: "/hours", page: "hours", roles: all, section: "hours" },
  { path: "/company", page: "company", roles: leads, section: "company" },
  { path: "/company/mails", page: "company-mails", roles: leads, section: "company" },
  { path: "/company/history", page: "company-history", roles: leads, section: "company" },
];

const table = [
  ...ofCompany.map((route) => ({ ...route, roles: route.roles.filter((role) => role !== "ADMIN") })),
  ...ofCompany.map((route) => ({ ...route, path: `/companies/:companyId${route.path}`, roles: ["ADMIN"] })),
  { path: "/companies", page: "companies", roles: ["ADMIN"], section: "companies" },
  { path: "/server", page: "server", roles: ["ADMIN"], section: "companies" },
  { path: "/profile", page: "profile", roles: all, section: "profile" },
  // Open to everybody, signed in or not.
  { path: "/register", page: "register", isDoor: true },
  { path: "/forgot-password", page: "forgot-password", isDoor: true },
  { path: "/set-password", page: "set-password", isDoor: true },
  { path: "/verify", page: "verify", isDoor: true },
  { path: "/confirm-email", page: "confirm-email", isDoor: true },
  { path: "/restore-email", page: "restore-email", isDoor: true },
  { path: "/imprint", page: "imprint" },
  { path: "/privacy", page: "privacy" },
].map((route) => ({ ...route, pattern: pattern(route.path) }));

function pattern(path) {
  return new RegExp(`^${path.replace(/\/$/, "").replace(/:(\w+)/g, "(?<$1>[^/]+)")}/?$`);
}

/** Whether the server answers an address with a page of its own. sw.js and deploy/edge/edge.js say the same. */
export const isOfServer = (pathname) => /^\/(api|docs|problems)(\/|$)/.test(pathname);

/**
 * Who sees what at an address: `{page, params, tab, section, isOpen, isDoor}`. A door is a way in: it stands outside the app's frame.
 * @param {string | null} role of the person who is signed in.
 */
export function routeFor(pathname, role) {
  // The first says what the address is: /sites/new is never a site, also for whom it isn't.
  const first = table.find((route) => route.pattern.test(pathname));
  const route = table.find((one) => one.path === first?.path && (!one.roles || one.roles.includes(role)));
  if (route) {
    const params = { ...route.pattern.exec(pathname).groups };
    const { page, tab, section, isDoor = false } = route;
    return { page, tab, section, isDoor, isOpen: !route.roles, params };
  }
  // The door stands before every address that is somebody's, and before those that are nobody's.
  return { page: role ? "not-found" : "sign-in", isOpen: !role, isDoor: !role, params: {} };
}

/** The names of all pages that a role may see. */
export const pagesFor = (role) =>
  [...new Set(table.filter(({ isDoor, roles }) => !isDoor && (!roles || roles.includes(role))).map(({ page }) => page))];

/** The module of a page, once the styles that only this page has are there too. */
export async function loadPage(name, tab) {
  if (tab) fetchAhead(`${name}-${tab}`);
  const [module] = await Promise.all([importModule(() => import(`pages/${name}.js`)), fetchAhead(name)]);
  return module;
}

const fetched = new Map();

/**
 * Fetches the styles of a page, and at once all that its module imports in turn: each round trip counts.
 * @param {string} name of a page, or of the frame or the door that stands around it.
 * @returns {Promise<unknown>} when the styles are there. One that can't be had only looks plain.
 */
export function fetchAhead(name) {
  for (const link of document.getElementById("ahead").content.querySelectorAll(`[data-for~="${name}"]`)) {
    fetched.set(link, new Promise((resolve) => { link.onload = link.onerror = resolve; }));
    // Out of their template they are fetched.
    document.head.append(link);
  }
  const styles = [...fetched].filter(([link]) => link.rel === "stylesheet" && link.dataset.for.split(" ").includes(name));
  return Promise.all(styles.map(([, loaded]) => loaded));
}

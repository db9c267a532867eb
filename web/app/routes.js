// Every address of the app, and the page that answers it.

import { fetchAhead } from "app/early.js";
import { importModule } from "app/modules.js";

const crew = ["ADMIN", "MANAGER", "WORKER"];
const leads = ["ADMIN", "MANAGER"];
const reads = [...leads, "BOOKKEEPER"];
const all = [...crew, "BOOKKEEPER"];

// Within a company. ADMINs find the same pages of every company under /companies/:companyId.
const ofCompany = [
  { path: "/", page: "start", roles: crew, section: "start" },
  { path: "/sites", page: "sites", roles: all, section: "sites" },
  { path: "/sites/new", page: "site-edit", roles: leads, section: "sites", needsServer: true },
  { path: "/sites/:siteId", page: "site", tab: "materials", roles: all, section: "sites" },
  { path: "/sites/:siteId/team", page: "site", tab: "team", roles: all, section: "sites" },
  { path: "/sites/:siteId/hours", page: "site", tab: "hours", roles: all, section: "sites" },
  { path: "/sites/:siteId/history", page: "site", tab: "history", roles: all, section: "sites" },
  { path: "/sites/:siteId/costs", page: "site-costs", roles: reads, section: "sites", needsServer: true },
  { path: "/sites/:siteId/edit", page: "site-edit", roles: leads, section: "sites", needsServer: true },
  { path: "/archive", page: "archive", roles: reads, section: "sites", needsServer: true },
  { path: "/people", page: "people", roles: reads, section: "people" },
  { path: "/people/new", page: "person-new", roles: leads, section: "people", needsServer: true },
  { path: "/people/cards", page: "people-cards", roles: leads, section: "people", needsServer: true },
  { path: "/people/:userId", page: "person", roles: reads, section: "people" },
  { path: "/hours", page: "hours", roles: all, section: "hours" },
  { path: "/hours/record", page: "record", roles: ["MANAGER", "WORKER"], section: "hours" },
  { path: "/hours/statement", page: "statement", roles: all, section: "hours", needsServer: true },
  { path: "/wages", page: "wages", roles: reads, section: "hours", needsServer: true },
  { path: "/clarifications", page: "clarifications", roles: all, section: "hours", needsServer: true },
  { path: "/absences", page: "absences", roles: all, section: "hours" },
  { path: "/company", page: "company", roles: leads, section: "company" },
  { path: "/company/mails", page: "company-mails", roles: leads, section: "company", needsServer: true },
  { path: "/company/history", page: "company-history", roles: leads, section: "company", needsServer: true },
  { path: "/company/tokens", page: "tokens", roles: leads, section: "company", needsServer: true },
];

/** @type {{path: string, page: string, pattern: RegExp, roles?: string[], section?: string, tab?: string, isDoor?: boolean,
 *   needsServer?: boolean}[]} `needsServer`: of little use without a signal, so it isn't fetched ahead. */
const table = [
  ...ofCompany.map((route) => ({ ...route, roles: route.roles.filter((role) => role !== "ADMIN") })),
  ...ofCompany.map((route) => ({ ...route, path: `/companies/:companyId${route.path}`, roles: ["ADMIN"] })),
  // The bookkeeper's day begins with the hours.
  { path: "/", page: "hours", roles: ["BOOKKEEPER"], section: "hours" },
  { path: "/companies", page: "companies", roles: ["ADMIN"], section: "companies" },
  { path: "/server", page: "server", roles: ["ADMIN"], section: "companies", needsServer: true },
  { path: "/profile", page: "profile", roles: all, section: "profile" },
  { path: "/second-factor", page: "second-factor", roles: all, section: "profile", needsServer: true },
  // Open to everyone, signed in or not.
  { path: "/register", page: "register", isDoor: true },
  { path: "/forgot-password", page: "forgot-password", isDoor: true },
  { path: "/set-password", page: "set-password", isDoor: true },
  { path: "/card", page: "card", isDoor: true },
  { path: "/verify", page: "verify", isDoor: true },
  { path: "/confirm-email", page: "confirm-email", isDoor: true },
  { path: "/restore-email", page: "restore-email", isDoor: true },
  { path: "/imprint", page: "imprint", needsServer: true },
  { path: "/privacy", page: "privacy", needsServer: true },
].map((route) => ({ ...route, pattern: pattern(route.path) }));

function pattern(path) {
  return new RegExp(`^${path.replace(/\/$/, "").replace(/:(\w+)/g, "(?<$1>[^/]+)")}/?$`);
}

/** Whether the server answers an address with a page of its own. sw.js and deploy/edge/edge.js say the same. */
export const isOfServer = (pathname) => /^\/(api|docs|problems)(\/|$)/.test(pathname);

/**
 * @typedef {{page: string, params: Record<string, string>, tab?: string, section?: string, isOpen: boolean, isDoor: boolean}} Route
 */

/**
 * The page at an address for a role: `{page, params, tab, section, isOpen, isDoor}`. A sign-in page (`isDoor`) is outside the app's frame.
 * @param {string} pathname
 * @param {string | null} role of the person who is signed in.
 * @returns {Route}
 */
export function routeFor(pathname, role) {
  // The first match decides: /sites/new is never a site, also for roles that may not open it.
  const first = table.find((route) => route.pattern.test(pathname));
  const route = table.find((one) => one.path === first?.path && (!one.roles || one.roles.includes(role)));
  if (route) {
    const params = { ...route.pattern.exec(pathname).groups };
    const { page, tab, section, isDoor = false } = route;
    return { page, tab, section, isDoor, isOpen: !route.roles, params };
  }
  // The sign-in page comes before every other address, including unknown ones.
  return { page: role ? "not-found" : "sign-in", isOpen: !role, isDoor: !role, params: {} };
}

/** The names of all pages that a role may see, but for those that are of no use without a signal. */
export const pagesFor = (role) =>
  [...new Set(table.filter(({ isDoor, needsServer, roles }) => !isDoor && !needsServer && (!roles || roles.includes(role))).map(({ page }) => page))];

/** The module of a page, once the styles that only this page has are there too. */
export async function loadPage(name, tab) {
  if (tab) fetchAhead(`${name}-${tab}`);
  const [module] = await Promise.all([importModule(() => import(`pages/${name}.js`)), fetchAhead(name)]);
  return module;
}

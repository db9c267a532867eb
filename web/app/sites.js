// What is kept of a company's sites, and under which paths: the overview of what goes on now, lists without material, and the
// active sites with all that is on them, so that each can be opened without a signal before it was opened with one.

import { kept } from "app/kept.js";
import { may } from "app/may.js";
import { session } from "app/session.js";

const stale = 15 * 60_000;

/** The active sites, what runs low, and who is there: what the start page shows. */
export const overviewOf = (company) => `${company.api}/overview`;

/** The sites of one status, `ACTIVE` or `INACTIVE`, without their material. */
export const listOf = (company, status) => `${company.api}/sites?status=${status}&material=none`;

/** The active sites with their material: a worker's all, of who sees every site the newest. */
const wholeOf = (company) => `${company.api}/sites?status=ACTIVE${may.changeSites() ? "&limit=500" : ""}`;

/** Who is on a site now, as far as is known; on one of them with its id. */
export const presentOn = (page, id) =>
  (page.data.overview?.present ?? []).filter(({ siteId }) => id === undefined || siteId === id);

/** What a list knows of a site that wasn't opened yet. */
export async function recallSite(company, id) {
  return (await kept.recall(wholeOf(company)))?.value.find((site) => site.id === id);
}

/** Fetches the person's sites whole, when what is kept of them is old. Nobody waits for it. */
export async function keepSites(company) {
  if (company.id !== session.user?.companyId) return;
  const path = wholeOf(company);
  const known = await kept.recall(path);
  if (!known || Date.now() - known.at > stale) await kept.refresh(path).catch(() => {});
}

/** A site was opened or changed: the lists say so before they are asked for again. */
export function siteSaved(company, saved) {
  const put = (list) => [saved, ...list.filter(({ id }) => id !== saved.id)];
  const bare = { ...saved, material: [] };
  const take = (list) => list.filter(({ id }) => id !== saved.id);
  const isActive = saved.status === "ACTIVE";
  return Promise.all([
    kept.change(wholeOf(company), isActive ? put : take),
    kept.change(listOf(company, "ACTIVE"), isActive ? (list) => [bare, ...take(list)] : take),
    kept.change(listOf(company, "INACTIVE"), isActive ? take : (list) => [bare, ...take(list)]),
    kept.change(overviewOf(company), (all) => withSites(all, isActive ? [inOverview(saved), ...take(all.sites)] : take(all.sites))),
  ]);
}

/** A site was removed. */
export function siteRemoved(company, gone) {
  const take = (list) => list.filter(({ id }) => id !== gone);
  return Promise.all([
    ...[wholeOf(company), listOf(company, "ACTIVE"), listOf(company, "INACTIVE")].map((path) => kept.change(path, take)),
    kept.change(overviewOf(company), (all) => withSites(all, take(all.sites))),
  ]);
}

const inOverview = (site) => ({
  ...site,
  lowCount: site.materialInfo.warnings,
  assignmentCount: site.assignments.length,
  isAssigned: site.assignments.some(({ userId }) => userId === session.user?.id),
  material: undefined,
});

const withSites = (overview, sites) => ({
  ...overview, sites, counts: { ...overview.counts, sites: overview.counts.sites + sites.length - overview.sites.length },
});

/** @param {string} company its id  @param {string} site  @param {object} material as a write left it. */
export function materialSettled(company, site, material) {
  const place = { id: company, api: `/companies/${company}` };
  return Promise.all([
    kept.change(`${place.api}/sites/${site}/materials`, (materials) => replace(materials, material)),
    kept.change(`${place.api}/sites/${site}`, (one) => withMaterial(one, material)),
    kept.change(wholeOf(place), (all) => all.map((one) => (one.id === site ? withMaterial(one, material) : one))),
    kept.change(overviewOf(place), (overview) => withStock(overview, site, material)),
  ]);
}

/** @param {string} company its id  @param {object} entry as coming or going left it  @param {string} siteName */
export function clockSettled(company, entry, siteName) {
  return kept.change(overviewOf({ api: `/companies/${company}` }), (overview) => {
    const others = overview.present.filter(({ id }) => id !== entry.id);
    const present = entry.checkedOutAt ? others : [{ siteName, ...entry }, ...others];
    const count = overview.counts.present + present.length - overview.present.length;
    return { ...overview, present, counts: { ...overview.counts, present: count } };
  });
}

// The answer to a repetition is the first one again: what is known may be newer.
const replace = (materials, fresh) =>
  materials.map((known) => (known.id === fresh.id && known.updatedAt <= fresh.updatedAt ? fresh : known));

function withMaterial(site, fresh) {
  if (!site.material) return site;
  const material = replace(site.material, fresh);
  const low = (list) => list.filter((one) => one.belowThreshold).length;
  // What isn't listed here is counted by the server alone.
  const warnings = site.materialInfo.warnings + low(material) - low(site.material);
  return { ...site, material, materialInfo: { ...site.materialInfo, warnings } };
}

/** What was listed as low and isn't any more goes; what has fallen low comes with the next answer. */
function withStock(overview, site, { id, amount, threshold, belowThreshold }) {
  const known = overview.low.some(({ stocks }) => stocks.some(({ materialId }) => materialId === id));
  if (!known) return overview;
  const low = overview.low.map((group) => ({
    ...group,
    stocks: group.stocks.flatMap((stock) => (stock.materialId !== id ? [stock] : belowThreshold ? [{ ...stock, amount, threshold }] : [])),
  })).filter(({ stocks }) => stocks.length > 0);
  if (belowThreshold) return { ...overview, low };
  const sites = overview.sites.map((one) => (one.id === site ? { ...one, lowCount: one.lowCount - 1 } : one));
  return { ...overview, low, sites, counts: { ...overview.counts, low: overview.counts.low - 1 } };
}

// The kept answers about a company's sites, and their paths: the overview, lists without material, and the
// active sites with their material, so that each can be opened without a signal even if it was never opened before.

import { kept } from "app/kept.js";
import { may } from "app/may.js";
import { session } from "app/session.js";

const stale = 15 * 60_000;

/** The start page's data: active sites, what is running low, and who is on site. */
export const overviewOf = (company) => `${company.api}/overview`;

/** Of the company's open clarifications the overview counts a hundred, and one for all the others. */
export const openClarifications = ({ openClarifications: count }) => (count > 100 ? "100+" : String(count));

export const statuses = ["ACTIVE", "INACTIVE", "FINISHED"];

/** The sites of one of the `statuses`, without their material. */
export const listOf = (company, status) => `${company.api}/sites?status=${status}&material=none`;

/** The active sites with their material: all of a worker's, or the newest for people who see every site. */
const wholeOf = (company) => `${company.api}/sites?status=ACTIVE${may.seeAllSites() ? "&limit=500" : ""}`;

/** The company's depot as a list, without its material: of one, or of none. */
export const depotOf = (company) => `${company.api}/sites?kind=DEPOT&material=none`;
const wholeDepotOf = (company) => `${company.api}/sites?kind=DEPOT`;

/** Who is on any site now, or on the one with the id, as far as is known. */
export const presentOn = (page, id) =>
  (page.data.overview?.present ?? []).filter(({ siteId }) => id === undefined || siteId === id);

/** The same for who leads the site: workers' overview tells nothing of others, but the site's `entries` do to its foreman. */
export function hereNow(page, id) {
  const known = presentOn(page, id);
  const ids = new Set(known.map((entry) => entry.id));
  return [...known, ...(page.data.entries ?? []).filter((entry) => !entry.checkedOutAt && entry.state !== "VOID" && !ids.has(entry.id))];
}

/** What a list has about a site that wasn't opened yet. */
export async function recallSite(company, id) {
  const lists = await Promise.all([wholeOf(company), wholeDepotOf(company)].map((path) => kept.recall(path)));
  return lists.flatMap((list) => list?.value ?? []).find((site) => site.id === id);
}

/** A site with its material, as far as it is known: from when it was opened, or from a list. */
export const recallWhole = async (company, id) => (await kept.recall(`${company.api}/sites/${id}`))?.value ?? recallSite(company, id);

/** Where material may go, as far as is known: the depot, then the active sites as they come. */
export async function recallPlaces(company) {
  const [depot, wholeDepot, list, whole] = await Promise.all(
    [depotOf(company), wholeDepotOf(company), listOf(company, "ACTIVE"), wholeOf(company)].map((path) => kept.recall(path)));
  return [...(depot ?? wholeDepot)?.value ?? [], ...(list ?? whole)?.value ?? []];
}

/** Asks for these lists anew. */
export const refreshPlaces = (company, signal) =>
  Promise.all([depotOf(company), listOf(company, "ACTIVE")].map((path) => kept.refresh(path, { signal })));

/** The person's own hours of the last months, for a check on the site. */
export const recordOf = (/** @type {{api: string}} */ { api }) => `${api}/time-sheets/record`;

/** Fetches the person's whole sites, and the record of their hours, in the background, when the kept ones are old. */
export async function keepSites(company) {
  if (company.id !== session.user?.companyId) return;
  for (const path of [wholeOf(company), wholeDepotOf(company), ...(may.clockIn() ? [recordOf(company)] : [])]) {
    const known = await kept.recall(path);
    if (!known || Date.now() - known.at > stale) await kept.refresh(path).catch(() => {});
  }
}

/** A site was opened or changed: updates the lists before they are refreshed. */
export function siteSaved(company, saved) {
  const put = (list) => [saved, ...list.filter(({ id }) => id !== saved.id)];
  const bare = { ...saved, material: [] };
  if (saved.kind === "DEPOT") {
    return Promise.all([kept.change(depotOf(company), () => [bare]), kept.change(wholeDepotOf(company), () => [saved])]);
  }
  const take = (list) => list.filter(({ id }) => id !== saved.id);
  const isActive = saved.status === "ACTIVE";
  return Promise.all([
    kept.change(wholeOf(company), isActive ? put : take),
    ...statuses.map((status) => kept.change(listOf(company, status), (list) => (status === saved.status ? [bare, ...take(list)] : take(list)))),
    kept.change(overviewOf(company), (all) => withSites(all, isActive ? [inOverview(saved), ...take(all.sites)] : take(all.sites))),
  ]);
}

/** A site was removed. */
export function siteRemoved(company, gone) {
  const take = (list) => list.filter(({ id }) => id !== gone);
  return Promise.all([
    ...[wholeOf(company), ...statuses.map((status) => listOf(company, status))].map((path) => kept.change(path, take)),
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
    changeSite(place, site, (one) => withMaterial(one, material)),
    kept.change(overviewOf(place), (overview) => withStock(overview, site, material)),
  ]);
}

const changeSite = (place, id, change) => Promise.all([
  kept.change(`${place.api}/sites/${id}`, change),
  ...[wholeOf, wholeDepotOf].map((list) => kept.change(list(place), (all) => all.map((one) => (one.id === id ? change(one) : one)))),
]);

/** The amounts that a transfer left, on both sides: `{site, id, amount, updatedAt}`. */
export const amountsAfter = ({ fromSiteId, createdAt: updatedAt, lines }) => lines.flatMap((line) => [
  { site: fromSiteId, id: line.materialId, amount: line.amountLeft, updatedAt },
  { site: line.toSiteId, id: line.toMaterialId, amount: line.amountThere, updatedAt },
]);

/** @param {string} company its id  @param {object} transfer as the server answered it. */
export async function transferSettled(company, transfer) {
  const place = { id: company, api: `/companies/${company}` };
  await Promise.all(amountsAfter(transfer).flatMap((after) => {
    const { site } = after;
    const change = (materials) => materials.map((known) =>
      (known.id === after.id && known.updatedAt <= after.updatedAt ? withAmount(known, after) : known));
    return [
      kept.change(`${place.api}/sites/${site}/materials`, change),
      changeSite(place, site, (one) => withMaterials(one, change)),
      kept.change(overviewOf(place), (overview) => {
        const stock = overview.low.flatMap(({ stocks }) => stocks).find(({ materialId }) => materialId === after.id);
        return stock ? withStock(overview, site, withAmount({ ...after, threshold: stock.threshold }, after)) : overview;
      }),
    ];
  }));
  // What is new there has more to it than its amount.
  await renew(place, transfer.toSiteId);
}

/** A material with another amount. */
export const withAmount = (material, { amount, updatedAt }) => ({ ...material, amount, updatedAt, belowThreshold: amount < material.threshold });

/** A site was finished, and its material went to the `targets`. @param {object} site as it is now. */
export async function siteFinished(company, site, targets) {
  const place = { id: company, api: `/companies/${company}` };
  kept.put(`${place.api}/sites/${site.id}`, site);
  await siteSaved(place, site);
  for (const target of targets) await renew(place, target);
}

/** Refreshes a site that is known, in the background. */
async function renew(place, id) {
  const known = await recallWhole(place, id);
  if (!known) return;
  kept.refresh(`${place.api}/sites/${id}`).then((site) => changeSite(place, id, () => site)).catch(() => {});
}

/** Asks in the background what is so, where an act that was shown wasn't recorded. @param {string} company its id */
export function askAgain(company, site) {
  const place = { id: company, api: `/companies/${company}` };
  renew(place, site);
  kept.refresh(overviewOf(place)).catch(() => {});
}

/** @param {string} company its id  @param {object} entry as coming or going or a break left it  @param {string} siteName */
export function clockSettled(company, entry, siteName) {
  return kept.change(overviewOf({ api: `/companies/${company}` }), (overview) => {
    const others = overview.present.filter(({ id }) => id !== entry.id && id !== entry.movedFrom);
    // As the overview says it.
    const breaks = entry.breaks ?? [];
    const onBreakSince = breaks.find(({ from, to }) => from && !to)?.from ?? null;
    const present = entry.checkedOutAt || entry.state === "VOID" ? others : [...others, { siteName, ...entry, onBreakSince, breakCount: breaks.length }]
      .sort((one, other) => Date.parse(one.checkedInAt) - Date.parse(other.checkedInAt));
    const count = overview.counts.present + present.length - overview.present.length;
    return { ...overview, present, counts: { ...overview.counts, present: count } };
  });
}

// The answer to a repetition is the first one again: the kept one may be newer.
const replace = (materials, fresh) =>
  materials.map((known) => (known.id === fresh.id && known.updatedAt <= fresh.updatedAt ? fresh : known));

const withMaterial = (site, fresh) => withMaterials(site, (materials) => replace(materials, fresh));

function withMaterials(site, change) {
  if (!site.material) return site;
  const material = change(site.material);
  const low = (list) => list.filter((one) => one.belowThreshold).length;
  // Only the server can count what isn't listed here.
  const warnings = site.materialInfo.warnings + low(material) - low(site.material);
  return { ...site, material, materialInfo: { ...site.materialInfo, warnings } };
}

/** Removes material that is no longer low; material that has fallen low comes with the next answer. */
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

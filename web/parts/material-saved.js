// A change of a material: sent for what was shown, and taken over by what is kept of its site.

import { api, etagOf, Problem } from "app/api.js";
import { kept } from "app/kept.js";

/** @param {{api: string}} site  @param {{id: string}} material */
export const pathOf = (site, { id }) => `${site.api}/materials/${id}`;

/**
 * Changes what was shown. A person who took from it meanwhile made another version of it too: that is no conflict as long as what the
 * form shows is as it was.
 * @param {object} of the answer that was shown, or what a list knew of it.
 * @param {(material: object) => object} texts what of it the form shows.
 */
export async function patchMaterial(site, of, changes, texts) {
  const path = pathOf(site, of);
  let known = etagOf(of) ? of : await readAgain();
  for (let tries = 1; ; tries += 1) {
    try {
      return await api.patch(path, changes, { of: known });
    } catch (problem) {
      if (problem.status !== 412 || tries === 5) throw problem;
      known = await readAgain();
    }
  }

  async function readAgain() {
    const fresh = await kept.refresh(path);
    if (JSON.stringify(texts(fresh)) !== JSON.stringify(texts(of))) throw new Problem({ status: 412, code: "stale" });
    return fresh;
  }
}

/** @param {object} list of parts/material-list.js */
export async function materialSaved(site, saved, list) {
  kept.put(pathOf(site, saved), saved);
  await change(site, (all) => all.map((one) => (one.id === saved.id ? saved : one)), 0);
  list.put(saved.id, saved);
}

/** It is new, or there again. */
export async function materialAdded(site, saved, list) {
  // Behind what comes with the site are others before it.
  await change(site, (all, { materialTruncated }) => (materialTruncated ? all : [...all, saved].sort((a, b) => (a.id < b.id ? -1 : 1))), 1);
  list.put(saved.id, saved);
}

export async function materialRemoved(site, { id }, list) {
  kept.forget(pathOf(site, { id }));
  await change(site, (all) => all.filter((one) => one.id !== id), -1);
  list.put(id, null);
}

const change = (site, changed, by) => kept.change(site.api, (known) => ({
  ...known, material: changed(known.material, known), materialInfo: { ...known.materialInfo, total: known.materialInfo.total + by },
}));

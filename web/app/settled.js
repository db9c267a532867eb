// What a write's answer changes in what is known, so that pages show it before they have asked again.

import { kept } from "app/kept.js";

/** @param {{kind: string, about: {company: string, site: string}}} entry  @param {object} answer */
export async function settle({ kind, about: { company, site } }, answer) {
  const sites = `/companies/${company}/sites`;
  if (kind === "adjust") {
    await Promise.all([
      kept.change(`${sites}/${site}/materials`, (materials) => replace(materials, answer)),
      kept.change(`${sites}/${site}`, (one) => withMaterial(one, answer)),
      kept.change(sites, (all) => all.map((one) => (one.id === site ? withMaterial(one, answer) : one))),
    ]);
  } else {
    await kept.change(`/companies/${company}/time-entries?open=true`, (open) => {
      const others = open.filter((entry) => entry.id !== answer.id);
      return answer.checkedOutAt ? others : [answer, ...others];
    });
  }
}

// The answer to a repetition is the first one again: what is known may be newer.
const replace = (materials, fresh) =>
  materials.map((known) => (known.id === fresh.id && known.updatedAt <= fresh.updatedAt ? fresh : known));

function withMaterial(site, fresh) {
  if (!site.material) return site;
  const material = replace(site.material, fresh);
  const warnings = material.filter((one) => one.belowThreshold).length;
  return { ...site, material, materialInfo: { ...site.materialInfo, warnings } };
}

// What a site has cost as a CSV file: the people with their hours, then the material with what was used of it.

import { dayOf, t } from "app/words.js";
import { saveTable } from "parts/csv.js";

/** @param {object} costs of a site, as the server answers them. */
export function saveCosts(costs) {
  const name = costs.siteName.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  saveTable(`${[t("costs.title").toLowerCase(), name, costs.to ?? dayOf()].filter(Boolean).join("-")}.csv`, costLines(costs));
}

const names = ["kind", "name", "unit", "price", "taken", "scrapped", "counted", "used", "cost"];

/** @returns {(string | number | null)[][]} */
export function costLines({ people, materials, erasedMinutes = 0 }) {
  const hours = t("costs.kinds.hours");
  const material = t("costs.kinds.material");
  return [
    names.map((name) => t(`costs.columns.${name}`)),
    ...[...people, ...(erasedMinutes ? [{ userName: t("costs.erased"), minutes: erasedMinutes }] : [])].map(({ userName, minutes }) =>
      [hours, userName, "h", null, null, null, null, Math.round(minutes / 0.6) / 100, null]),
    ...materials.map((one) => [
      material, one.materialName, one.unit, one.price, one.taken, one.scrapped, one.counted, one.used, one.cost,
    ]),
  ];
}

// How a material's stock went over the last 30 days, as a line that steps down where something was taken; and the same in words.

import { nextOf } from "app/api.js";
import { html, svg } from "app/html.js";
import { now } from "app/now.js";
import { amount, t } from "app/words.js";

const days = 30;
const width = 300;
const height = 60;

/**
 * @param {{amount: number, threshold: number, unit: string}} material
 * @param {object[]} movements its latest, the newest first, as the server gave them
 * @param {{isLarge?: boolean}} options with a scale
 */
export function stockChart(material, movements, { isLarge = false } = {}) {
  const course = courseOf(material, movements);
  const top = Math.max(material.threshold * 1.25, ...course.points.map((point) => point.amount)) || 1;
  const x = (at) => (((at - course.from) / (course.to - course.from)) * width).toFixed(1);
  const y = (value) => (height - 1 - (value / top) * (height - 4)).toFixed(1);
  const line = course.points.map((point, i) => (i ? `H${x(point.at)}V${y(point.amount)}` : `M${x(point.at)} ${y(point.amount)}`)).join("");
  const drawing = html`
    <svg class="chart" viewBox="0 0 300 60" preserveAspectRatio="none" role="img" aria-label=${inWords(material, course)}>
      <path class="chart-area" d=${`${line}V${height}H${x(course.points[0].at)}Z`}></path>
      ${material.threshold > 0 && svg`<path class="chart-minimum" d=${`M0 ${y(material.threshold)}H${width}`}></path>`}
      <path class="chart-line" d=${line}></path>
    </svg>`;
  if (!isLarge) return drawing;
  return html`
    <figure class="chart-figure">
      ${drawing}
      <figcaption class="chart-scale"><span>${t("material.daysAgo", { count: days })}</span><span>${t("material.today")}</span></figcaption>
      <p class="row-sub">${inWords(material, course)}</p>
    </figure>`;
}

function courseOf(material, movements) {
  const to = now();
  const from = to - days * 86_400_000;
  // What was recorded in another unit is no stock of this one: the course begins where the amount was converted.
  const converted = movements.findIndex(({ kind }) => kind === "EDIT");
  const ofUnit = converted < 0 ? movements : movements.slice(0, converted);
  const byTime = ofUnit.map(({ delta, kind, at }) => ({ delta, kind, at: Date.parse(at) })).sort((a, b) => b.at - a.at);
  const recent = byTime.filter(({ at }) => at > from);
  const points = [{ at: to, amount: material.amount }];
  let left = material.amount;
  for (const { at, delta } of recent) {
    points.unshift({ at, amount: left });
    left = Math.max(0, rounded(left - delta));
  }
  // Before the first movement there was no material; before the last one that is known, nothing is.
  const isWhole = recent.length < byTime.length;
  const begun = converted < 0 ? from : Math.max(from, Date.parse(movements[converted].at));
  if (isWhole || !recent.length || converted >= 0) points.unshift({ at: Math.min(begun, points[0].at), amount: left });
  // A count doesn't say who took it.
  const moved = recent.filter(({ kind }) => kind !== "COUNT");
  // What was taken back is recorded as what it was, with the other sign.
  const isTaken = ({ kind, delta }) => (kind === "TAKE" || kind === "ADD" ? kind === "TAKE" : delta < 0);
  const sum = (isWanted) => Math.abs(rounded(moved.filter(isWanted).reduce((all, { delta }) => all + delta, 0)));
  // Older ones of these days are on the list's next page.
  const isAll = isWhole || converted >= 0 || !nextOf(movements);
  return {
    from, to, points, isAll, isConverted: converted >= 0 && Date.parse(movements[converted].at) > from,
    taken: sum(isTaken), added: sum((one) => !isTaken(one)), isCounted: moved.length < recent.length,
  };
}

const rounded = (value) => Math.round(value * 1000) / 1000;

function inWords({ unit }, { isAll, isConverted, taken, added, isCounted }) {
  if (!taken && !added) return t(isConverted ? "material.chartConverted" : isCounted ? "material.chartCounted" : "material.chartStill");
  const sums = { taken: amount(taken, unit), added: amount(added, unit) };
  const words = t(!added ? "material.chartTaken" : !taken ? "material.chartAdded" : "material.chart", sums);
  if (isConverted) return t("material.chartSince", { words });
  return isAll ? words : t("material.chartAtLeast", { words });
}

// A week or a month, and the way to the one before and after.

import { html } from "app/html.js";
import { day, dayOf, t } from "app/words.js";
import { addDays, mondayOf, monthOf, weekOf } from "app/zone.js";
import { icon } from "parts/icon.js";

/**
 * @param {() => void} changed runs when it is another one.
 * @param {URLSearchParams} query of the address, which may name one as `query` gives it.
 */
export function createPeriod(changed, query) {
  let kind = query.get("by") === "month" ? "month" : "week";
  const period = {
    /** Its first day, and the first one after it. */
    from: null,
    until: null,
    has: (one) => one >= period.from && one < period.until,
    /** What names it in an address; nothing for this week. */
    get query() {
      return { ...(kind === "month" && { by: "month" }), ...(!period.has(dayOf()) && { from: period.from }) };
    },
    /** The days of a week; null for a month. */
    get days() {
      return kind === "week" ? Array.from({ length: 7 }, (_, i) => addDays(period.from, i)) : null;
    },
    get name() {
      if (kind === "month") return day(period.from, "month");
      return t("hours.weekName", { week: String(weekOf(period.from)), from: day(period.from, "short"), to: day(addDays(period.until, -1), "short") });
    },
    view: () => html`
      <div class="period" role="group" aria-label=${t("hours.period")}>
        <div class="segments">${["week", "month"].map((one) => html`
          <button type="button" class="segment" aria-pressed=${String(kind === one)} @click=${() => choose(one)}>${t(`hours.kinds.${one}`)}</button>`)}</div>
        <div class="period-line">
          <button type="button" class="button is-icon" aria-label=${t("hours.earlier")} @click=${() => move(-1)}>${icon("back")}</button>
          <span class="period-name" aria-live="polite">${period.name}</span>
          <button type="button" class="button is-icon" aria-label=${t("hours.later")} ?disabled=${period.until > dayOf()}
            @click=${() => move(1)}>${icon("forward")}</button>
        </div>
      </div>`,
  };
  const wanted = query.get("from");
  place(/^20\d\d-\d\d-\d\d$/.test(wanted) && wanted < dayOf() && !Number.isNaN(Date.parse(wanted)) ? wanted : dayOf());
  return period;

  function place(one) {
    if (kind === "week") [period.from, period.until] = [mondayOf(one), addDays(mondayOf(one), 7)];
    else Object.assign(period, (({ from, until }) => ({ from, until }))(monthOf(one)));
  }

  function choose(next) {
    if (next === kind) return;
    kind = next;
    // Today, where one comes from the present.
    place(period.has(dayOf()) ? dayOf() : period.from);
    changed();
  }

  function move(direction) {
    place(direction > 0 ? period.until : addDays(period.from, -1));
    changed();
  }
}

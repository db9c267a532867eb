// What a site has cost: each person's hours beside the material that was used, by price. For paper and spreadsheets too.

import { html, keyed } from "app/html.js";
import { fail } from "app/live.js";
import { importModule } from "app/modules.js";
import { amount, byName, day, dayRange, duration, euro, t } from "app/words.js";
import { avatar } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead, section, whyMissing } from "parts/pieces.js";

const isDay = (text) => /^20\d\d-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(text));

export default function siteCosts(page) {
  const path = `/sites/${page.params.siteId}`;
  const period = { from: "", to: "" };
  for (const name of Object.keys(period)) if (isDay(page.query.get(name))) period[name] = page.query.get(name);
  // For its name and address, also where the costs can't be had.
  page.read({ site: page.company.api + path }, { optional: true });
  read();

  function read() {
    const query = new URLSearchParams(Object.entries(period).filter(([, one]) => one));
    page.data.costs = undefined;
    delete page.problems.costs;
    page.read({ costs: `${page.company.api}${path}/costs${query.size ? `?${query}` : ""}` }, { optional: true });
    page.update();
  }

  function choose(name, { target: { value } }) {
    if (value && !isDay(value)) return;
    period[name] = value;
    const query = new URLSearchParams(Object.entries(period).filter(([, one]) => one));
    history.replaceState(history.state, "", page.path + (query.size ? `?${query}` : ""));
    read();
  }

  return () => {
    const { costs, site } = page.data;
    const { costs: problem } = page.problems;
    const name = costs?.siteName ?? site?.name;
    return html`
      <div class="costs">
        ${pageHead({
          title: t("costs.title"), lead: name && html`${name}<span class="costs-when">${whenOf(costs)}</span>`,
          back: { href: page.link(path), label: name ?? t("sites.title") },
        })}
        <div class="costs-period" role="group" aria-label=${t("hours.period")}>
          ${["from", "to"].map((end) => html`
            <div class="field">
              <label for=${`costs-${end}`}>${t(`costs.${end}`)}</label>
              <div class="input"><input id=${`costs-${end}`} type="date" value=${period[end]} @change=${(event) => choose(end, event)}></div>
            </div>`)}
        </div>
        ${costs ? content(costs) : problem ? html`<p class="hint">${whyMissing(problem, "costs.notKept")}</p>` : html`<div class="hours-wait"></div>`}
      </div>`;
  };
}

function whenOf(costs) {
  const { from, to } = costs ?? {};
  if (from && to) return dayRange(from, to);
  if (from) return t("costs.since", { day: day(from) });
  return to ? t("costs.until", { day: day(to) }) : "";
}

function content(costs) {
  // A server that came before keeps no sum of what was erased.
  const { minutes, people, materials, total, unpriced, truncated, erasedMinutes = 0 } = costs;
  if (!people.length && !materials.length && erasedMinutes === 0) return emptyState({ icon: "material", title: t("costs.none"), text: t("costs.noneText") });
  // Without a single price the sum isn't nothing, but unknown: the line below says why.
  const isKnown = unpriced === 0 || total !== 0 || materials.some(({ cost }) => cost !== null);
  return html`
    <ul class="tiles costs-tiles">
      <li class="tile"><span class="tile-number">${duration(minutes)}</span><span class="tile-label">${t("costs.hours")}</span></li>
      <li class="tile"><span class="tile-number">${isKnown ? euro(total) : "–"}</span><span class="tile-label">${t("costs.material")}</span></li>
    </ul>
    ${unpriced > 0 && html`<p class="hint costs-unpriced">${icon("warning")}<span>${t("costs.unpriced", { count: unpriced })}</span></p>`}
    ${truncated && html`<p class="hint">${t("costs.truncated")}</p>`}
    <div class="columns">
      ${section({
        title: t("costs.hours"), content: people.length || erasedMinutes !== 0 ? html`
          <ul class="list">
            ${people.toSorted((a, b) => byName(a.userName, b.userName)).map((one) => keyed(one.userId, html`
              <li class="row">${avatar(one.userName)}<div class="row-text"><p class="row-title">${one.userName}</p></div>
                <div class="row-amount"><span class="row-number">${duration(one.minutes)}</span></div></li>`))}
            ${erasedMinutes > 0 && html`
              <li class="row"><div class="row-text"><p class="row-title">${t("costs.erased")}</p></div>
                <div class="row-amount"><span class="row-number">${duration(erasedMinutes)}</span></div></li>`}
          </ul>
          ${erasedMinutes === null && html`<p class="hint">${t("costs.erasedUnknown")}</p>`}` : html`<p class="hint">${t("costs.noHours")}</p>`,
      })}
      ${section({
        title: t("costs.material"), content: materials.length ? html`
          <ul class="list">${materials.map((one) => keyed(`${one.materialId} ${one.unit} ${one.price}`, materialRow(one)))}</ul>`
          : html`<p class="hint">${t("costs.noMaterial")}</p>`,
      })}
    </div>
    <div class="actions">
      <button type="button" class="button" @click=${() => save(costs).catch(fail)}>${icon("download")}${t("hours.export")}</button>
      <button type="button" class="button" @click=${() => print()}>${icon("print")}${t("costs.print")}</button>
    </div>`;
}

function materialRow({ materialName, unit, price, scrapped, counted, used, cost }) {
  const parts = [
    scrapped !== 0 && t("costs.scrapped", { amount: amount(scrapped, unit) }),
    counted > 0 && t("costs.missing", { amount: amount(counted, unit) }),
    counted < 0 && t("costs.surplus", { amount: amount(-counted, unit) }),
  ].filter(Boolean);
  return html`
    <li class="row">
      <div class="row-text">
        <p class="row-title">${materialName}</p>
        <p class="row-sub">${price === null ? amount(used, unit) : t("costs.times", { amount: amount(used, unit), price: euro(price) })}</p>
        ${parts.length > 0 && html`<p class="row-sub">${parts.join(", ")}</p>`}
      </div>
      <div class="row-amount"><span class="row-number ${cost === null && "is-none"}">${cost === null ? t("costs.noPrice") : euro(cost)}</span></div>
    </li>`;
}

async function save(costs) {
  const { saveCosts } = await importModule(() => import("parts/costs-export.js"));
  saveCosts(costs);
}

// The materials of a site, made for thumbs: minus and plus, and the amount between them opens the number pad.

import { kept } from "app/kept.js";
import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { now } from "app/now.js";
import { queue } from "app/queue.js";
import { amount, day, nearDay, number, signed, t } from "app/words.js";
import "parts/hold-button.js";
import { icon } from "parts/icon.js";
import { emptyState } from "parts/pieces.js";
import { createMaterialList } from "parts/material-list.js";
import { createPlaces } from "parts/movement.js";
import { searchField } from "parts/search-field.js";
import { stockBar } from "parts/stock.js";
import { stockChart } from "parts/stock-chart.js";
import { createTally } from "parts/tally.js";
import "parts/when-seen.js";

const searchedFrom = 9;
/** A dozen cards are used without opening any: more are lines. */
const compactFrom = 13;
/** So few are shown whole at once. */
const few = 3;

export default function siteMaterials(page, site) {
  const tally = createTally(page, site.id);
  const list = createMaterialList(page, site);
  const places = createPlaces(page);
  /** On a site whose work is done, nothing runs low. */
  const isWanted = () => page.data.site.status !== "FINISHED";
  const isClosed = () => Boolean(page.data.site.removedAt);
  const mayAdd = () => may.changeMaterials() && !isClosed();
  const mayAdjust = () => may.adjustMaterials() && !isClosed();
  // Of many each opens with a tap.
  const opened = new Set();
  const turn = (id, { currentTarget }) => {
    const [all, item] = [currentTarget.closest("ul"), currentTarget.closest("li")];
    const at = [...all.children].indexOf(item);
    if (!opened.delete(id)) opened.add(id);
    page.update();
    // The line and the card are two things: the focus stays with the material.
    setTimeout(() => all.children[at]?.querySelector("button").focus({ preventScroll: true }));
  };

  const movementsPath = ({ id }) => `${site.api}/materials/${id}/movements?limit=100`;

  // By material, the state that its movements were asked for in: another one, made by anyone, has movements that aren't here.
  const asked = new Map();
  function movementsOf(material) {
    const [path, before] = [movementsPath(material), asked.get(material.id)];
    if (before && before !== material.updatedAt) {
      kept.refresh(path, { signal: page.signal }).catch(() => asked.set(material.id, before));
    }
    if (page.data[material.id]) asked.set(material.id, material.updatedAt);
    return page.data[material.id];
  }

  return () => {
    const { count, shown } = list;
    if (!count) return html`${arriving()}${nothingYet()}${removedOnes()}`;
    const isCompact = count >= compactFrom && shown.length > few;
    return html`
      <h2 class="visually-hidden">${t("site.tabs.materials")}</h2>
      ${arriving()}
      ${count >= searchedFrom && searchField({ label: t("material.search"), value: list.wanted, onInput: list.search })}
      <ul class="materials ${isCompact && "is-compact"}">
        ${shown.map((material) => keyed(material.id, isCompact && !opened.has(material.id) ? line(material) : card(material, isCompact)))}
        ${mayAdd() && html`
          <li><button type="button" class="material-new" @click=${add}>${icon("add")}${t("material.new")}</button></li>`}
      </ul>
      ${list.button()}
      ${!shown.length && !list.isBusy && emptyState({ icon: "search", title: t("material.noMatch") })}
      ${removedOnes()}`;
  };

  /** The way to the materials that were removed. */
  function removedOnes() {
    return may.seeArchive() && html`
      <p class="archive-link"><button type="button" class="link" @click=${openRemoved}>${t("material.removedTitle")}</button></p>`;
  }

  /** What others of the phone's acts will bring, and isn't listed here yet. */
  function arriving() {
    const all = queue.arrivingAt(site.id);
    return all.length > 0 && html`
      <p class="material-waiting arriving">${icon("clock")}<span>${t("move.arriving", {
        what: all.map((one) => `${amount(one.amount, one.unit)} ${one.name}`).join(", "),
      })}</span></p>`;
  }

  function line(material) {
    const left = tally.left(material);
    const isLow = isWanted() && left < material.threshold;
    return html`
      <li class="material-line ${isLow && "is-low"}">
        <button type="button" class="material-open" aria-expanded="false" @click=${(event) => turn(material.id, event)}>
          <span class="material-title">${material.name}</span>
          <span class="material-left">${amount(left, material.unit)}</span>
          ${icon("forward")}</button>
      </li>`;
  }

  function card(material, isCompact) {
    const moving = tally.moving(material);
    const waiting = tally.waiting(material);
    const left = tally.left(material);
    const isUnkept = tally.isUnkept(material);
    const seen = movementsOf(material);
    const shown = { ...material, amount: moving ? left : material.amount };
    shown.belowThreshold = isWanted() && shown.amount < material.threshold;
    return html`
      <li class="card material ${shown.belowThreshold && "is-low"}">
        <h3><button type="button" class="material-name" @click=${() => open(material)}>
          <span>${material.name}</span>${icon("forward")}</button>
          ${isCompact && html`<button type="button" class="button is-icon fold" aria-expanded="true" aria-label=${t("material.fold", { name: material.name })}
            @click=${(event) => turn(material.id, event)}>${icon("forward")}</button>`}</h3>
        ${mayAdjust() ? stepper(material, shown, moving, left) : html`<p class="well">${amountOf(shown)}</p>`}
        ${waiting !== 0 && html`
          <p class="material-waiting">${icon(isUnkept ? "warning" : "clock")}<span>${t(isUnkept ? "material.unkept" : "material.waiting", {
            delta: signed(waiting), amount: amount(left, material.unit),
          })}</span></p>`}
        ${stockBar(shown)}
        <when-seen class="material-foot" @seen=${() => page.read({ [material.id]: movementsPath(material) }, { optional: true })}>
          <div class="material-notes">
            <p class="material-minimum">${shown.belowThreshold && html`<b>${t("material.low")}</b>, `}${material.threshold > 0
              ? t("material.ofMinimum", { amount: amount(material.threshold, material.unit) }) : t("material.noMinimum")}</p>
            <p>${seen?.[0] && t("material.last", { delta: signed(seen[0].delta), name: seen[0].userName.split(" ")[0], day: when(seen[0].at) })}</p>
          </div>
          ${seen && stockChart(material, seen)}
        </when-seen>
      </li>`;
  }

  function stepper(material, shown, moving, left) {
    return html`
      <div class="stepper ${moving && "is-moving"}" role="group" aria-label=${material.name}>
        <hold-button @step=${() => tally.step(material, -1)}>
          <button type="button" class="step is-take" aria-label=${t("material.takeOne", { unit: material.unit })}
            aria-disabled=${left > 0 ? null : "true"}>${icon("take")}</button></hold-button>
        <button type="button" class="well" aria-label=${t("material.enter", { amount: amount(shown.amount, material.unit) })}
          @click=${() => enter(material)}>
          ${amountOf(shown)}
          ${moving !== 0 && html`<span class="well-move">${signed(moving)}</span>`}</button>
        <hold-button @step=${() => tally.step(material, 1)}>
          <button type="button" class="step is-add" aria-label=${t("material.addOne", { unit: material.unit })}>${icon("add")}</button></hold-button>
      </div>`;
  }

  function nothingYet() {
    return emptyState({
      icon: "material",
      title: t("material.none"),
      text: !isClosed() && t(!may.changeMaterials() ? "material.noneTextCrew" : page.data.site.kind === "DEPOT" ? "material.noneTextDepot" : "material.noneText"),
      action: mayAdd() && html`
        <button type="button" class="button is-primary" @click=${add}>${icon("add")}${t("material.new")}</button>`,
    });
  }

  async function enter(material, added) {
    const { enterAmount } = await importModule(() => import("parts/number-pad.js"));
    await enterAmount(material, {
      left: tally.left(material),
      draft: `amount:${material.id}`,
      added,
      take: (delta, note) => tally.send(material, delta, note, { isTyped: true }),
    });
  }

  async function add() {
    const { editMaterial } = await importModule(() => import("parts/material-form.js"));
    await editMaterial(site, undefined, list, enter);
  }

  async function open(material) {
    const { openMaterial } = await importModule(() => import("parts/material-sheet.js"));
    await openMaterial(material, { site, movementsPath: movementsPath(material), list, isClosed: isClosed(), places });
  }

  async function openRemoved() {
    const { chooseRemoved } = await importModule(() => import("parts/material-archive.js"));
    const material = await chooseRemoved(site);
    if (material) await open(material);
  }
}

/** heute, gestern, 22.11. */
const when = (at) => (now() - Date.parse(at) < 36 * 3_600_000 ? nearDay(at) : day(at, "short"));

function amountOf(material) {
  const text = number(material.amount);
  return html`<span class="well-number" --length=${text.length}>${text}</span> <span class="well-unit">${material.unit}</span>`;
}

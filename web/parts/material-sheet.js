// A material as a sheet: its last 30 days, and who took what when, page by page. One that was removed can be put back.

import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { fail } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { amount, day, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { movementRow } from "parts/movement.js";
import { createPaged } from "parts/paged.js";
import { stockBar } from "parts/stock.js";
import { stockChart } from "parts/stock-chart.js";

/**
 * @param {object} opened as it was then.
 * @param {{site: {id: string, api: string, link: string}, movementsPath: string, list: object, isClosed?: boolean, places: object}} place `list` of
 *   parts/material-list.js, `places` of parts/movement.js; `isClosed`: the site was removed.
 */
export async function openMaterial(opened, { site, movementsPath, list, isClosed = false, places }) {
  // Others take from it while one looks.
  const current = () => kept.peek(site.api)?.value.material.find(({ id }) => id === opened.id) ?? list.known(opened.id) ?? opened;
  let host = null;
  let paged = null;

  function start(dialog) {
    host = { data: {}, signal: dialog.signal, update: () => dialog.update() };
    paged = createPaged(/** @type {any} */ (host), "movements");
    const use = (answer) => { host.data.movements = answer; dialog.update(); };
    kept.recall(movementsPath).then((entry) => entry && !host.data.movements && use(entry.value));
    kept.watch(movementsPath, use, dialog.signal);
    kept.refresh(movementsPath, { signal: dialog.signal }).catch((problem) => host.data.movements || fail(problem));
    kept.watch(site.api, () => dialog.update(), dialog.signal);
    kept.refresh(site.api, { signal: dialog.signal }).catch(() => {});
    places.onChange(() => dialog.update(), dialog.signal);
  }

  const wish = await openDialog({
    title: opened.name,
    view(dialog) {
      if (!host) start(dialog);
      const material = current();
      const newest = host.data.movements;
      const movements = newest ? paged.items : [];
      return html`
        <div class="sheet-stock">
          <p class="sheet-amount ${material.belowThreshold && "is-low"}">${amount(material.amount, material.unit)}</p>
          ${material.threshold > 0 && html`
            <p class="row-sub">${t("material.ofMinimum", { amount: amount(material.threshold, material.unit) })}</p>`}
        </div>
        ${!material.removedAt && stockBar(material)}
        ${!material.removedAt && newest && stockChart(material, newest, { isLarge: true })}
        ${material.removedAt && html`<p class="notice">${icon("remove")}<span>${t("archive.removedOn", { day: day(material.removedAt) })}</span></p>`}
        ${may.changeMaterials() && !isClosed && html`
          <div class="actions">
            ${material.removedAt
              ? html`<button type="button" class="button is-primary" @click=${() => dialog.close("restore")}>${icon("undo")}${t("archive.restore")}</button>`
              : html`
                <button type="button" class="button" @click=${() => dialog.close("count")}>${icon("check")}${t("material.count")}</button>
                <button type="button" class="button" @click=${() => dialog.close("edit")}>${icon("edit")}${t("action.edit")}</button>`}
          </div>`}
        <h3>${t("material.movements")}</h3>
        ${newest && !movements.length && html`<p>${t("material.noMovements")}</p>`}
        ${movements.length > 0 && html`
          <ul class="list">${movements.map((movement) => keyed(movement.id, movementRow(movement, { material, places })))}</ul>`}
        ${newest && paged.button()}`;
    },
  });
  if (wish === "edit") await (await importModule(() => import("parts/material-form.js"))).editMaterial(site, current(), list);
  if (wish === "count") await (await importModule(() => import("parts/count-material.js"))).countMaterial(site, current(), list);
  if (wish === "restore") await (await importModule(() => import("parts/material-archive.js"))).restoreMaterial(site, opened, list);
}

// A material as a sheet: its last 30 days, and who took what when, page by page.

import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { fail } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { amount, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { movementRow } from "parts/movement.js";
import { createPaged } from "parts/paged.js";
import { stockBar } from "parts/stock.js";
import { stockChart } from "parts/stock-chart.js";

/**
 * @param {object} opened as it was then.
 * @param {{site: {id: string, api: string}, movementsPath: string, list: object}} place `list` of parts/material-list.js
 */
export async function openMaterial(opened, { site, movementsPath, list }) {
  // Others take from it while one looks.
  const current = () => kept.peek(site.api)?.value.material.find(({ id }) => id === opened.id) ?? list.known(opened.id) ?? opened;
  let host = null;
  let paged = null;

  function start(dialog) {
    host = { data: {}, signal: dialog.signal, update: () => dialog.update() };
    paged = createPaged(host, "movements");
    const use = (answer) => { host.data.movements = answer; dialog.update(); };
    kept.recall(movementsPath).then((entry) => entry && !host.data.movements && use(entry.value));
    kept.watch(movementsPath, use, dialog.signal);
    kept.refresh(movementsPath, { signal: dialog.signal }).catch((problem) => host.data.movements || fail(problem));
    kept.watch(site.api, () => dialog.update(), dialog.signal);
    kept.refresh(site.api, { signal: dialog.signal }).catch(() => {});
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
        ${stockBar(material)}
        ${newest && stockChart(material, newest, { isLarge: true })}
        ${may.changeMaterials() && html`
          <div class="actions">
            <button type="button" class="button" @click=${() => dialog.close("edit")}>${icon("edit")}${t("action.edit")}</button>
          </div>`}
        <h3>${t("material.movements")}</h3>
        ${newest && !movements.length && html`<p>${t("material.noMovements")}</p>`}
        ${movements.length > 0 && html`
          <ul class="list">${movements.map((movement) => keyed(movement.id, movementRow(movement, material.unit)))}</ul>`}
        ${newest && paged.button()}`;
    },
  });
  if (wish !== "edit") return;
  const { editMaterial } = await importModule(() => import("parts/material-form.js"));
  await editMaterial(site, current(), list);
}

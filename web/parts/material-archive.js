// The materials that were removed from a site: what became of each, and the way back.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { amount, day, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { materialAdded, pathOf } from "parts/material-saved.js";
import { createPaged } from "parts/paged.js";
import { whyMissing } from "parts/pieces.js";

const atOnce = 50;

/** @param {{id: string, api: string}} site  @returns {Promise<object | undefined>} the one that was chosen, to be looked at. */
export function chooseRemoved(site) {
  const path = `${site.api}/materials?status=REMOVED&limit=${atOnce}`;
  let host = null;
  let paged = null;
  let problem = null;

  function start(dialog) {
    host = { data: {}, signal: dialog.signal, update: () => dialog.update() };
    paged = createPaged(/** @type {any} */ (host), "removed");
    const use = (answer) => { host.data.removed = answer; dialog.update(); };
    kept.recall(path).then((entry) => entry && !host.data.removed && use(entry.value));
    kept.watch(path, use, dialog.signal);
    kept.refresh(path, { signal: dialog.signal }).catch((error) => {
      problem = error;
      dialog.update();
    });
  }

  return openDialog({
    title: t("material.removedTitle"),
    view(dialog) {
      if (!host) start(dialog);
      if (!host.data.removed) return problem && html`<p>${whyMissing(problem, "material.removedNotKept")}</p>`;
      const { items } = paged;
      if (!items.length) return html`<p>${t("material.removedNone")}</p>`;
      return html`
        <ul class="list">${items.map((material) => keyed(material.id, html`
          <li class="row is-link">
            <div class="row-text">
              <button type="button" class="row-title row-button stretched" @click=${() => dialog.close(material)}>${material.name}</button>
              <p class="row-sub">${removedRemark(material)}</p>
            </div>
            <span class="row-arrow">${icon("forward")}</span>
          </li>`))}</ul>
        ${paged.button()}`;
    },
  });
}

/** When it was removed, and what was left of it then. */
const removedRemark = ({ removedAt, amount: left, unit }) => [
  t("archive.removedOn", { day: day(removedAt) }), left > 0 && t("material.removedLeft", { amount: amount(left, unit) }),
].filter(Boolean).join(" · ");

/** Puts one back; under another name where the site has one of its name by now. @param {object} list of parts/material-list.js */
export async function restoreMaterial(site, material, list) {
  const path = `${pathOf(site, material)}/restore`;
  try {
    await restored(await api.post(path, {}));
  } catch (problem) {
    if (problem.code === "material-name-taken") await restoreAs(problem);
    else fail(problem);
  }

  async function restored(saved) {
    await materialAdded(site, saved, list);
    toast(t("material.restored", { name: saved.name }));
  }

  function restoreAs(problem) {
    let form = null;
    return openDialog({
      title: t("material.restoreTitle", { name: material.name }),
      view(dialog) {
        if (!form) {
          form = createForm(dialog, {
            send: ({ name }, { key }) => api.post(path, { name }, { key }).catch((again) => {
              form.refuse(again, { "material-name-taken": "name" });
              throw again;
            }),
            async done(saved) {
              dialog.close();
              await restored(saved);
            },
          });
          form.refuse(problem, { "material-name-taken": "name" });
        }
        return formView(form, textField(form, {
          name: "name", label: t("material.restoreName"), hint: t("material.restoreNameHint"), value: material.name, maxlength: 200, autofocus: true,
        }), { submit: t("archive.restore") });
      },
    });
  }
}

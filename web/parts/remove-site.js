// Before a site is removed: what is left there, and the way to move it first. Afterwards it is in the archive, and can be put back.

import { api } from "app/api.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { siteRemoved, siteSaved } from "app/sites.js";
import { amount, moment, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";

/** How much of what is left is listed. */
const most = 6;

/**
 * @param {{name: string, material: object[], materialInfo: {total: number}, materialTruncated: boolean}} site
 * @param {{userName: string, checkedInAt: string}[]} present who is checked in there now
 * @returns {Promise<"remove" | "move" | undefined>}
 */
export function askToRemove(site, present) {
  const left = site.material.filter((one) => one.amount > 0);
  const more = Math.max(0, left.length - most);
  return openDialog({
    title: t("site.edit.removeTitle", { name: site.name }),
    view: (dialog) => html`
      ${left.length > 0 && html`
        <p>${t("site.edit.removeLeft")}</p>
        <ul class="left">
          ${left.slice(0, most).map(({ name, unit, amount: value }) => html`<li>${amount(value, unit)} ${name}</li>`)}
          ${more > 0 && html`<li>${t(site.materialTruncated ? "site.edit.removeLeftAtLeast" : "site.edit.removeLeftMore", { count: more })}</li>`}
        </ul>`}
      ${present.length > 0 && html`
        <p>${t("site.edit.removePresent")}</p>
        <ul class="left">${present.map(({ userName, checkedInAt }) => html`
          <li>${t("site.edit.removeSince", { name: userName, moment: moment(checkedInAt) })}</li>`)}</ul>`}
      <p>${t("site.edit.removeText")}</p>
      <div class="actions">
        ${left.length > 0 && html`
          <button type="button" class="button is-primary" autofocus @click=${() => dialog.close("move")}>${t("site.edit.removeMove")}</button>`}
        <button type="button" class="button is-danger" @click=${() => dialog.close("remove")}>${t("site.edit.remove")}</button>
        <button type="button" class="button" ?autofocus=${!left.length} @click=${() => dialog.close()}>${t("action.cancel")}</button>
      </div>`,
  });
}

/** Removes what was shown: another person's change is shown before. @param {import("app/page.js").Page} page  @param {object} site */
export async function removeSite(page, site) {
  const path = `${page.company.api}/sites/${site.id}`;
  await api.delete(path, { of: site });
  kept.forget(path);
  await siteRemoved(page.company, site.id);
  toast(t("site.edit.removed", { name: site.name }));
}

/** @param {import("app/page.js").Page} page  @param {{id: string}} site  @returns {Promise<boolean>} whether it is there again. */
export async function restoreSite(page, { id }) {
  const path = `${page.company.api}/sites/${id}`;
  try {
    const saved = await api.post(`${path}/restore`, {});
    kept.put(path, saved);
    await siteSaved(page.company, saved);
    toast(t("archive.siteRestored", { name: saved.name }));
    return true;
  } catch (problem) {
    fail(problem);
    return false;
  }
}

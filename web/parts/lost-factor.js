// A person's second factors on their page, for who may reset them.

import { api } from "app/api.js";
import { html } from "app/html.js";
import { fail, toast } from "app/live.js";
import { t, useWords } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { ask } from "parts/dialog.js";

/**
 * @param {import("app/page.js").Page} page  @param {string} path of the person at the server.
 * @returns {Promise<(person: object) => unknown>} a row with the way out, if the person has a factor.
 */
export async function createLostFactor(page, path) {
  await useWords("factors");
  page.read({ factors: `${path}/factors` }, { optional: true });

  async function reset(person) {
    const name = nameOf(person);
    if (!(await ask({
      title: t("factor.resetTitle", { name }), text: t("factor.resetWarning", { name }), confirm: t("factor.reset"), isDanger: true,
    }))) return;
    await api.delete(`${path}/factors`);
    toast(t("factor.resetDone", { name }));
    await page.refresh();
  }

  return (person) => page.data.factors?.length > 0 && html`
    <li class="row deed">
      <p class="row-text">${t("factor.resetText")}</p>
      <button type="button" class="button" @click=${() => reset(person).catch(fail)}>${t("factor.reset")}</button>
    </li>`;
}

// The materials of a site, a page at a time. The site comes with the first few hundred; if it has more, they are requested
// page by page or by search.

import { api, nextOf } from "app/api.js";
import { html } from "app/html.js";
import { fail } from "app/live.js";
import { queue } from "app/queue.js";
import { amountsAfter, withAmount } from "app/sites.js";
import { t } from "app/words.js";
import { matches, searchQuery } from "parts/search-field.js";

const atOnce = 60;
/** Milliseconds after the last letter. */
const rest = 250;

/** @param {import("app/page.js").Page} page whose data has `site`  @param {{api: string}} site */
export function createMaterialList(page, site) {
  let wanted = "";
  let most = atOnce;
  let timer = 0;
  let asked = 0;
  let isBusy = false;
  // What didn't come with the site, and by what was searched for where it goes on.
  const more = new Map();
  const nexts = new Map();
  queue.onChange(({ entry, answer }) => {
    if (answer && entry.kind === "adjust" && more.has(answer.id)) more.set(answer.id, answer);
    for (const after of answer && entry.kind === "transfer" ? amountsAfter(answer) : []) {
      if (more.has(after.id)) more.set(after.id, withAmount(more.get(after.id), after));
    }
  }, page.signal);

  const hasMore = () => page.data.site.materialInfo.total > page.data.site.material.length;

  function all() {
    const { material } = page.data.site;
    if (!more.size) return material;
    const ids = new Set(material.map(({ id }) => id));
    return [...material, ...[...more.values()].filter(({ id }) => !ids.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1))];
  }
  const found = () => all().filter((one) => matches(wanted, one.name));

  /** The path of what comes next; null where all is here. */
  function next() {
    if (!hasMore()) return null;
    if (nexts.has(wanted)) return nexts.get(wanted);
    const path = `${site.api}/materials?`;
    if (wanted.trim()) return path + searchQuery(wanted, { limit: String(atOnce) });
    const last = page.data.site.material.at(-1);
    return `${path}limit=${atOnce}${last ? `&cursor=${last.id}` : ""}`;
  }

  async function ask() {
    const [text, path] = [wanted, next()];
    if (!path) return;
    const turn = (asked += 1);
    isBusy = true;
    page.update();
    try {
      const materials = await api.get(path, { signal: page.signal });
      for (const one of materials) more.set(one.id, one);
      nexts.set(text, nextOf(materials));
    } catch (problem) {
      // Without a signal what is here can be searched all the same.
      if (problem.status !== 0) fail(problem);
    }
    if (turn === asked) isBusy = false;
    page.update();
  }

  return {
    get wanted() { return wanted; },
    get isBusy() { return isBusy; },
    /** All that is known by now, and whether that is everything. */
    get all() { return all(); },
    get isWhole() { return !hasMore(); },
    get count() { return Math.max(page.data.site.materialInfo.total, page.data.site.material.length); },
    get shown() { return found().slice(0, most); },
    /** As it is known by now; undefined where it came with the site. */
    known: (id) => more.get(id),

    /** Takes over what was changed of one that didn't come with the site; null where it was removed. */
    put(id, material) {
      if (!more.has(id) && !page.data.site.materialTruncated) return;
      if (material) more.set(id, material);
      else more.delete(id);
      page.update();
    },

    search(text) {
      wanted = text;
      most = atOnce;
      clearTimeout(timer);
      if (hasMore() && text.trim() && !nexts.has(text)) timer = setTimeout(ask, rest);
      page.update();
    },

    button: () => (found().length > most || next()) && html`
      <div class="actions is-centered">
        <button type="button" class="button" aria-disabled=${isBusy ? "true" : null} @click=${() => {
          if (isBusy) return;
          most += atOnce;
          if (found().length < most) ask();
          page.update();
        }}>${t(isBusy ? "form.busy" : "action.more")}</button>
      </div>`,
  };
}

// A list that comes in pages: the newest is read by the page, older ones when they are asked for.

import { api, nextOf } from "app/api.js";
import { html } from "app/html.js";
import { fail } from "app/live.js";
import { t } from "app/words.js";

/**
 * @param {import("app/page.js").Page} page
 * @param {string} name of what `page.read` asked for, with `limit=` in its path. Its items have an `id`; the newest come first.
 */
export function createPaged(page, name) {
  let newest = null;
  let items = [];
  let next = null;
  let isBusy = false;

  async function more() {
    if (isBusy) return;
    isBusy = true;
    page.update();
    try {
      const older = await api.get(next, { signal: page.signal });
      items = [...items, ...older];
      next = nextOf(older);
    } catch (problem) {
      fail(problem);
    }
    isBusy = false;
    page.update();
  }

  return {
    /** Whether there is more than what is here. */
    get hasMore() {
      return Boolean(next);
    },

    /** All that is here by now. */
    get items() {
      if (!page.data[name] || page.data[name] === newest) return items;
      newest = page.data[name];
      const ids = new Set(newest.map(({ id }) => id));
      // So much is new that there is a gap before what was here.
      const isGap = !items.some(({ id }) => ids.has(id));
      if (isGap) next = nextOf(newest);
      items = isGap ? newest : [...newest, ...items.filter(({ id }) => !ids.has(id))];
      return items;
    },

    /** The button for what is older, while there is any. */
    button: () => next && html`
      <div class="actions is-centered">
        <button type="button" class="button" aria-disabled=${isBusy ? "true" : null} @click=${more}>
          ${t(isBusy ? "form.busy" : "action.more")}</button>
      </div>`,
  };
}

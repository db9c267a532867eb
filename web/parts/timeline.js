// Several lists that come in pages, the newest first, told as one: no entry is shown before all that is newer is here.

import { api, nextOf } from "app/api.js";
import { html } from "app/html.js";
import { fail } from "app/live.js";
import { t } from "app/words.js";

/**
 * @param {import("app/page.js").Page} page
 * @param {() => {name: string, kind: string, of?: object}[]} sources by the names of what `page.read` asked for; what is in these lists
 *   has `at`.
 */
export function createTimeline(page, sources) {
  const older = new Map();
  let isBusy = false;

  // A newer first page may leave a gap before what was here: the list begins anew.
  const pagesOf = ({ name }) => {
    const first = page.data[name];
    if (!first) return [];
    if (older.get(name)?.first !== first) older.set(name, { first, pages: [first] });
    return older.get(name).pages;
  };
  const oldest = (source) => {
    const last = pagesOf(source).at(-1);
    return last && nextOf(last) ? (last.at(-1).createdAt ?? last.at(-1).at) : null;
  };
  const horizon = () => sources().map(oldest).filter(Boolean).sort().at(-1) ?? "";

  async function more() {
    if (isBusy) return;
    isBusy = true;
    page.update();
    const until = horizon();
    try {
      await Promise.all(sources().filter((source) => oldest(source) === until).map(async (source) => {
        const pages = pagesOf(source);
        pages.push(await api.get(nextOf(pages.at(-1)), { signal: page.signal }));
      }));
    } catch (problem) {
      fail(problem);
    }
    isBusy = false;
    page.update();
  }

  return {
    /** `{kind, of, entry}`, the newest first. */
    items() {
      const until = horizon();
      return sources()
        .flatMap((source) => pagesOf(source).flat().map((entry) => ({ kind: source.kind, of: source.of, entry })))
        .filter(({ entry }) => entry.at >= until)
        .sort((a, b) => (a.entry.at < b.entry.at ? 1 : -1));
    },

    button: () => horizon() && html`
      <div class="actions is-centered">
        <button type="button" class="button" aria-disabled=${isBusy ? "true" : null} @click=${more}>
          ${t(isBusy ? "form.busy" : "action.more")}</button>
      </div>`,
  };
}

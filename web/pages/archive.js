// The sites that were removed, the latest first. They open as before, but nothing changes there until they are put back.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { fail } from "app/live.js";
import { day, t } from "app/words.js";
import { createPaged } from "parts/paged.js";
import { emptyState, linkRow, pageHead } from "parts/pieces.js";
import { icon } from "parts/icon.js";
import { placeOf } from "parts/address-line.js";
import { searchField, searchQuery } from "parts/search-field.js";

const atOnce = 50;
/** Milliseconds after the last letter. */
const rest = 250;

export default function archive(page) {
  const path = `${page.company.api}/sites?status=REMOVED&material=none&limit=${atOnce}`;
  page.read({ all: path });
  const whole = createPaged(page, "all");
  let search = page.query.get("q") ?? "";
  /** What was found for a search, which the server makes: of years there are more than a page. */
  let found = null;
  let timer = 0;
  if (search.trim()) ask();

  return () => {
    const isSearch = search.trim() !== "";
    const list = isSearch ? found : whole;
    const sites = list?.items ?? [];
    const isEmpty = !isSearch && sites.length === 0;
    return html`
      ${pageHead({ title: t("archive.title"), lead: t("archive.lead"), back: { href: page.link("/sites"), label: t("sites.title") } })}
      ${!isEmpty && searchField({ label: t("archive.search"), value: search, onInput })}
      <div aria-live="polite">
        ${isEmpty && emptyState({ icon: "sites", title: t("archive.none"), text: t("archive.noneText") })}
        ${isSearch && found && sites.length === 0 && emptyState({ icon: "search", title: t("sites.noMatch") })}
      </div>
      ${sites.length > 0 && html`<ul class="list archive">${sites.map((site) => keyed(site.id, row(page, site)))}</ul>`}
      ${list?.button()}`;
  };

  function onInput(text) {
    search = text;
    // Kept in the address, for the way back.
    history.replaceState(history.state, "", page.path + (text.trim() ? `?${new URLSearchParams({ q: text })}` : ""));
    clearTimeout(timer);
    if (text.trim()) timer = setTimeout(ask, rest);
    else found = null;
    page.update();
  }

  async function ask() {
    const asked = search;
    try {
      const sites = await api.get(`${path}&${searchQuery(asked)}`, { signal: page.signal });
      if (asked !== search) return;
      found = createPaged(/** @type {any} */ ({ data: { found: sites }, signal: page.signal, update: () => page.update() }), "found");
    } catch (problem) {
      if (!page.signal.aborted) fail(problem);
    }
    page.update();
  }
}

const row = (page, site) => linkRow({
  href: page.link(`/sites/${site.id}`), title: site.name, before: icon("sites"),
  text: [placeOf(site, { hasCode: false }), t("archive.removedOn", { day: day(site.removedAt) })].filter(Boolean).join(" · "),
});

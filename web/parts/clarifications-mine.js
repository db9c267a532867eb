// The person's own clarifications: what waits for a manager, and how it ended.

import { html, keyed } from "app/html.js";
import { now } from "app/now.js";
import { ownClarifications } from "app/settled.js";
import { moment, t, useWords } from "app/words.js";
import { chip } from "parts/chips.js";
import { whatOf, whyOf } from "parts/clarification.js";
import { section } from "parts/pieces.js";

/** How long it is shown how one ended, in milliseconds. */
const shownFor = 14 * 24 * 3_600_000;
const kinds = new Map([["BOOKED", "done"], ["DECLINED", "danger"]]);

/**
 * @param {import("app/page.js").Page} page
 * @param {{isDecidedOnly?: boolean}} options `isDecidedOnly`: where the open ones stand elsewhere on the page.
 * @returns {Promise<() => unknown>} shows it, where there is something.
 */
export async function createMine(page, { isDecidedOnly = false } = {}) {
  await useWords("clarifications");
  if (page.signal.aborted) return () => null;
  page.read({ ownClarifications: ownClarifications(page.company.id, page.user.id) }, { optional: true, isLive: true });
  return () => {
    const all = page.data.ownClarifications ?? [];
    const open = isDecidedOnly ? [] : all.filter(({ state }) => state === "OPEN");
    const decided = all.filter(({ state, decidedAt }) => state !== "OPEN" && now() - Date.parse(decidedAt) < shownFor);
    return html`
      ${open.length + decided.length > 0 && section({
        title: t("clarifications.mine"),
        content: html`
          ${open.length > 0 && html`<p class="hint">${t("clarifications.mineLead")}</p>`}
          <ul class="list" id="own-clarifications">${[...open, ...decided].map(row)}</ul>`,
      })}`;
  };
}

const row = (one) => keyed(one.id, html`
  <li class="row queue-row">
    <div class="row-text">
      <p class="row-title">${whatOf({ one, other: null })}</p>
      <p class="row-sub">${one.siteName} · ${moment(one.at)}</p>
      <p class="row-sub">${endOf(one)}</p>
    </div>
    ${chip(t(`clarifications.states.${one.state}`), kinds.get(one.state) ?? "low")}
  </li>`);

function endOf(one) {
  if (one.state === "OPEN") return t("clarifications.because", { why: whyOf(one) });
  const by = { name: one.decidedByName ?? "", moment: moment(one.decidedAt), reason: one.reason ?? "" };
  return t(one.state === "BOOKED" ? "clarifications.bookedBy" : "clarifications.declinedBy", by);
}

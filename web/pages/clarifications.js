// What was reported late and couldn't be recorded: each is booked with one tap where nothing is in doubt, in a form where something is, or
// declined with a reason. A check-in and its check-out are one. For managers, and for foremen those of their sites; the office reads it.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { explain } from "app/problem.js";
import { overviewOf, recallPlaces } from "app/sites.js";
import { moment, t, useWords } from "app/words.js";
import { nameOf, personChip } from "parts/chips.js";
import { dayOfReported, grouped, isClear, isDecided, whatOf, whyOf } from "parts/clarification.js";
import { createMine } from "parts/clarifications-mine.js";
import { emptyState, pageHead } from "parts/pieces.js";

const atOnce = 100;

export default async function clarifications(page) {
  await useWords("clarifications");
  const path = `${page.company.api}/clarifications`;
  const list = `${path}?state=OPEN`;
  page.read({ clarifications: list }, { isLive: true });
  if (may.seePeople()) page.read({ people: `${page.company.api}/users` }, { optional: true });
  const led = new Set((await recallPlaces(page.company)).filter((site) => may.leadSite(site)).map(({ id }) => id));
  // A worker's own stand among their hours.
  const own = may.clockIn() && may.seeAllHours() ? await createMine(page, { isDecidedOnly: true }) : () => null;
  /** The ids of those that are being decided. */
  const busy = new Set();
  let most = atOnce;

  return () => {
    const all = grouped(page.data.clarifications);
    const names = new Map((page.data.people ?? []).map((person) => [person.id, nameOf(person)]));
    return html`
      ${pageHead({ title: t("clarifications.title"), lead: t("clarifications.lead"), back: { href: page.link("/hours"), label: t("hours.title") } })}
      ${all.length ? html`<ul class="list" id="clarifications">${all.slice(0, most).map((reported) => row(reported, names))}</ul>`
        : emptyState({ icon: "check", title: t("clarifications.none"), text: t("clarifications.noneText") })}
      ${all.length > most && html`<div class="actions is-centered">
        <button type="button" class="button" @click=${() => { most += atOnce; page.update(); }}>${t("clarifications.more")}</button></div>`}
      ${own()}`;
  };

  /** A worker sees others' only where they lead; of their own they decide those of a site that they lead. */
  function mayDecide({ userId, siteId }) {
    if (may.clarify()) return true;
    return !may.seeAllHours() && (userId !== page.user.id || led.has(siteId));
  }

  function row(reported, names) {
    const { one, other } = reported;
    const what = whatOf(reported, names);
    const isSure = isClear(reported);
    const said = one.body.note ?? (one.body.reason && t("clarifications.reason", { reason: one.body.reason }));
    return keyed(one.id, html`
      <li class="row queue-row">
        <div class="row-text">
          ${personChip(one.userName, one.siteName)}
          <p class="row-title">${dayOfReported(reported)}: ${what}</p>
          ${said && html`<p class="row-sub">${said}</p>`}
          <p class="row-sub">${t("clarifications.because", { why: whyOf(one) })}</p>
          <p class="row-sub">${t("clarifications.reported", { moment: moment((other ?? one).reportedAt) })}</p>
        </div>
        ${mayDecide(one) && html`
          <div class="queue-actions">
            ${isSure && button(reported, what, "clarifications.bookNow", () => bookNow(reported), "is-primary")}
            ${button(reported, what, "clarifications.bookForm", () => bookForm(reported), !isSure && "is-primary")}
            ${button(reported, what, "clarifications.decline", () => decline(reported), "is-quiet")}
          </div>`}
      </li>`);
  }

  function button({ one }, what, word, act, kind) {
    return html`
      <button type="button" class="button is-small ${kind}" aria-disabled=${busy.has(one.id) ? "true" : null}
        aria-label=${t("clarifications.about", { action: t(word), name: one.userName, what })} @click=${() => act().catch(fail)}>${t(word)}</button>`;
  }

  async function bookNow(reported) {
    const { one, other } = reported;
    if (busy.has(one.id)) return;
    busy.add(one.id);
    page.update();
    try {
      await api.post(`${path}/${one.id}/book`, one.act === "CHECK_IN" ? { checkedOutAt: other.at } : {});
      await decided(reported, t("clarifications.booked", { name: one.userName }));
    } catch (problem) {
      if (isDecided(problem)) await decided(reported, null, problem);
      // Something is in doubt after all.
      else if (problem.status === 400 || problem.status === 409) await bookForm(reported, problem);
      else throw problem;
    } finally {
      busy.delete(one.id);
      page.update();
    }
  }

  async function bookForm(reported, refused = null) {
    const { openBooking } = await importModule(() => import("parts/book-clarification.js"));
    const outcome = await openBooking(reported, { company: page.company, path, refused });
    if (outcome) await decided(reported, t("clarifications.booked", { name: reported.one.userName }), outcome.problem);
  }

  async function decline(reported) {
    const { openDeclining } = await importModule(() => import("parts/book-clarification.js"));
    const outcome = await openDeclining(reported, path);
    if (outcome) await decided(reported, t("clarifications.declined", { name: reported.one.userName }), outcome.problem);
  }

  /** It goes, also where someone else was quicker. What became of its other half the server says. */
  async function decided({ one, other }, done, problem = null) {
    toast(problem ? explain(problem) : done, problem ? { kind: "problem" } : {});
    const gone = new Set([one.id, other?.id]);
    await kept.change(list, (all) => all.filter(({ id }) => !gone.has(id)));
    kept.refresh(overviewOf(page.company)).catch(() => {});
    await page.refresh();
  }
}

// When people are away. The office answers what is asked with one tap, and enters for anyone; a worker asks, and reads the answer. A foreman
// sees that someone of the crew is away.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { explain } from "app/problem.js";
import { overviewOf } from "app/sites.js";
import { byName, dayOf, moment, t, useWords } from "app/words.js";
import { addDays } from "app/zone.js";
import { daysOf, kindOf } from "parts/absence.js";
import { chip, nameOf, personChip, standingOf } from "parts/chips.js";
import { ask } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead, section, whyMissing } from "parts/pieces.js";

const kinds = new Map([["OK", "done"], ["NO", "danger"]]);
/** How long ago what is over is shown, in days. */
const shownFor = 60;

export default async function absences(page) {
  await useWords("absences");
  const path = `${page.company.api}/absences`;
  const isOffice = may.answerAbsences();
  // The office reads everyone's, with a day that stays the same for a month; others read the latest, whatever day it is. So a path is known
  // without a signal, where a worker may ask even if it was never read.
  const firstShown = () => addDays(dayOf(), -shownFor);
  const which = isOffice ? `from=${firstShown().slice(0, 7)}-01` : "limit=100";
  page.read({ absences: `${path}?${which}` }, { isLive: true, optional: !isOffice });
  if (isOffice) {
    // What waits for an answer may be of any day.
    page.read({ asked: `${path}?state=ASKED` }, { isLive: true });
    page.read({ people: `${page.company.api}/users` }, { optional: true });
  }
  /** The ids of those that are being answered. */
  const busy = new Set();

  return () => {
    const asked = isOffice ? page.data.asked : [];
    const known = page.data.absences;
    const others = (known ?? []).filter(({ state, to }) => to >= firstShown() && (!isOffice || state !== "ASKED"));
    const own = isOffice ? [] : others.filter(({ userId }) => userId === page.user.id);
    const shown = isOffice ? others : others.filter(({ userId }) => userId !== page.user.id);
    const isOver = ({ to }) => to < dayOf();
    const planned = shown.filter((one) => !isOver(one)).toReversed();
    const mine = [...own.filter((one) => !isOver(one)).toReversed(), ...own.filter(isOver)];
    return html`
      ${pageHead({
        title: t("absences.title"), lead: t(isOffice ? "absences.lead" : "absences.leadMine"), back: { href: page.link("/hours"), label: t("hours.title") },
        actions: (!isOffice || page.data.people) && html`<button type="button" class="button is-primary" @click=${() => enter().catch(fail)}>
          ${icon("add")}${t(isOffice ? "absences.enter" : "absences.ask")}</button>`,
      })}
      ${asked.length > 0 && list("asked", "absences.waiting", asked, asked.length)}
      ${mine.length > 0 && list("mine", "absences.mine", mine)}
      ${planned.length > 0 && list("planned", "absences.planned", planned)}
      ${isOffice && shown.some(isOver) && list("past", "absences.past", shown.filter(isOver))}
      ${!known && page.problems.absences && html`<p class="hint">${whyMissing(page.problems.absences, "absences.notKept")}</p>`}
      ${known && !asked.length && !mine.length && !(isOffice ? shown : planned).length && emptyState({
        icon: "calendar", title: t(isOffice ? "absences.none" : "absences.noneMine"), text: t(isOffice ? "absences.noneText" : "absences.noneMineText"),
      })}`;
  };

  function list(id, title, all, count = undefined) {
    return section({ title: t(title), count, content: html`<ul class="list" id=${`absences-${id}`}>${all.map(row)}</ul>` });
  }

  function row(one) {
    const isOwn = one.userId === page.user.id;
    return keyed(one.id, html`
      <li class="row queue-row">
        <div class="row-text">
          ${isOwn && !isOffice ? html`<p class="row-title">${kindOf(one)}</p>` : personChip(one.userName, kindOf(one))}
          <p class="row-sub">${daysOf(one)}</p>
          ${one.note && html`<p class="row-sub">${one.note}</p>`}
          ${one.decidedByName && (isOffice || isOwn) && html`<p class="row-sub">${t("absences.byAnswer", { name: one.decidedByName, moment: moment(one.decidedAt) })}</p>`}
          ${one.reason && html`<p class="row-sub">${t("absences.reason", { reason: one.reason })}</p>`}
        </div>
        ${(one.state !== "ASKED" || !isOffice) && chip(t(`absences.states.${one.state}`), kinds.get(one.state) ?? "low")}
        ${actionsOf(one, isOwn)}
      </li>`);
  }

  function actionsOf(one, isOwn) {
    if (!isOffice && !(isOwn && one.state === "ASKED")) return null;
    return html`<div class="queue-actions">
      ${isOffice && one.state === "ASKED" && html`
        ${button(one, "absences.grant", () => grant(one), "is-primary")}
        ${button(one, "absences.decline", () => decline(one))}`}
      ${button(one, "action.edit", () => change(one), "is-quiet")}
      ${button(one, isOffice ? "action.remove" : "absences.withdraw", () => remove(one), "is-quiet")}
    </div>`;
  }

  function button(one, word, act, kind = "") {
    return html`
      <button type="button" class="button is-small ${kind}" aria-disabled=${busy.has(one.id) ? "true" : null}
        aria-label=${t("absences.about", { action: t(word), name: one.userName, what: kindOf(one), days: daysOf(one) })}
        @click=${() => act().catch(fail)}>${t(word)}</button>`;
  }

  async function grant(one) {
    if (busy.has(one.id)) return;
    busy.add(one.id);
    page.update();
    try {
      await api.patch(`${path}/${one.id}`, { state: "OK" }, { version: one.version });
      toast(t("absences.granted", { name: one.userName }));
    } catch (problem) {
      // Someone else answered, changed or withdrew it: it is shown as it is now.
      if (![404, 409, 412].includes(problem.status)) throw problem;
      toast(explain(problem), { kind: "problem" });
    } finally {
      busy.delete(one.id);
      await changed();
    }
  }

  async function decline(one) {
    const { openDeclining } = await importModule(() => import("parts/absence-form.js"));
    if (!(await openDeclining(path, one))) return;
    toast(t("absences.declined", { name: one.userName }));
    await changed();
  }

  async function enter() {
    const { openAbsence } = await importModule(() => import("parts/absence-form.js"));
    const users = isOffice ? page.data.people.filter((person) => standingOf(person) !== "off").sort((a, b) => byName(nameOf(a), nameOf(b))) : null;
    const title = t(isOffice ? "absences.enterTitle" : "absences.askTitle");
    const made = await openAbsence(path, { users, title, submit: t(isOffice ? "absences.enter" : "absences.ask"), isOwn: !isOffice });
    if (!made) return;
    toast(t(made.state === "ASKED" ? "absences.asked" : "absences.entered"));
    await changed();
  }

  async function change(one) {
    const { openAbsence } = await importModule(() => import("parts/absence-form.js"));
    const title = t("absences.changeTitle");
    if (!(await openAbsence(path, { absence: one, title, submit: t("action.save"), isOwn: !isOffice }))) return;
    toast(t("absences.changed"));
    await changed();
  }

  async function remove(one) {
    if (!(await ask({
      title: t(isOffice ? "absences.removeTitle" : "absences.withdrawTitle"),
      text: t("absences.removeText", { name: one.userName, what: kindOf(one), days: daysOf(one) }),
      confirm: t(isOffice ? "action.remove" : "absences.withdraw"), isDanger: true,
    }))) return;
    await api.delete(`${path}/${one.id}`);
    toast(t("absences.gone"));
    await changed();
  }

  async function changed() {
    kept.refresh(overviewOf(page.company)).catch(() => {});
    await page.refresh();
  }
}

// Days that are submitted, approved and reopened: what is said of a day, and the buttons for a week or a month. The server decides what can
// be approved, and names the rest. Nothing of it waits for a signal: who approves sees what they approve.

import { api } from "app/api.js";
import { connection } from "app/connection.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { fail, say, toast } from "app/live.js";
import { day, dayOf, hasWord, t } from "app/words.js";
import { addDays, mondayOf, weekOf } from "app/zone.js";
import { chip } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { formView, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";

/** How many people and days the server takes at once. */
const most = 100;

const kinds = { APPROVED: "done", SUBMITTED: "quiet", REOPENED: "low" };

/** A newer server may know more. */
const wordOf = (state) => (hasWord(`approval.states.${state}`) ? t(`approval.states.${state}`) : state);

/** What is said of a day, in words; nothing if that is nothing. @param {any} of a day of a time sheet, if there is one */
export const approvalWords = (of) => (of?.approval
  ? [wordOf(of.approval.state), ...(of.approval.changedSince ? [t("approval.changed")] : [])].join(", ") : "");

/** The same as chips. @param {any} of */
export const approvalChips = (of) => of?.approval && html`<span class="chips day-approval">
  ${chip(wordOf(of.approval.state), kinds[of.approval.state])}
  ${of.approval.changedSince && chip(t("approval.changed"), "low")}</span>`;

/** The days of a period that are over. @param {string} from  @param {string} until the first day after it */
export function daysOver(from, until) {
  const days = [];
  for (let one = from; one < until && one < dayOf(); one = addDays(one, 1)) days.push(one);
  return days;
}

const approvalOn = (sheet, one) => sheet.days.find((known) => known.day === one)?.approval;
const isApproved = (approval) => approval?.state === "APPROVED";
/** Whether submitting would say something new. @param {any} approval */
export const isUnsaid = (approval) => !approval || approval.state === "REOPENED" || (approval.state === "SUBMITTED" && approval.changedSince);

/** @param {string} path of the company  @param {string} act  @param {string[]} people  @param {string[]} days */
async function send(path, act, people, days, more = {}) {
  const outcome = { days: 0, isOwn: false, skippedDays: 0, skipped: [] };
  for (let start = 0; start < people.length; start += most) {
    const answer = await api.post(`${path}/time-sheets/${act}`, {
      userIds: people.slice(start, start + most), from: days[0], until: days.at(-1), ...more,
    });
    outcome.days += answer.days;
    outcome.isOwn ||= answer.isOwn;
    outcome.skippedDays += answer.skippedDays;
    outcome.skipped.push(...answer.skipped);
  }
  return outcome;
}

/** Whether the server can be asked now; says so if not. Said beside the buttons, it would move the page under a finger. */
function hasSignal() {
  if (!connection.online) toast(t("approval.offline"), { kind: "problem" });
  return connection.online;
}

/**
 * The office's part: approving what is shown, and reopening one person's days.
 * @param {{path: string, refresh: () => Promise<unknown>, update: () => void, choose: (id: string) => unknown, clarify: string,
 *   leavesOwn: () => string | null}} place
 *   `choose` shows a person, `clarify` is the address of what waits for a decision, `leavesOwn` the id of the caller if someone else
 *   approves their days.
 */
export function createApproving({ path, refresh, update, choose, clarify, leavesOwn }) {
  let isBusy = false;
  /** What couldn't be approved, and of which period. */
  let left = null;

  /** @param {{id: string, name: string}[]} all  @param {any[]} known their sheets  @param {{from: string, until: string, name: string}} period */
  return (all, known, period) => {
    const days = daysOver(period.from, period.until);
    if (!days.length || !all.length) return null;
    // They are no work that is left to do.
    const own = leavesOwn();
    const [people, sheets] = [all.filter(({ id }) => id !== own), known.filter(({ userId }) => userId !== own)];
    const mine = known.find(({ userId }) => userId === own);
    const isMineOpen = mine && days.some((day) => mine.days.some((of) => of.day === day && of.entries.length > 0 && !isApproved(of.approval)));
    const note = isMineOpen && html`<p class="hint">${t("approval.ownByOthers")}</p>`;
    if (!people.length) return note;
    const approvals = sheets.flatMap((sheet) => days.map((one) => approvalOn(sheet, one)));
    const one = people.length === 1 && people[0];
    // Whose days are all approved has none to approve, also where others' couldn't be.
    const open = people.filter(({ id }) => sheets.some((sheet) => sheet.userId === id && days.some((day) => !isApproved(approvalOn(sheet, day)))));
    return html`
      <div class="approving">
        <div class="actions">
          ${open.length > 0 ? html`<button type="button" class="button is-primary" aria-disabled=${isBusy ? "true" : null} @click=${() => run(() => approve(open, days, period))}>
            ${icon("check")}${one ? t("approval.approveOne", { name: one.name }) : t("approval.approve", { count: open.length })}</button>`
            : html`<span class="chips">${chip(t("approval.all"), "done")}</span>`}
          ${one && approvals.some(isApproved) && html`<button type="button" class="button" aria-disabled=${isBusy ? "true" : null}
            @click=${() => run(() => reopen(one, days))}>${t("approval.reopen")}</button>`}
        </div>
        ${note}
        ${left?.period === period.name && leftOver(people)}
      </div>`;
  };

  function leftOver(people) {
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return html`
      <section class="notice is-low approving-left" aria-label=${t("approval.left", { count: left.skippedDays })}>
        ${icon("warning")}<div><p>${t("approval.left", { count: left.skippedDays })}</p>
        <ul>${left.skipped.map(({ userId, day: one, code }) => html`<li>
          <button type="button" class="link" @click=${() => choose(userId)}>${names.get(userId) ?? t("history.somebody")}</button>, ${day(one, "weekday")}:
          ${code === "clarification-open" ? html`<a href=${clarify}>${whyLeft(code)}</a>` : whyLeft(code)}</li>`)}</ul></div>
      </section>`;
  }

  async function approve(people, days, period) {
    const outcome = await send(path, "approve", people.map(({ id }) => id), days);
    left = outcome.skippedDays > 0 ? { ...outcome, period: period.name } : null;
    await refresh();
    if (outcome.days > 0) toast([t("approval.done", { count: outcome.days }), ...(outcome.isOwn ? [t("approval.own")] : [])].join(" "));
    // Others may have approved them meanwhile.
    else if (!left) toast(t("approval.all"));
    if (left) say(t("approval.left", { count: left.skippedDays }));
  }

  async function reopen({ id, name }, days) {
    const outcome = await askReopening({ path, id, name, days });
    if (!outcome) return;
    left = null;
    await refresh();
    toast(t("approval.reopened", { count: outcome.days }));
  }

  async function run(act) {
    if (isBusy || !hasSignal()) return;
    isBusy = true;
    update();
    try {
      await act();
    } catch (problem) {
      fail(problem);
    } finally {
      isBusy = false;
      update();
    }
  }
}

const whyLeft = (code) => (hasWord(`approval.why.${code}`) ? t(`approval.why.${code}`) : code);

/** Asks why days are reopened, and reopens those that are approved. */
function askReopening({ path, id, name, days }) {
  let form = null;
  return openDialog({
    title: t("approval.reopen"),
    view(dialog) {
      form ??= createForm(dialog, {
        send: ({ reason }) => send(path, "reopen", [id], days, { reason: reason.trim() }),
        done: (outcome) => dialog.close(outcome),
      });
      return html`
        <p>${t("approval.reopenText", { name, from: day(days[0], "weekday"), to: day(days.at(-1), "weekday") })}</p>
        ${formView(form, textField(form, {
          name: "reason", label: t("approval.reason"), hint: t("approval.reasonHint", { name }), maxlength: 500, autofocus: true,
        }), { submit: t("approval.reopen") })}`;
    },
  });
}

/**
 * A person's own part: submitting last week and the days of this one that are over.
 * @param {{path: string, user: string, refresh: () => Promise<unknown>, update: () => void}} place
 */
export function createSubmitting({ path, user, refresh, update }) {
  let isBusy = false;

  /** @param {any[]} known the days of the person's sheet */
  return (known) => {
    const monday = mondayOf(dayOf());
    const rows = [addDays(monday, -7), monday].map((from) => week(from, known)).filter(Boolean);
    const reopened = known.filter(({ approval }) => approval?.state === "REOPENED");
    return rows.length > 0 && html`
      <section class="section submitting" aria-label=${t("approval.mine")}>
        <ul class="list">${rows}</ul>
        ${reopened.map((of) => html`<p class="hint">${t("approval.reopenedOn", {
          day: day(of.day, "weekday"), name: of.approval.reopenedByName ?? "", reason: of.approval.reopenReason ?? "",
        })}</p>`)}
      </section>`;
  };

  function week(from, known) {
    const days = daysOver(from, addDays(from, 7));
    if (!days.length) return null;
    const said = days.map((one) => known.find((of) => of.day === one));
    const open = days.filter((_, place) => isUnsaid(said[place]?.approval));
    const name = t("hours.weekName", { week: String(weekOf(from)), from: day(days[0], "short"), to: day(days.at(-1), "short") });
    const isAll = said.every((of) => isApproved(of?.approval));
    return html`
      <li class="row"><div class="row-text"><p class="row-title">${name}</p></div>
        ${open.length > 0 ? html`<button type="button" class="button is-small" aria-disabled=${isBusy ? "true" : null}
            aria-label=${t("approval.submitWeek", { week: name })} @click=${() => submit(days)}>${t("approval.submit")}</button>`
          : chip(wordOf(isAll ? "APPROVED" : "SUBMITTED"), isAll ? "done" : "quiet")}</li>`;
  }

  async function submit(days) {
    if (isBusy || !hasSignal()) return;
    isBusy = true;
    update();
    try {
      const { days: count, skipped } = await send(path, "submit", [user], days);
      await refresh();
      toast(skipped.length > 0 ? t("approval.notSubmitted", { day: day(skipped[0].day, "weekday"), why: whyLeft(skipped[0].code) })
        : t("approval.submitted", { count }));
    } catch (problem) {
      fail(problem);
    } finally {
      isBusy = false;
      update();
    }
  }
}

// The question whether the person is still on site, once the server's time for it has passed: yes, or when they left. Nothing ends by itself.

import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { hasPassed, now } from "app/now.js";
import { ownEntries } from "app/settled.js";
import { dayOf, moment, momentInText, t } from "app/words.js";
import { instantsOf, wallTime } from "app/zone.js";
import { openDialog } from "parts/dialog.js";
import { formView } from "parts/fields.js";
import { exactIn, wallFields, wrongTime } from "parts/wall-fields.js";

/** How long a yes is enough on this phone, in milliseconds. */
const silence = 2 * 3_600_000;

/**
 * @param {import("app/page.js").Page} page
 * @param {(visit: import("parts/clock.js").Visit, at: string) => unknown} leave checks out, at an instant.
 * @returns {Promise<(visit: import("parts/clock.js").Visit, isBusy: boolean) => unknown>} shows the question, unless it was answered. A
 *   busy one takes no answer.
 */
export async function createStillThere(page, leave) {
  const { api } = page.company;
  // Where the answer is kept: the server has nothing there.
  const path = `${api}/still-there`;
  const own = ownEntries(page.company, page.user.id);
  const [, entries] = await Promise.all([path, own].map((one) => kept.recall(one)));
  if (!entries) kept.refresh(own).catch(() => {});

  function isAnswered({ since }) {
    const answer = kept.peek(path)?.value;
    return answer?.since === since && now() < answer.until;
  }

  function stay({ since }) {
    kept.put(path, { since, until: now() + silence });
    page.update();
  }

  async function left(visit) {
    const at = await askWhen(visit, guess(visit.since, kept.peek(own)?.value));
    if (at) await leave(visit, at);
  }

  return (visit, isBusy) => {
    if (isAnswered(visit)) return null;
    const choice = (answer, text, kind) => html`
      <button type="button" class="button ${kind}" aria-disabled=${isBusy ? "true" : null} @click=${() => isBusy || answer(visit)}>${text}</button>`;
    return html`
      <div class="clock-ask" role="group" aria-labelledby="still-there">
        <p><b id="still-there">${t("stillThere.ask")}</b>
          <span class="clock-site">${t("stillThere.since", { moment: momentInText(visit.since) })}</span></p>
        <div class="clock-choices">
          ${choice(stay, t("stillThere.yes"))}
          ${choice(left, t("stillThere.left"))}
        </div>
      </div>`;
  };
}

/** When they may have left: at the time of day at which they left the last time, or now. @param {any[]} [entries] newest first */
export function guess(since, entries = []) {
  const last = entries.find(({ checkedInAt, checkedOutAt, state }) => checkedOutAt && state !== "VOID" && checkedInAt < since);
  const [usual] = last ? instantsOf(`${dayOf(since)}T${wallTime(last.checkedOutAt).slice(11)}`) : [];
  return Date.parse(usual ?? "") > Date.parse(since) && hasPassed(usual) ? usual : new Date(now()).toISOString();
}

/** @returns {Promise<string | undefined>} an instant; undefined where the person didn't say. */
function askWhen({ since, onBreakSince }, usual) {
  let form = null;
  let field = null;
  const atIn = (values) => exactIn(values, "at", usual);
  function check(values) {
    const wrong = wrongTime(values, "at");
    if (wrong) return { at: wrong };
    const at = Date.parse(atIn(values) ?? "");
    if (Number.isNaN(at)) return {};
    if (at < Date.parse(since)) return { at: t("fields.before-own-check-in", { checkedInAt: moment(since) }) };
    if (onBreakSince && at < Date.parse(onBreakSince)) return { at: t("fields.before-break") };
    return at > now() ? { at: t("stillThere.inFuture") } : {};
  }
  return openDialog({
    title: t("stillThere.when"),
    view(dialog) {
      if (!form) {
        form = createForm(dialog, { check, send: async (values) => dialog.close(atIn(values)) });
        field = wallFields(form, dialog, { at: usual });
      }
      return formView(form, html`
        <p class="hint">${t("stillThere.since", { moment: momentInText(since) })}</p>
        ${field({ name: "at", label: t("hours.correction.went") })}`, { submit: t("stillThere.submit") });
    },
  });
}

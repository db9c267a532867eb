// The question after a check-out: was there a break? It can be answered while the day lasts, and be ignored.

import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { fail } from "app/live.js";
import { queue } from "app/queue.js";
import { breakQuestion } from "app/settled.js";
import { duration, t } from "app/words.js";
import { offerUndo } from "parts/clock.js";
import { openDialog } from "parts/dialog.js";
import { formView, numberField } from "parts/fields.js";
import { spanOf } from "parts/time-entry.js";

/** No break is longer than a day, in minutes. */
const longest = 1440;
const usual = 30;

/** @param {string} company its id  @returns {(isBusy: boolean) => unknown} shows the question, if there is one. A busy one takes no answer. */
export function askBreak(company) {
  return (isBusy) => {
    const worked = breakQuestion.of(company);
    const choice = (answer, text) => html`
      <button type="button" class="button" aria-disabled=${isBusy ? "true" : null} @click=${() => isBusy || answer(worked)}>${text}</button>`;
    return worked && html`
      <div class="clock-ask" role="group" aria-labelledby="ask-break">
        <p><b id="ask-break">${t("breaks.ask")}</b> <span class="clock-site">${worked.siteName}, ${spanOf({ checkedInAt: worked.from, checkedOutAt: worked.to })}</span></p>
        <div class="clock-choices">
          ${choice((one) => say(one, usual), t("breaks.usual", { count: usual }))}
          ${choice(another, t("breaks.other"))}
          ${choice((one) => say(one, 0), t("breaks.none"))}
        </div>
      </div>`;
  };
}

/** @param {import("app/settled.js").Worked} worked  @param {number} minutes */
async function say(worked, minutes) {
  const { company, site, siteName, to } = worked;
  breakQuestion.forget(company);
  try {
    // It is about the hours before, whenever the question is answered.
    const { key } = await queue.stateBreak({ company, site, siteName }, { minutes, at: to });
    offerUndo(key, t(minutes ? "breaks.noted" : "breaks.notedNone", { duration: duration(minutes) }), () => breakQuestion.ask(worked));
  } catch (problem) {
    fail(problem);
  }
}

/** @param {import("app/settled.js").Worked} worked */
async function another(worked) {
  let form = null;
  const most = Math.floor((Date.parse(worked.to) - Date.parse(worked.from)) / 60_000);
  const minutes = await openDialog({
    title: t("breaks.ask"),
    view(dialog) {
      form ??= createForm(dialog, { check: (values) => checkMinutes(values, most), send: async (values) => dialog.close(values.minutes) });
      return formView(form, minutesField(form), { submit: t("breaks.submit") });
    },
  });
  if (minutes !== undefined) await say(worked, minutes);
}

/** @param {object} form  @param {number} [value] */
export const minutesField = (form, value) => numberField(form, {
  name: "minutes", label: t("breaks.howLong"), hint: t("breaks.howLongHint"), unit: t("breaks.unit"), inputmode: "numeric", autofocus: true,
  value: value === undefined ? "" : String(value),
});

/** @param {{minutes: number | null}} values  @param {number} [most] minutes of the whole time; without it, of a day. */
export function checkMinutes({ minutes }, most = longest) {
  if (!Number.isInteger(minutes) || minutes < 0) return { minutes: t("breaks.wrong") };
  return minutes > Math.min(most, longest) ? { minutes: t("fields.longer-than-entry") } : {};
}

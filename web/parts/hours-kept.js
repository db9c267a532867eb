// For how long a company keeps hours, in a dialog; and what would go tonight, before it is so.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { day, t } from "app/words.js";
import { ask, openDialog } from "parts/dialog.js";
import { formView, selectField } from "parts/fields.js";

/** As the server allows it. */
const fewest = 2;
const most = 30;

const kinds = ["timeEntries", "days", "absences", "clarifications", "wageExports"];

/** @returns {Promise<object | undefined>} the company as it is then. */
export async function editHoursKept(path, company, signal) {
  let form = null;
  const chosen = await openDialog({
    title: t("company.hoursKeptTitle"),
    view: (dialog) => {
      form ??= createForm(dialog, {
        send: async ({ years }) => ({
          years: years ? Number(years) : null,
          goes: years ? await api.get(`${path}/hours/forecast?years=${years}`) : null,
        }),
        done: (answer) => dialog.close(answer),
      });
      return formView(form, html`
        <p>${t("company.hoursKeptLaw")}</p>
        ${selectField(form, {
          name: "years", label: t("company.hoursKept"), hint: t("company.hoursKeptHint"), value: String(company.hoursKeptYears ?? ""), required: false,
          isMarked: false,
          options: [
            { value: "", label: t("company.hoursKeptForever") },
            ...Array.from({ length: most - fewest + 1 }, (_, index) => fewest + index)
              .map((years) => ({ value: String(years), label: t("company.hoursKeptYears", { count: years }) })),
          ],
        })}
      `, { submit: t("action.save") });
    },
  });
  if (!chosen || chosen.years === company.hoursKeptYears) return undefined;
  const { years, goes } = chosen;
  if (goes && !(await agrees(years, goes, signal))) return undefined;
  return api.patch(path, { hoursKeptYears: years }, { of: company });
}

function agrees(years, goes, signal) {
  const first = day(goes.hoursFrom);
  const some = kinds.filter((kind) => goes[kind] > 0);
  return ask({
    title: t("company.hoursKeptSure", { count: years }),
    text: some.length === 0
      ? t("company.hoursKeptNothing", { day: first })
      : html`${t("company.hoursKeptGoes", { day: first })}
        <ul class="changes">${some.map((kind) => html`<li>${t(`company.hoursKeptKinds.${kind}`, { count: goes[kind] })}</li>`)}</ul>
        ${t("company.hoursKeptForGood")}`,
    confirm: t(some.length === 0 ? "action.save" : "company.hoursKeptErase"),
    isDanger: some.length > 0,
    signal,
  });
}

// How long a person is to work: the week that holds, and a form for another one.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { day, dayOf, decimal, number, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { dayField, formView, numberField } from "parts/fields.js";
import { section } from "parts/pieces.js";

const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const hours = (minutes) => t("targets.amount", { hours: number(minutes / 60) });
const weekOf = (target) => days.reduce((sum, name) => sum + target[name], 0);
/** The one that holds on a day. */
const holding = (targets, on) => targets.filter(({ from }) => from <= on).at(-1);

/** @param {any[]} targets earliest first  @param {string} name of the person  @param {() => void} edit */
export const targetsView = (targets, name, edit) => section({
  title: t("targets.title"),
  action: html`<button type="button" class="button is-small" @click=${edit}>${t("targets.edit")}</button>`,
  content: targets.length ? html`<ul class="list" id="targets">${targets.toReversed().map((one) => html`
      <li class="row"><div class="row-text">
        <p class="row-title">${t("targets.since", { day: day(one.from), hours: hours(weekOf(one)) })}</p>
        ${one.openingMinutes !== null && html`<p class="row-sub">${t("targets.opening", { hours: hours(one.openingMinutes) })}</p>`}
      </div></li>`)}</ul>`
    : html`<p class="hint">${t("targets.none", { name })}</p>`,
});

/**
 * Another week from a day on. What holds from other days stays.
 * @param {string} path of the targets  @param {any[]} targets  @param {string} name of the person  @returns {Promise<any>} all as they are then
 */
export function editTargets(path, targets, name) {
  const known = holding(targets, dayOf());
  let form = null;
  return openDialog({
    title: t("targets.title"),
    view(dialog) {
      form ??= createForm(dialog, {
        check: (values) => Object.fromEntries(days.filter((name) => values[name] < 0 || values[name] > 24).map((name) => [name, t("targets.tooMany")])),
        send({ from, opening, ...values }) {
          const week = Object.fromEntries(days.map((name) => [name, Math.round((values[name] ?? 0) * 60)]));
          const typed = opening === null ? null : Math.round(opening * 60);
          // The balance that another day began with isn't begun with again.
          const isOther = from !== known?.from && typed === (known?.openingMinutes ?? null);
          const one = { from, ...week, openingMinutes: isOther ? null : typed };
          return api.put(path, { targets: [...targets.filter((other) => other.from !== from), one] });
        },
        done: (answer) => dialog.close(answer),
      });
      return html`
        <p>${t("targets.lead", { name })}</p>
        ${formView(form, html`
          ${dayField(form, { name: "from", label: t("targets.from"), value: known?.from ?? `${dayOf().slice(0, 8)}01` })}
          <fieldset class="group"><legend>${t("targets.week")}</legend><div class="fields">
            ${days.map((name) => numberField(form, {
              name, label: t(`targets.days.${name}`), value: decimal((known?.[name] ?? (days.indexOf(name) < 5 ? 480 : 0)) / 60), required: false, isMarked: false,
            }))}
          </div></fieldset>
          ${numberField(form, {
            name: "opening", label: t("targets.openingLabel"), hint: t("targets.openingHint"), required: false, inputmode: "text",
            value: known?.openingMinutes == null ? "" : decimal(known.openingMinutes / 60),
          })}
        `, { submit: t("action.save") })}`;
    },
  });
}

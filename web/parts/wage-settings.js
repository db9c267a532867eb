// What the tax adviser supplies for payroll files, in a dialog.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { byName, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, numberField, textField } from "parts/fields.js";

const kinds = ["WORK", "TRAVEL", "VACATION", "SICK", "WEATHER", "HOLIDAY", "SCHOOL", "OTHER"];

/** @param {string} path of the company  @returns {Promise<object | undefined>} the settings as they are then. */
export async function editWageSettings(path) {
  const [settings, sites] = await Promise.all([api.get(`${path}/wage-settings`), api.all(`${path}/sites?status=ACTIVE&material=none`)]);
  const numbers = new Map(settings.costCentres.map(({ siteId, costCentre }) => [siteId, costCentre]));
  const names = new Map([...sites.map(({ id, name }) => [id, name]), ...settings.costCentres.map(({ siteId, siteName }) => [siteId, siteName])]);
  const places = [...names].map(([id, name]) => ({ id, name })).sort((a, b) => byName(a.name, b.name));

  /** What was typed, as the server takes it: what is empty is unset. */
  const bodyOf = ({ consultantNumber, clientNumber, wageTypes, centres = {}, lodas: { hours, ...fields } }) => ({
    consultantNumber, clientNumber,
    wageTypes: Object.fromEntries(kinds.map((kind) => [kind, wageTypes[kind].trim() || null])),
    costCentres: Object.entries(centres).filter(([, number]) => number.trim()).map(([siteId, costCentre]) => ({ siteId, costCentre })),
    lodas: { ...Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text.trim() || null])), hours },
  });

  let form = null;
  const view = (dialog) => {
    form ??= createForm(dialog, {
      send: (values) => api.put(`${path}/wage-settings`, bodyOf(values), { of: settings }),
      done: (changed) => dialog.close(changed),
    });
    const { lodas } = settings;
    return formView(form, html`
      <p class="hint">${t("wages.settings.lead")}</p>
      ${numberField(form, { name: "consultantNumber", label: t("wages.kinds.consultantNumber"), value: text(settings.consultantNumber), required: false, inputmode: "numeric", isMarked: false })}
      ${numberField(form, { name: "clientNumber", label: t("wages.kinds.clientNumber"), value: text(settings.clientNumber), required: false, inputmode: "numeric", isMarked: false })}
      <fieldset class="group"><legend>${t("wages.settings.wageTypes")}</legend>
        ${kinds.map((kind) => textField(form, {
          name: `wageTypes.${kind}`, label: t(`wages.kinds.${kind}`), value: settings.wageTypes[kind] ?? "", required: false, isMarked: false,
          inputmode: "numeric", maxlength: 4, size: "short",
        }))}
      </fieldset>
      ${places.length > 0 && html`<fieldset class="group"><legend>${t("wages.settings.costCentres")}</legend>
        <p class="hint">${t("wages.settings.costCentresHint")}</p>
        ${places.map(({ id, name }) => textField(form, {
          name: `centres.${id}`, label: name, value: numbers.get(id) ?? "", required: false, isMarked: false, maxlength: 8, size: "short",
        }))}
      </fieldset>`}
      <details class="group"><summary>${t("wages.settings.lodas")}</summary>
        <p class="hint">${t("wages.settings.lodasHint")}</p>
        ${Object.entries(lodas).filter(([name]) => name !== "hours").map(([name, value]) => textField(form, {
          name: `lodas.${name}`, label: t(`wages.lodas.${name}`), value, required: false, isMarked: false, maxlength: 60,
        }))}
        ${numberField(form, { name: "lodas.hours", label: t("wages.lodas.hours"), value: text(lodas.hours), required: false, isMarked: false, inputmode: "numeric" })}
      </details>
    `, { submit: t("action.save") });
  };
  return openDialog({ title: t("wages.settings.title"), view });
}

const text = (number) => (number === null ? "" : String(number));

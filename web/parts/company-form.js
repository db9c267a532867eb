// A company's details, in a dialog.

import { api } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { t, useWords } from "app/words.js";
import { addressFields, addressTexts } from "parts/address-fields.js";
import { breakRuleField } from "parts/break-rule.js";
import { createHolidaysField, holidaysIn, holidaysText, spokenHolidays, wrongHolidays } from "parts/local-holidays.js";
import { regions } from "parts/regions.js";
import { openDialog } from "parts/dialog.js";
import { choiceField, formView, selectField, textField } from "parts/fields.js";

const textsOf = ({ name, addressParts, timeZone, language, breakRule, region, localHolidays, secondFactorFor }) => ({
  name, ...addressTexts(addressParts), timeZone, language, breakRule, region: region ?? "", secondFactorFor,
  ...(localHolidays && { localHolidays: holidaysText(localHolidays) }),
});

/** @returns {Promise<object | undefined>} the company as it is then. */
export async function editCompany(path, company) {
  await Promise.all([useWords("absences"), useWords("factors")]);
  // Not every browser lists UTC; every server knows it.
  const zones = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", company.timeZone]);
  // "Berlin" means Europe/Berlin.
  const zoneOf = (text) => {
    const ending = `/${text.trim().replaceAll(" ", "_")}`.toLowerCase();
    const alike = [...zones].filter((zone) => `/${zone}`.toLowerCase().endsWith(ending));
    return zones.has(text.trim()) ? text.trim() : alike.length === 1 && alike[0];
  };
  let form = null;
  let holidays = null;
  const view = (dialog) => {
    form ??= createForm(dialog, {
      check({ timeZone, localHolidays }) {
        const wrong = localHolidays && wrongHolidays(localHolidays, company.localHolidays);
        return { ...(!zoneOf(timeZone) && { timeZone: t("company.timeZoneUnknown") }), ...(wrong && { localHolidays: wrong }) };
      },
      draft: draftOf(`company:${company.id}`),
      stale: { of: () => company, read: () => kept.refresh(path), texts: textsOf, spoken: { localHolidays: spokenHolidays } },
      send: ({ localHolidays, ...values }, { of }) => api.patch(path, {
        ...values, timeZone: zoneOf(values.timeZone), region: values.region || null,
        ...(localHolidays && { localHolidays: holidaysIn(localHolidays) ?? company.localHolidays }),
      }, { of }),
      done: (changed) => dialog.close(changed),
    });
    // A server from before doesn't know them.
    if (company.localHolidays) holidays ??= createHolidaysField(form, dialog, company.localHolidays);
    return formView(form, html`
      ${textField(form, { name: "name", label: t("company.name"), value: company.name, autocomplete: "organization", maxlength: 200 })}
      ${addressFields(form, company.addressParts)}
      <fieldset class="group">
        <legend>${t("company.habits")}</legend>
        ${textField(form, {
          name: "timeZone", label: t("company.timeZone"), hint: t("company.timeZoneHint"), value: company.timeZone, list: "time-zones",
        })}
        <datalist id="time-zones">${[...zones].map((zone) => html`<option value=${zone}></option>`)}</datalist>
        ${choiceField(form, {
          name: "language", label: t("company.language"), hint: t("company.languageHint"), value: company.language,
          options: ["de", "en"].map((code) => ({ value: code, label: t(`nav.languages.${code}`) })),
        })}
        ${breakRuleField(form, company.breakRule)}
        ${selectField(form, {
          name: "region", label: t("company.region"), hint: t("company.regionHint"), value: company.region ?? "", required: false, isMarked: false,
          options: [{ value: "", label: t("company.noRegion") }, ...regions().map((value) => ({ value, label: t(`company.regions.${value}`) }))],
        })}
        ${holidays?.()}
        ${company.secondFactorFor && choiceField(form, {
          name: "secondFactorFor", label: t("company.secondFactor"), hint: t("company.secondFactorHint"), value: company.secondFactorFor,
          options: ["NONE", "MANAGERS"].map((value) => ({ value, label: t(`company.secondFactors.${value}`) })),
        })}
      </fieldset>
    `, { submit: t("action.save") });
  };
  return openDialog({ title: t("company.editTitle"), view });
}

// Erasing a company, in a dialog that asks for its name.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";

/** @returns {Promise<number | undefined>} how many rows were deleted; undefined when none was. */
export function eraseCompany(path, company) {
  let form = null;
  const view = (dialog) => {
    form ??= createForm(dialog, {
      check: ({ name }) => (name.trim() === company.name ? {} : { name: t("company.eraseDiffers") }),
      stale: { of: () => company, read: async () => { company = await kept.refresh(path); return company; }, texts: () => ({}) },
      send: (_, { of }) => api.delete(path, { of, timeout: 120_000 }),
      done: ({ erased }) => dialog.close(erased.reduce((sum, { rows }) => sum + rows, 0)),
    });
    return html`
      <div class="notice is-problem">${icon("warning")}
        <p>${t("company.eraseWarning", {
          sites: t("companies.sites", { count: company.siteCount }), people: t("companies.people", { count: company.userCount }),
        })}</p></div>
      ${formView(form, textField(form, { name: "name", label: t("company.eraseName", { name: company.name }) }), {
        submit: t("company.erase"), isDanger: true,
      })}`;
  };
  return openDialog({ title: t("company.eraseTitle", { name: company.name }), view });
}

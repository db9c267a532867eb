// A person's number in the payroll, in a dialog: for those who make files for payroll, whatever the person is, and of removed people too.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { t } from "app/words.js";
import { formerName } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { formView, textField } from "parts/fields.js";
import { withNumbers } from "parts/person-fields.js";

/** @param {string} path the person's  @returns {Promise<object | undefined>} the person as they are then. */
export async function editPersonnelNumber(path) {
  const person = await api.get(path);
  const texts = ({ personnelNumber }) => ({ personnelNumber: personnelNumber ?? "" });
  let form = null;
  return openDialog({
    title: t("person.personnelNumber"),
    view(dialog) {
      form ??= createForm(dialog, {
        stale: { of: () => person, read: () => api.get(path), texts },
        send: ({ personnelNumber }, { of }) => withNumbers(form, api.put(`${path}/personnel-number`, { personnelNumber: personnelNumber.trim() || null }, { of })),
        done: (changed) => dialog.close(changed),
      });
      return html`
        <p>${formerName(person)}</p>
        ${formView(form, textField(form, {
          name: "personnelNumber", label: t("person.personnelNumber"), hint: t("person.personnelNumberHint"), value: person.personnelNumber ?? "",
          required: false, isMarked: false, maxlength: 20, inputmode: "numeric", size: "short", autofocus: true,
        }), { submit: t("action.save") })}`;
    },
  });
}

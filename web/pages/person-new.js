// Somebody is invited: a mail with a link goes out.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { go } from "app/router.js";
import { t } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { choiceField, formView } from "parts/fields.js";
import { emailField, nameFields, roleField } from "parts/person-fields.js";
import { pageHead } from "parts/pieces.js";

export default function personNew(page) {
  const people = `${page.company.api}/users`;
  page.read({ company: page.company.api });
  const form = createForm(page, {
    send: (values, { key }) => api.post(people, { ...values, email: values.email.trim() }, { key }),
    async done(person) {
      await kept.change(people, (all) => [...all, person]);
      toast(t("person.invited", { name: nameOf(person) }));
      await go(page.link(`/people/${person.id}`), { replace: true, saved: true });
    },
  });
  return () => html`
    ${pageHead({ title: t("person.newTitle"), lead: t("person.newLead"), back: { href: page.link("/people"), label: t("people.title") } })}
    ${formView(form, html`
      ${nameFields(form)}
      ${emailField(form, {})}
      ${roleField(form, "WORKER")}
      ${choiceField(form, {
        name: "language", label: t("person.language"), value: page.data.company.language,
        options: ["de", "en"].map((code) => ({ value: code, label: t(`nav.languages.${code}`) })),
      })}
    `, { submit: t("person.newSubmit"), cancel: page.link("/people") })}`;
}

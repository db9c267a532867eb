// A new person: they get a mail with a link, or without an address a card.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { go } from "app/router.js";
import { t } from "app/words.js";
import { hasNoEmail, nameOf } from "parts/chips.js";
import { choiceField, formView } from "parts/fields.js";
import { emailField, nameFields, numberFields, roleField, tidied, withNumbers } from "parts/person-fields.js";
import { pageHead } from "parts/pieces.js";

export default function personNew(page) {
  const people = `${page.company.api}/users`;
  page.read({ company: page.company.api });
  let role = "WORKER";
  const form = createForm(page, {
    send: (values, { key }) => {
      const given = Object.entries(tidied(values)).filter(([, value]) => value !== null);
      return withNumbers(form, api.post(people, { role, ...Object.fromEntries(given) }, { key }));
    },
    async done(person) {
      await kept.change(people, (all) => [...all, person]);
      const isByCard = hasNoEmail(person);
      toast(t(isByCard ? "person.added" : "person.invited", { name: nameOf(person) }));
      await go(page.link(`/people/${person.id}${isByCard ? "?card" : ""}`), { replace: true, saved: true });
    },
  });
  const choose = (chosen) => {
    role = chosen;
    page.update();
  };
  return () => html`
    ${pageHead({ title: t("person.newTitle"), lead: t("person.newLead"), back: { href: page.link("/people"), label: t("people.title") } })}
    ${formView(form, html`
      ${nameFields(form)}
      ${emailField(form, { required: role !== "WORKER", hint: role === "WORKER" && t("person.noEmailHint") })}
      ${roleField(form, "WORKER", choose)}
      ${numberFields(form)}
      ${choiceField(form, {
        name: "language", label: t("person.language"), value: page.data.company.language,
        options: ["de", "en"].map((code) => ({ value: code, label: t(`nav.languages.${code}`) })),
      })}
    `, { submit: t("person.newSubmit"), cancel: page.link("/people") })}`;
}

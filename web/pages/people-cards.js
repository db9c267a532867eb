// Cards for a crew: who is chosen gets a new one, and all are printed on one sheet.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { fail } from "app/live.js";
import { byName, t } from "app/words.js";
import { hasNoEmail, hasValidCard, nameOf, standingOf } from "parts/chips.js";
import { formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createPeopleField } from "parts/people-field.js";
import { emptyState, pageHead } from "parts/pieces.js";
import { printCards } from "parts/print-cards.js";
import { qrCode } from "parts/qr-code.js";

export default function peopleCards(page) {
  const path = `${page.company.api}/users`;
  page.read({ people: path });
  let people = null;
  /** @type {{person: object, card: any}[]} */
  let made = [];
  let count = 0;

  const form = createForm(page, {
    check: ({ users }) => (users?.length ? {} : { users: t("card.nobodyChosen") }),
    async send({ users }) {
      made = [];
      // One after the other: what was made before a failure is shown all the same.
      try {
        for (const id of users) {
          count = made.length + 1;
          page.update();
          const card = await api.post(`${path}/${id}/invitation`);
          made.push({ person: page.data.people.find((one) => one.id === id), card });
        }
      } finally {
        // The kept list still says that they need one.
        page.refresh();
      }
    },
    done: () => page.hasInput = () => false,
  });

  return () => {
    const users = page.data.people.filter((one) => hasNoEmail(one) && one.role === "WORKER" && standingOf(one) !== "off");
    people ??= createPeopleField(page, {
      name: "users", users, chosen: users.filter((one) => standingOf(one) === "invited" && !hasValidCard(one)).map(({ id }) => id),
    });
    return html`
      ${pageHead({ title: t("card.crewTitle"), lead: t("card.crewLead"), back: { href: page.link("/people"), label: t("people.title") } })}
      ${made.length > 0 && !form.isBusy ? sheet() : users.length === 0
        ? emptyState({ icon: "people", title: t("card.noOne"), text: t("card.noOneText") })
        : formView(form, html`
          ${people(form, t("card.who"))}
          <p class="hint" aria-live="polite">${form.isBusy ? t("card.making", { count }) : t("card.crewHint")}</p>`, {
          submit: t("card.make"),
        })}`;
  };

  function sheet() {
    const sorted = made.toSorted((a, b) => byName(nameOf(a.person), nameOf(b.person)));
    return html`
      ${form.failure && html`<div class="notice is-problem">${icon("warning")}<p>${form.failure}</p></div>`}
      <div class="actions">
        <button type="button" class="button is-primary" @click=${() => printCards(sorted, page.company).catch(fail)}>
          ${icon("print")}${t("card.printAll", { count: made.length })}</button>
      </div>
      <ul class="cards is-new">${sorted.map(({ person, card }) => keyed(person.id, html`
        <li class="card card-preview">
          <div class="qr">${qrCode(card.qr, t("card.picture", { name: nameOf(person) }))}</div>
          <p class="row-title">${nameOf(person)}</p><p class="card-code"><b>${card.code}</b></p>
        </li>`))}</ul>`;
  }
}

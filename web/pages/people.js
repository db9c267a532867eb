// Everybody of the company: who is here, who is invited and hasn't come yet, who is switched off.

import { html, keyed } from "app/html.js";
import { byName, t } from "app/words.js";
import { avatar, invitationChip, nameOf, roleChip, standingOf } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead, section } from "parts/pieces.js";
import { matches, searchField } from "parts/search-field.js";

const standings = ["active", "invited", "off"];
/** So many are seen at a glance. */
const few = 5;

export default function people(page) {
  page.read({ people: `${page.company.api}/users` });
  let search = "";
  const onInput = (text) => {
    search = text;
    page.update();
  };
  return () => {
    const all = page.data.people;
    const found = all.filter((person) => matches(search, nameOf(person), person.email)).sort(byNames);
    return html`
      ${pageHead({
        title: t("people.title"),
        actions: html`<a class="button is-primary" href=${page.link("/people/new")}>${icon("add")}${t("people.invite")}</a>`,
      })}
      ${all.length > few && searchField({ label: t("people.search"), value: search, onInput })}
      <div aria-live="polite">
        ${found.length === 0 && emptyState({ icon: "search", title: t("people.nothing"), text: t("people.nothingText") })}
      </div>
      ${standings.map((standing) => group(page, standing, found.filter((person) => standingOf(person) === standing)))}
      ${all.length === 1 && emptyState({ icon: "people", title: t("people.alone"), text: t("people.aloneText") })}`;
  };
}

function byNames(a, b) {
  return byName(a.firstName, b.firstName) || byName(a.lastName, b.lastName);
}

const group = (page, standing, people) => people.length > 0 && section({
  title: t(`people.${standing}`),
  count: people.length,
  content: html`<ul class="list is-columns">${people.map((person) => row(page, person))}</ul>`,
});

const row = (page, person) => keyed(person.id, html`
  <li class="row is-link">
    ${avatar(person)}
    <div class="row-text">
      <div class="person-line">
        <a class="row-title stretched" href=${page.link(`/people/${person.id}`)}>${nameOf(person)}</a>
        ${person.id === page.user.id && html`<span class="row-sub">(${t("people.you")})</span>`}
        ${person.role !== "WORKER" && roleChip(person)}
        ${standingOf(person) === "invited" && invitationChip(person)}
      </div>
      <p class="row-sub is-line">${person.email}</p>
    </div>
    <span class="row-arrow">${icon("forward")}</span>
  </li>`);

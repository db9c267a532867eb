// The company's people: active, invited, and blocked; and those who were removed.

import { html, keyed } from "app/html.js";
import { may } from "app/may.js";
import { byName, day, t } from "app/words.js";
import { avatar, formerName, hasNoEmail, invitationChip, nameOf, roleChip, standingOf } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { callButton } from "parts/phone-link.js";
import { emptyState, linkRow, pageHead, section, whyMissing } from "parts/pieces.js";
import { matches, searchField } from "parts/search-field.js";

const standings = ["active", "invited", "off"];
/** How many people are shown at once. */
const few = 5;

export default function people(page) {
  page.read({ people: `${page.company.api}/users` });
  let search = "";
  let isFormer = page.query.has("former");
  if (isFormer) readFormer();
  const onInput = (text) => {
    search = text;
    page.update();
  };
  return () => {
    const all = page.data.people;
    const found = all.filter((person) => matches(search, ...textsOf(person))).sort(byNames);
    return html`
      ${pageHead({
        title: t("people.title"),
        actions: may.invite() && html`
          <a class="button is-primary" href=${page.link("/people/new")}>${icon("add")}${t("people.invite")}</a>
          ${all.some((person) => hasNoEmail(person) && standingOf(person) !== "off") && html`
            <a class="button" href=${page.link("/people/cards")}>${icon("print")}${t("people.cards")}</a>`}`,
      })}
      ${all.length > few && searchField({ label: t("people.search"), value: search, onInput })}
      <div aria-live="polite">
        ${found.length === 0 && emptyState({ icon: "search", title: t("people.nothing"), text: t("people.nothingText") })}
      </div>
      ${standings.map((standing) => group(page, standing, found.filter((person) => standingOf(person) === standing)))}
      ${all.length === 1 && may.invite() && emptyState({ icon: "people", title: t("people.alone"), text: t("people.aloneText") })}
      ${may.restore() && (isFormer ? former() : html`
        <p class="archive-link"><button type="button" class="link" @click=${showFormer}>${t("people.former")}</button></p>`)}`;
  };

  function showFormer() {
    isFormer = true;
    // For the way back.
    history.replaceState(history.state, "", `${page.path}?former`);
    readFormer();
    page.update();
  }

  function readFormer() {
    page.read({ former: `${page.company.api}/users?status=REMOVED` }, { optional: true });
  }

  /** Those who were removed, the latest first. */
  function former() {
    const { former: all } = page.data;
    if (!all) return page.problems.former && html`<p class="hint">${whyMissing(page.problems.former, "people.formerNotKept")}</p>`;
    const found = all.filter((person) => matches(search, ...textsOf(person)));
    return section({
      title: t("people.former"),
      count: found.length,
      content: found.length > 0
        ? html`<ul class="list is-columns">${found.map((person) => keyed(person.id, linkRow({
          href: page.link(`/people/${person.id}?former`), title: formerName(person), before: avatar(formerName(person)),
          text: t("archive.removedOn", { day: day(person.removedAt) }),
        })))}</ul>`
        : html`<p class="hint">${t("people.formerNone")}</p>`,
    });
  }
}

const textsOf = (person) => [nameOf(person), person.email, person.phone, person.personnelNumber].filter(Boolean);

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
      <p class="row-sub is-line">${remarkOn(person)}</p>
    </div>
    ${callButton(person, nameOf(person))}
    <span class="row-arrow">${icon("forward")}</span>
  </li>`);

const remarkOn = (person) => [
  person.email ?? t("people.noEmail"), person.personnelNumber && t("people.number", { number: person.personnelNumber }),
].filter(Boolean).join(" · ");

// Small marks for people and states.

import { html } from "app/html.js";
import { hasWord, t } from "app/words.js";

/** @param {{firstName: string, lastName: string} | string} person  @returns "Lena Vogt" */
export const nameOf = (person) => (typeof person === "string" ? person : `${person.firstName} ${person.lastName}`);

/** A person's initials, always in the same colour. */
export function avatar(person) {
  const names = nameOf(person).trim().split(/\s+/);
  const initials = [names[0], names.length > 1 ? names.at(-1) : ""].map((name) => [...name][0] ?? "").join("");
  const tone = [...nameOf(person)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 6;
  return html`<span class="avatar tone-${String(tone)}" aria-hidden="true">${initials.toLocaleUpperCase()}</span>`;
}

/** A person with their name, and an optional remark and chips below it. */
export const personChip = (person, remark, chips = []) => html`
  <span class="person">${avatar(person)}<span class="person-text"><span class="person-name">${nameOf(person)}</span>
    ${remark && html`<span class="person-remark">${remark}</span>`}
    ${chips.length > 0 && html`<span class="chips person-chips">${chips}</span>`}</span></span>`;

/** Several people in little space. */
export const avatars = (people, { most = 4, count = people.length } = {}) => html`
  <span class="avatars" role="img" aria-label=${people.map(nameOf).join(", ")}>
    ${people.slice(0, most).map(avatar)}
    ${count > most && html`<span class="avatar is-more" aria-hidden="true">+${String(count - most)}</span>`}
  </span>`;

/** @param {unknown} text  @param {string} kind done, low, danger, now, quiet or strong */
export const chip = (text, kind = "quiet") => html`<span class="chip is-${kind}">${text}</span>`;

const word = (place, code) => (hasWord(`${place}.${code}`) ? t(`${place}.${code}`) : code);

/** The usual case has no chip: an active site no status, a normal one no priority. */
export const statusChip = ({ status }) => status !== "ACTIVE" && chip(word("site.statuses", status));
export const priorityChip = ({ priority }) =>
  priority !== "medium" && chip(word("site.priorities", priority), priority === "high" ? "danger" : "quiet");
export const lowChip = (count) => count > 0 && chip(t("material.lowCount", { count }), "low");

/** A person's role in the company, in a word. */
export const roleOf = ({ role, isOwner }) => (isOwner ? t("person.owner") : word("roles", role));
export const roleChip = (person) => chip(roleOf(person), person.role === "WORKER" ? "quiet" : "strong");

/** Of a removed person: the name is kept only as long as a record needs it. */
export const formerName = (person) => nameOf(person).trim() || t("history.somebody");

/** Whether the person signs in with a card. */
export const hasNoEmail = ({ email }) => email === null;

/** Whether the person has a valid card that wasn't used yet. */
export const hasValidCard = (person) => hasNoEmail(person) && ["sent", "delivered"].includes(person.invitation?.state);

/** "active", "invited" until the person has joined, or "off". */
export function standingOf({ status, invitation }) {
  if (status === "ACTIVE") return "active";
  return invitation && invitation.state !== "accepted" ? "invited" : "off";
}

const kinds = new Map([["failed", "danger"], ["expired", "low"], ["delivered", "done"]]);

/** Whether the person has joined, and the state of their invitation. */
export function invitationChip(person) {
  const standing = standingOf(person);
  if (standing === "active") return null;
  if (standing === "off") return chip(t("person.off"));
  const { invitation } = person;
  return chip(word(hasNoEmail(person) ? "person.cards" : "person.invitations", invitation.state), kinds.get(invitation.state) ?? "quiet");
}

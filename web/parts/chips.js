// Small marks for people and states.

import { html } from "app/html.js";
import { hasWord, t } from "app/words.js";

/** @param {{firstName: string, lastName: string} | string} person  @returns "Lena Vogt" */
export const nameOf = (person) => (typeof person === "string" ? person : `${person.firstName} ${person.lastName}`);

/** A person's initials in a colour that stays theirs. */
export function avatar(person) {
  const names = nameOf(person).trim().split(/\s+/);
  const initials = [names[0], names.length > 1 ? names.at(-1) : ""].map((name) => [...name][0] ?? "").join("");
  const tone = [...nameOf(person)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 6;
  return html`<span class="avatar tone-${String(tone)}" aria-hidden="true">${initials.toLocaleUpperCase()}</span>`;
}

/** A person with their name, and perhaps a remark. */
export const personChip = (person, remark) => html`
  <span class="person">${avatar(person)}<span class="person-text"><span class="person-name">${nameOf(person)}</span>
    ${remark && html`<span class="person-remark">${remark}</span>`}</span></span>`;

/** Several people in little space. */
export const avatars = (people, { most = 4, count = people.length } = {}) => html`
  <span class="avatars" role="img" aria-label=${people.map(nameOf).join(", ")}>
    ${people.slice(0, most).map(avatar)}
    ${count > most && html`<span class="avatar is-more" aria-hidden="true">+${String(count - most)}</span>`}
  </span>`;

/** @param {"done" | "low" | "danger" | "now" | "quiet"} kind */
export const chip = (text, kind = "quiet") => html`<span class="chip is-${kind}">${text}</span>`;

const word = (place, code) => (hasWord(`${place}.${code}`) ? t(`${place}.${code}`) : code);

/** What is usual isn't said: an active site has no status chip, a middling one no priority. */
export const statusChip = ({ status }) => status !== "ACTIVE" && chip(word("site.statuses", status));
export const priorityChip = ({ priority }) =>
  priority !== "medium" && chip(word("site.priorities", priority), priority === "high" ? "danger" : "quiet");
export const lowChip = (count) => count > 0 && chip(t("material.lowCount", { count }), "low");

export const roleChip = ({ role }) => chip(word("roles", role), role === "WORKER" ? "quiet" : "strong");

/** "active", "invited" as long as somebody hasn't come, or "off". */
export function standingOf({ status, invitation }) {
  if (status === "ACTIVE") return "active";
  return invitation && invitation.state !== "accepted" ? "invited" : "off";
}

const kinds = new Map([["failed", "danger"], ["expired", "low"], ["delivered", "done"]]);

/** Whether somebody has come, and what became of their invitation. */
export function invitationChip(person) {
  const standing = standingOf(person);
  if (standing === "active") return null;
  if (standing === "off") return chip(t("person.off"));
  const { invitation } = person;
  return chip(word("person.invitations", invitation.state), kinds.get(invitation.state) ?? "quiet");
}

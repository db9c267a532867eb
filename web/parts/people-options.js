// People to choose from, for a field with a box for each.

import { t } from "app/words.js";
import { nameOf, standingOf } from "parts/chips.js";

/**
 * @param {object[]} users of the company
 * @param {{userId: string}[]} assigned come first
 */
export function peopleOptions(users, assigned) {
  const isAssigned = (user) => assigned.some((one) => one.userId === user.id);
  return users
    .toSorted((a, b) => isAssigned(b) - isAssigned(a) || nameOf(a).localeCompare(nameOf(b)))
    .map((user) => ({ value: user.id, label: nameOf(user), hint: remarkOn(user) }));
}

function remarkOn(user) {
  const standing = standingOf(user);
  if (standing === "active") return t(`roles.${user.role}`);
  return t(standing === "off" ? "person.off" : `person.invitations.${user.invitation.state}`);
}

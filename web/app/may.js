// Who may do what. The server decides; this keeps what would be refused out of sight. Sites need no question of their own:
// a worker is told of the assigned ones only.

import { session } from "app/session.js";

const role = () => session.user?.role;
const leads = () => role() === "ADMIN" || role() === "MANAGER";
const operates = () => role() === "ADMIN";
const worksHere = () => role() === "MANAGER" || role() === "WORKER";

export const may = {
  listCompanies: operates,
  /** Take a copy of a whole company, and erase it. */
  eraseCompany: operates,
  changeCompany: leads,
  seePeople: leads,
  invite: leads,
  /** Change, switch off, remove. */
  changePerson: (person) => operates() || (role() === "MANAGER" && person.role === "WORKER"),
  /** The roles that one may give. */
  roles: () => (leads() ? ["WORKER", "MANAGER"] : []),
  /** Open, change and remove sites, and say who works there. */
  changeSites: leads,
  /** Add, change and remove materials. */
  changeMaterials: leads,
  /** Take and add. */
  adjustMaterials: () => leads() || worksHere(),
  clockIn: worksHere,
  /** See everybody's hours; one's own are always there. */
  seeAllHours: leads,
  correctHours: leads,
  /** What was changed, and what became of mails. */
  seeHistory: leads,
};

// Permissions. The server decides; this hides what would be refused. Sites need no check of their own:
// a worker gets only the assigned ones.

import { session } from "app/session.js";

const role = () => session.user?.role;
const leads = () => role() === "ADMIN" || role() === "MANAGER";
const reads = () => leads() || role() === "BOOKKEEPER";
const operates = () => role() === "ADMIN";
const owns = () => operates() || (role() === "MANAGER" && session.user.isOwner === true);
const worksHere = () => role() === "MANAGER" || role() === "WORKER";

export const may = {
  listCompanies: operates,
  /** Take a copy of a whole company, and erase it. */
  eraseCompany: operates,
  changeCompany: leads,
  seePeople: reads,
  invite: leads,
  /** Change, switch off, remove. */
  changePerson: (person) => owns() || (role() === "MANAGER" && person.role === "WORKER"),
  /** Make another person the owner of the company. */
  giveOwnership: owns,
  /** The roles that the person may give. */
  roles() {
    if (owns()) return ["WORKER", "BOOKKEEPER", "MANAGER"];
    return leads() ? ["WORKER"] : [];
  },
  /** Open, change and remove sites, and assign people. */
  changeSites: leads,
  seeAllSites: reads,
  /** Add, change and remove materials. */
  changeMaterials: leads,
  /** What a unit of a material costs. */
  seePrices: leads,
  /** See what was removed of sites; and put it back, people too. */
  seeArchive: reads,
  restore: leads,
  /** Take and add. */
  adjustMaterials: () => leads() || worksHere(),
  clockIn: worksHere,
  /** Move material away from a site or the depot; foremen, away from the sites that they lead. */
  moveMaterial: (site) => may.leadSite(site),
  /** End the work on a site, and say where what is left goes. */
  finishSites: leads,
  /** See what a site has cost. */
  seeCosts: reads,
  /** See everyone's hours; a person's own are always visible. */
  seeAllHours: reads,
  /** Make files for payroll. */
  exportHours: reads,
  correctHours: leads,
  /** Approve days of hours, and reopen them. */
  approveHours: reads,
  /** Book and decline what was reported late, everywhere; foremen on the sites that they lead. */
  clarify: leads,
  /** Answer what is asked for, enter and remove people's absences, and say how long they are to work. */
  answerAbsences: reads,
  /** Enter, see and correct a crew's hours: managers everywhere, foremen on the sites that they lead. */
  leadSite: (site) => leads() || (role() === "WORKER" && isForeman(site)),
  /** Audit entries, and the delivery status of mails. */
  seeHistory: leads,
  manageTokens: () => role() === "MANAGER",
};

const isForeman = (site) => (site?.assignments ?? []).some(({ userId, isForeman }) => isForeman === true && userId === session.user.id);

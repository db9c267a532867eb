// What a write's answer changes in what is known, so that pages show it before they have asked again.

import { clockSettled, materialSettled } from "app/sites.js";

/** @param {{kind: string, about: {company: string, site: string, siteName?: string}}} entry  @param {object} answer */
export const settle = ({ kind, about: { company, site, siteName } }, answer) =>
  (kind === "adjust" ? materialSettled(company, site, answer) : clockSettled(company, answer, siteName));

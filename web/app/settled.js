// Applies a write's answer to the kept answers, so that pages show it before they refresh.

import { clockSettled, materialSettled, siteFinished, transferSettled } from "app/sites.js";

/**
 * @param {{kind: string, about: any}} entry
 * @param {object | object[]} answer several entries where a crew's hours were entered.
 */
export async function settle({ kind, about }, answer) {
  const { company, site, siteName } = about;
  if (kind === "adjust") return materialSettled(company, site, answer);
  if (kind === "transfer") return transferSettled(company, answer);
  if (kind === "finish") return siteFinished(company, answer, new Set(about.lines.map(({ to }) => to).filter(Boolean)));
  for (const one of [answer].flat()) await clockSettled(company, one, siteName);
}

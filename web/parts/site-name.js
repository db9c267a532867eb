// What the site of a time entry is called, as far as the person knows it.

import { t } from "app/words.js";

/** @param {import("app/page.js").Page} page whose data has `overview`  @param {{siteId: string, siteName?: string}} entry kept before it had names */
export const siteName = (page, { siteId, siteName: name }) =>
  name ?? page.data.overview?.sites.find(({ id }) => id === siteId)?.name ?? t("hours.formerSite");

// The name of a time entry's site, as far as it is known.

import { t } from "app/words.js";

/** @param {import("app/page.js").Page} page whose data has `overview`  @param {{siteId: string, siteName?: string}} entry kept before it had names */
export const siteName = (page, { siteId, siteName: name }) =>
  name ?? page.data.overview?.sites.find(({ id }) => id === siteId)?.name ?? t("hours.formerSite");

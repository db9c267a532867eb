// What a site is called, as far as the person knows it.

import { t } from "app/words.js";

/** @param {import("app/page.js").Page} page whose data has `sites`. */
export const siteName = (page, id) => page.data.sites.find((site) => site.id === id)?.name ?? t("hours.formerSite");

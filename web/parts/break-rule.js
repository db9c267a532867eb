// The choice of what is subtracted from a day without a recorded break.

import { t } from "app/words.js";
import { choiceField } from "parts/fields.js";

/** @param {string} [value] the rule that is chosen at first. */
export const breakRuleField = (form, value = "NONE") => choiceField(form, {
  name: "breakRule", label: t("company.breakRule"), hint: t("company.breakRuleHint"), value,
  options: ["NONE", "LEGAL"].map((rule) => ({ value: rule, label: t(`company.breakRules.${rule}`) })),
});

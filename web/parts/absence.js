// Absences in words. Its importers say first `await useWords("absences")`.

import { day, dayRange, duration, t } from "app/words.js";

/** What for; nothing more than that for whom it is hidden from. */
export const kindOf = ({ kind }) => t(kind ? `absences.kinds.${kind}` : "absences.away");

/** On which days, and how much of each. @param {{from: string, to: string, half: boolean, minutes: number | null}} absence */
export function daysOf({ from, to, half, minutes }) {
  const days = from === to ? day(from, "weekday") : dayRange(from, to);
  if (half) return t("absences.halfDays", { days });
  return minutes ? t("absences.partDays", { days, duration: duration(minutes) }) : days;
}

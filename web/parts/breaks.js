// The breaks of a time entry in words, and how they are known.

import { duration, t, time } from "app/words.js";

/** @param {{breaks?: {from: string | null, to: string | null, minutes: number | null, source: string}[]}} entry  @returns {string[]} */
export function breaksOf({ breaks = [] }) {
  const running = breaks.find(({ from, to }) => from && !to);
  return [
    ...["TAKEN", "STATED"].flatMap((source) => {
      const ended = breaks.filter((one) => one.source === source && one.minutes !== null);
      if (!ended.length) return [];
      const minutes = ended.reduce((sum, one) => sum + one.minutes, 0);
      if (source === "TAKEN") return [t("breaks.taken", { duration: duration(minutes) })];
      return [minutes ? t("breaks.stated", { duration: duration(minutes) }) : t("breaks.statedNone")];
    }),
    ...(running ? [t("clock.onBreak", { time: time(running.from) })] : []),
  ];
}

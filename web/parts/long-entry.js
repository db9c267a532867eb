// An entry of more than a day is rarely meant: the server asks once, and so does the app.

import { t } from "app/words.js";
import { ask } from "parts/dialog.js";

/** Whether it was refused for that. @param {{fields?: {code?: string}[]} | null | undefined} problem */
export const isTooLong = (problem) => Boolean(problem?.fields?.some(({ code }) => code === "longer-than-a-day"));

/**
 * Sends an entry, and once more if it is as long as it looks.
 * @param {object} body  @param {(body: object) => Promise<any>} send  @param {boolean} [isAsked] whether the server has asked already
 */
export async function sendSure(body, send, isAsked = false) {
  if (isAsked) {
    if (!(await isMeant())) throw new DOMException("It isn't meant.", "AbortError");
    return send({ ...body, confirm: true });
  }
  try {
    return await send(body);
  } catch (problem) {
    if (!isTooLong(problem) || problem.fields.length > 1 || !(await isMeant())) throw problem;
    return send({ ...body, confirm: true });
  }
}

const isMeant = () => ask({ title: t("hours.long.title"), text: t("hours.long.text"), confirm: t("hours.long.confirm"), cancel: t("hours.long.cancel") });

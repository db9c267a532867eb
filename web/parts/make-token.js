// Makes an API token, in a dialog, and shows it this once. Its importers say first `await useWords("tokens")`.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { toast } from "app/live.js";
import { now } from "app/now.js";
import { day, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { choiceField, formView, selectField, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";

/** What a token can be given, hours first. */
export const scopes = [
  "readTimes", "exportHours", "enterTimes", "correctTimes", "submitTimes", "approveTimes", "verifyHours", "readAbsences", "changeAbsences",
  "changeTargets", "readClarifications", "decideClarifications", "checkIn", "readSites", "changeSites", "readCosts", "changeMaterials",
  "adjustAmounts", "moveMaterial", "readUsers", "readCompany", "readAudit", "readMails",
];

/** In days; the server allows 366. */
const lengths = [1, 30, 90, 365];
const dayLength = 86_400_000;
const endOf = (days) => new Date(now() + days * dayLength).toISOString();

/** @param {{api: string}} company  @returns {Promise<boolean>} whether one was made. */
export async function makeToken(company) {
  let form = null;
  const made = await openDialog({
    title: t("tokens.makeTitle"),
    view: (dialog) => {
      form ??= createForm(dialog, {
        check: ({ scopes: chosen }) => (chosen?.length ? {} : { scopes: t("tokens.pickOne") }),
        send: ({ name, scopes: chosen, days }) => api.post(`${company.api}/tokens`, { name, scopes: chosen, expiresAt: endOf(Number(days)) }),
        done: (answer) => dialog.close(answer),
      });
      return formView(form, html`
        <p>${t("tokens.makeLead")}</p>
        ${textField(form, { name: "name", label: t("tokens.name"), hint: t("tokens.nameHint"), maxlength: 100, autofocus: true })}
        ${choiceField(form, {
          name: "scopes", label: t("tokens.may"), hint: t("tokens.mayHint"), isList: true, value: [],
          options: scopes.map((value) => ({ value, label: t(`tokens.scopes.${value}`) })),
        })}
        ${selectField(form, {
          name: "days", label: t("tokens.lasts"), value: "90",
          options: lengths.map((days) => ({ value: String(days), label: t("tokens.lastsDays", { count: days, day: day(endOf(days)) }) })),
        })}
      `, { submit: t("tokens.make") });
    },
  });
  if (!made) return false;
  await show(made, company);
  return true;
}

/** It can't be dismissed by chance: there is no second time. */
function show({ name, token }, company) {
  return openDialog({
    title: t("tokens.madeTitle", { name }),
    mayClose: false,
    view: (dialog) => html`
      <p>${t("tokens.made")}</p>
      ${shownText("token-text", t("tokens.key"), token)}
      <div class="actions">
        <button type="button" class="button is-primary" @click=${copy}>${icon("copy")}${t("tokens.copy")}</button>
      </div>
      ${shownText("token-address", t("tokens.address"), `${location.origin}/api/v1${company.api}`)}
      <div class="actions">
        <button type="button" class="button" @click=${() => dialog.close()}>${t("tokens.finish")}</button>
      </div>`,
  });
}

const shownText = (id, label, text) => html`
  <div class="field">
    <label for=${id}>${label}</label>
    <div class="input"><input id=${id} readonly value=${text} autocomplete="off" spellcheck="false"
      @focus=${({ currentTarget }) => currentTarget.select()}></div>
  </div>`;

async function copy() {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("token-text"));
  input.focus();
  try {
    // The clipboard is available on https only.
    if (navigator.clipboard) await navigator.clipboard.writeText(input.value);
    else if (!document.execCommand("copy")) throw new Error("no clipboard");
    toast(t("tokens.copied"));
  } catch {
    toast(t("tokens.copyFailed"), { kind: "problem" });
  }
}

// The state of a person's invitation, and a new link if the old one doesn't work.

import { api } from "app/api.js";
import { html } from "app/html.js";
import { fail, toast } from "app/live.js";
import { hasWord, moment, t } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { mailReason } from "parts/mail-reason.js";
import { section } from "parts/pieces.js";

/** @returns {(person: object) => unknown} shows it. */
export function createInvitation(page, path) {
  let made = null;
  let isBusy = false;

  async function make({ email }) {
    if (isBusy) return;
    isBusy = true;
    page.update();
    try {
      const answer = await api.post(`${path}/invitation`);
      // A person who has joined before gets the link by mail only.
      made = answer.link ? answer : null;
      toast(made ? t("person.linkMade") : t("person.linkMailed", { email }));
      await page.refresh();
      setTimeout(() => document.getElementById("invitation-link")?.focus());
    } catch (problem) {
      fail(problem);
    }
    isBusy = false;
    page.update();
  }

  return (person) => section({
    title: t("person.invitation"),
    content: html`
      <div class="card">
        ${!made && state(person)}
        ${made && linkBox(person, made)}
        <div class="actions">
          <button type="button" class="button ${isStuck(person) && !made && "is-primary"}" aria-disabled=${isBusy ? "true" : null} @click=${() => make(person)}>
            ${icon("send")}${t(isBusy ? "form.busy" : "person.inviteAgain")}</button>
        </div>
        <p class="hint">${t("person.inviteAgainHint")}</p>
      </div>`,
  });
}

const isStuck = ({ invitation }) => !invitation || ["failed", "expired"].includes(invitation.state);

function state({ email, invitation }) {
  // They were removed, and are back.
  if (!invitation) return html`<p>${t("person.notInvited")}</p>`;
  const { at } = invitation;
  const word = `person.invitationTexts.${invitation.state}`;
  return html`
    <p>${t(hasWord(word) ? word : "person.invitationTexts.queued", { email, when: moment(at) })}</p>
    ${mailReason(invitation)}`;
}

const linkBox = (person, { link, expiresAt }) => html`
  <div class="field">
    <label for="invitation-link">${t("person.link", { name: nameOf(person) })}</label>
    <div class="input"><input id="invitation-link" readonly value=${link} aria-describedby="invitation-hint"
      @focus=${({ currentTarget }) => currentTarget.select()}></div>
    <p class="hint" id="invitation-hint">${t("person.linkHint", { until: moment(expiresAt) })}</p>
  </div>
  <div class="actions">
    <button type="button" class="button is-primary" @click=${copy}>${icon("copy")}${t("person.copyLink")}</button>
  </div>`;

async function copy() {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("invitation-link"));
  input.focus();
  try {
    // The clipboard is available on https only.
    if (navigator.clipboard) await navigator.clipboard.writeText(input.value);
    else if (!document.execCommand("copy")) throw new Error("no clipboard");
    toast(t("person.copied"));
  } catch {
    toast(t("person.copyFailed"), { kind: "problem" });
  }
}

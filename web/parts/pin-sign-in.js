// Who has a PIN in this browser: their names, and after a tap on one the PIN.

import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { phone } from "app/phone.js";
import { t, useAllWords } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { pageHead } from "parts/pieces.js";
import { emptyPin, isPin, pinField } from "parts/pin-field.js";

/** The field, and how many tries are left once one went wrong. @param {any} form */
export function pinLine(form) {
  const { params, fields } = form.problem ?? {};
  const left = params?.left ?? fields?.find(({ code }) => code === "wrong-pin")?.params?.left;
  return html`
    ${pinField(form, { name: "pin", label: t("pin.label"), autofocus: true })}
    ${Number.isFinite(left) && html`<p class="hint" role="status">${t("pin.left", { count: left })}</p>`}`;
}

/** A form that takes a PIN. @param {{update: () => void, hasInput: () => boolean}} host  @param {(pin: string) => Promise<unknown>} send */
export function createPinForm(host, send, done = () => {}) {
  const form = createForm(host, {
    check: ({ pin }) => (isPin(pin) ? {} : { pin: t("fields.not-a-pin") }),
    send: ({ pin }) => send(pin).catch((problem) => {
      if (problem.code === "wrong-pin") form.refuse(problem, { "wrong-pin": "pin" });
      if (isWrong(problem)) emptyPin(form);
      // Nothing typed is worth keeping then.
      if (problem.code === "phone-ended") form.isChanged = false;
      throw problem;
    }),
    done,
  });
  return form;
}

const isWrong = ({ code, fields }) => code === "wrong-pin" || fields?.some((flaw) => flaw.code === "wrong-pin");

/** Whether the PIN has ended in this browser: asking for it again is no use. */
const isEnded = (form) => form.problem?.code === "phone-ended";

const ended = (form, actions) => html`
  <div class="form">
    <div class="notice is-problem form-failure" role="alert">${icon("warning")}<p>${form.failure}</p></div>
    <div class="actions">${actions}</div>
  </div>`;

export const signInByPin = phone.signIn;

/**
 * The content of a dialog that takes a PIN, and is closed with true.
 * @param {{text: string, submit: string, send: (pin: string) => Promise<unknown>, more?: unknown, byCard?: () => unknown}} asking `byCard`
 *   leads to the way in that remains when the PIN has ended.
 */
export function pinAsking({ text, submit, send, more, byCard }) {
  let form = null;
  return (dialog) => {
    form ??= createPinForm(dialog, send, () => dialog.close(true));
    if (byCard && isEnded(form)) {
      return ended(form, html`
        <button type="button" class="button is-primary" @click=${byCard}>${t("signIn.byCard")}</button>${more}`);
    }
    return html`
      <p>${text}</p>
      ${formView(form, pinLine(form), { submit, more })}`;
  };
}

/**
 * @param {{update: () => void, hasInput: () => boolean}} page  @param {() => void} byPassword shows the other way in.
 * @returns {Promise<() => unknown>} shows it.
 */
export async function createPinSignIn(page, byPassword) {
  await useAllWords();
  phone.look().then((people) => (people.length || page.hasInput() ? page.update() : byPassword()));
  let chosen = phone.people.length === 1 ? phone.people[0] : null;
  let form = null;

  const choose = (one) => {
    [chosen, form] = [one, null];
    page.hasInput = () => false;
    page.update();
  };

  return () => (chosen ? asking() : names());

  function names() {
    const companies = new Set(phone.people.map(({ companyName }) => companyName));
    return html`
      ${pageHead({ title: t("pin.who"), lead: companies.size === 1 && [...companies] })}
      <div class="form">
        ${phone.people.map((one) => keyed(one.userId, html`
          <button type="button" class="button is-big" @click=${() => choose(one)}>
            ${nameOf(one)}${companies.size > 1 && ` · ${one.companyName}`}</button>`))}
      </div>
      ${others()}`;
  }

  function asking() {
    form ??= createPinForm(page, (pin) => phone.signIn(chosen.userId, pin).catch(async (problem) => {
      // A key that ended is none any more.
      if (problem.code === "phone-ended") await phone.look();
      throw problem;
    }));
    const isAlone = phone.people.every(({ userId }) => userId === chosen.userId);
    const back = !isAlone && html`<button type="button" class="button" @click=${() => choose(null)}>${t("pin.others")}</button>`;
    return html`
      ${pageHead({ title: nameOf(chosen), lead: chosen.companyName })}
      ${isEnded(form)
        ? ended(form, html`<a class="button is-primary" href="/card">${t("signIn.byCard")}</a>${back}`)
        : formView(form, pinLine(form), { submit: t("signIn.submit"), more: back })}
      ${others({ isCardOffered: isEnded(form) })}`;
  }

  function others({ isCardOffered = false } = {}) {
    return html`
      <div class="door-other">
        ${!isCardOffered && html`<a href="/card">${t("signIn.byCard")}</a><br>`}
        <a href="/?" @click=${(event) => { event.preventDefault(); byPassword(); }}>${t("pin.byPassword")}</a>
      </div>`;
  }
}

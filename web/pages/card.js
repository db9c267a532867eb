// Signing in with a card: the link behind its QR code, or its code typed in. Nothing is spent before the person has chosen a PIN and tapped.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { fail } from "app/live.js";
import { importModule } from "app/modules.js";
import { tabNotes } from "app/notes.js";
import { phone } from "app/phone.js";
import { go } from "app/router.js";
import { session } from "app/session.js";
import { t, useAllWords } from "app/words.js";
import { formView, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead } from "parts/pieces.js";
import { emptyPin, isPin, pinField } from "parts/pin-field.js";

// It is kept while the tab is open, not in the address: that is copied, shown and kept in the history.
const note = "polier.card";

/** In the fragment, or in the query if the server's settings say so. */
const tokenOf = (page) => new URLSearchParams(location.hash.slice(1)).get("token") ?? page.query.get("token");

export default async function card(page) {
  takeToken(page);
  await useAllWords();
  // Another card that is opened in the same tab changes the fragment only.
  addEventListener("hashchange", () => tokenOf(page) && location.reload(), { signal: page.signal });
  /** @type {{token: string} | {code: string} | null} */
  let given = null;
  /** Whose it is. @type {{firstName: string, companyName: string, isSecond: boolean} | null} */
  let holder = null;
  let isOver = false;
  let [codeForm, pinForm] = [null, null];

  const token = tabNotes.get(note);
  if (token) await look({ token }).catch(refused);
  // A browser that forgot what scripts store still has its key.
  else phone.look().then(() => page.update());

  async function look(one) {
    holder = await api.post("/auth/card/holder", one, { signal: page.signal });
    given = one;
  }

  /** A card that is no longer valid leads to the way out; of a code that was typed it stands at its field. */
  function refused(problem) {
    if (problem.code !== "card-not-valid") throw problem;
    isOver = true;
    tabNotes.remove(note);
  }

  function another() {
    tabNotes.remove(note);
    [given, holder, isOver, codeForm, pinForm] = [null, null, false, null, null];
    page.hasInput = () => false;
    page.update();
  }

  const typed = () => {
    codeForm ??= createForm(page, {
      send: ({ code }) => look({ code }),
      done() {
        page.hasInput = () => false;
        page.update();
      },
    });
    return html`
      ${pageHead({ title: t("card.title"), lead: t("card.lead"), back: { href: "/", label: t("signIn.title") } })}
      ${formView(codeForm, textField(codeForm, {
        name: "code", label: t("card.code"), hint: t("card.codeHint"), maxlength: 20, autocomplete: "off", autocapitalize: "characters", size: "short",
      }), { submit: t("card.next") })}
      ${phone.people.length > 0 && html`<p class="door-other"><a href="/">${t("card.known", {
        names: phone.people.map(({ firstName }) => firstName).join(", "),
      })}</a></p>`}`;
  };

  const choosing = () => {
    const isFirst = !holder.isSecond;
    pinForm ??= createForm(page, {
      check: ({ pin, again }) => (!isPin(pin) ? { pin: t("fields.not-a-pin") } : isFirst && pin !== again ? { again: t("card.differs") } : {}),
      send: ({ pin }) => phone.takeCard(given, pin, arrive).catch((problem) => {
        if (problem.code === "wrong-pin") {
          pinForm.refuse(problem, { "wrong-pin": "pin" });
          emptyPin(pinForm);
        }
        else if (problem.code === "card-not-valid") refused(problem);
        throw problem;
      }),
      async done() {
        const { hintAtHomeScreen } = await importModule(() => import("parts/home-screen.js"));
        if (isFirst) await hintAtHomeScreen({ hasCode: "code" in given });
      },
    });
    return html`
      ${pageHead({
        title: t("card.hello", { name: holder.firstName }),
        lead: t(isFirst ? "card.choose" : "card.again", { company: holder.companyName }),
      })}
      ${formView(pinForm, html`
        ${pinField(pinForm, {
          name: "pin", label: t("pin.label"), hint: isFirst && t("pin.rule"), autocomplete: isFirst ? "new-password" : "current-password", autofocus: true,
        })}
        ${isFirst && pinField(pinForm, { name: "again", label: t("pin.again"), autocomplete: "new-password" })}
      `, {
        submit: t("signIn.submit"),
        more: html`<button type="button" class="button is-quiet" @click=${another}>${t("card.notMe", { name: holder.firstName })}</button>`,
      })}`;
  };

  function arrive() {
    tabNotes.remove(note);
    page.hasInput = () => false;
    history.replaceState(history.state, "", "/");
  }

  return () => {
    if (isOver) {
      return emptyState({
        icon: "key", title: t("card.overTitle"), text: t("problems.card-not-valid"), isPage: true,
        action: html`<button type="button" class="button is-primary" @click=${another}>${t("card.typeCode")}</button>
          <a class="button" href="/">${t("signIn.title")}</a>`,
      });
    }
    if (session.user) return taken(holder);
    return holder ? choosing() : typed();
  };
}

function takeToken(page) {
  const token = tokenOf(page);
  if (!token) return;
  tabNotes.set(note, token);
  history.replaceState(history.state, "", "/card");
}

/** Another person is signed in here: their unsent acts must not be sent under another name. */
const taken = (holder) => html`
  ${pageHead({
    title: t("card.takenTitle"),
    lead: holder ? t("card.takenText", { name: session.user.firstName, next: holder.firstName }) : t("card.takenByText", { name: session.user.firstName }),
  })}
  <div class="actions">
    <button type="button" class="button is-primary" @click=${() => session.leave().catch(fail)}>
      ${icon("out")}${holder ? t("card.takeOver", { name: holder.firstName }) : t("card.leave", { name: session.user.firstName })}</button>
    <button type="button" class="button" @click=${() => { tabNotes.remove(note); go("/", { saved: true }).catch(fail); }}>
      ${t("card.stay", { name: session.user.firstName })}</button>
  </div>`;

// The card by which a person without an e-mail address signs in, and the phones that took one.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { moment, t } from "app/words.js";
import { hasNoEmail, hasValidCard, nameOf, standingOf } from "parts/chips.js";
import { deviceName } from "parts/device.js";
import { ask } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { section } from "parts/pieces.js";

/** @param {import("app/page.js").Page} page  @param {string} path of the person at the server. */
export function createCards(page, path) {
  page.read({ phones: `${path}/phones` }, { optional: true });
  let isBusy = false;

  const act = (run) => () => run().catch(fail);

  /** Makes a card and shows it. The one before is void from then on. */
  async function show(person, { lostPhone = false } = {}) {
    if (isBusy) return;
    isBusy = true;
    page.update();
    try {
      const { showCard } = await importModule(() => import("parts/card-sheet.js"));
      const card = await api.post(`${path}/invitation`, { ...(!hasNoEmail(person) && { card: true }), ...(lostPhone && { lostPhone }) });
      isBusy = false;
      // What became of it is told by the person and their phones.
      const shown = showCard(person, card, page.company);
      await page.refresh();
      await shown;
      await page.refresh();
    } finally {
      isBusy = false;
      page.update();
    }
  }

  /** No one should void a printed card by accident. */
  async function renew(person) {
    if (hasValidCard(person) && !(await ask({
      title: t("card.renewTitle", { name: nameOf(person) }), text: t("card.renewText"), confirm: t("card.renew"),
    }))) return;
    await show(person);
  }

  async function lost(person) {
    const name = nameOf(person);
    if (!(await ask({
      title: t("card.lostTitle", { name }), text: t("card.lostText"), confirm: t("card.lostConfirm"), isDanger: true,
    }))) return;
    await show(person, { lostPhone: true });
  }

  async function end(person, phone) {
    const device = deviceName(phone.device);
    if (!(await ask({
      title: t("card.endTitle", { device, name: nameOf(person) }), text: t("card.endText"), confirm: t("profile.end"), isDanger: true,
    }))) return;
    await api.delete(`${path}/phones/${phone.id}`);
    toast(t("profile.ended", { device }));
    await page.refresh();
  }

  function view(person) {
    const phones = page.data.phones ?? [];
    // Who has joined with a password needs no card.
    if (!phones.length && !hasNoEmail(person) && standingOf(person) === "active") return null;
    const isFirst = standingOf(person) === "invited" || !phones.length;
    const isValid = hasValidCard(person);
    return section({
      title: t("card.section"),
      content: html`
        <div class="card">
          <p>${t(!hasNoEmail(person) ? "card.insteadOfMail" : isFirst ? "card.explain" : "card.explainMore")}</p>
          <div class="actions">
            <button type="button" class="button ${isFirst && hasNoEmail(person) && !isValid && "is-primary"}" aria-disabled=${isBusy ? "true" : null} @click=${act(() => renew(person))}>
              ${icon("key")}${t(isBusy ? "form.busy" : isValid ? "card.renew" : isFirst ? "card.show" : "card.newPhone")}</button>
            ${phones.length > 0 && html`
              <button type="button" class="button" @click=${act(() => lost(person))}>${icon("warning")}${t("card.lost")}</button>`}
          </div>
        </div>
        ${phones.length > 0 && html`
          <ul class="list" id="phones">${phones.map((phone) => row(phone, may.changePerson(person) && act(() => end(person, phone))))}</ul>`}`,
    });
  }

  return { show: (person) => show(person).catch(fail), view };
}

const row = (phone, end) => keyed(phone.id, html`
  <li class="row">
    ${icon("phone")}
    <div class="row-text">
      <p class="row-title">${deviceName(phone.device)}</p>
      <p class="row-sub">${t("profile.signedInAt", { when: moment(phone.createdAt) })}</p>
      <p class="row-sub">${t("profile.lastUsedAt", { when: moment(phone.lastUsedAt) })}</p>
    </div>
    ${end && html`<button type="button" class="button is-small" aria-label=${t("profile.endOf", { device: deviceName(phone.device) })} @click=${end}>
      ${t("profile.end")}</button>`}
  </li>`);

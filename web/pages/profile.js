// The person's own details, language, password, sessions, and all data held about them.

import { api } from "app/api.js";
import { howSurely } from "app/database.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { fail, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { go, reload } from "app/router.js";
import { session } from "app/session.js";
import { language, moment, t } from "app/words.js";
import { nameOf, roleChip } from "parts/chips.js";
import { deviceName } from "parts/device.js";
import { ask, openDialog } from "parts/dialog.js";
import { downloadAll } from "parts/download.js";
import { formView, passwordField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { changesOf, emailField, nameFields } from "parts/person-fields.js";
import { linkRow, pageHead, section, whyMissing } from "parts/pieces.js";

const me = "/users/me";
const patience = 300;

export default async function profile(page) {
  page.read({ sessions: "/auth/sessions" }, { optional: true });
  // How surely this browser keeps what isn't sent.
  let surely = null;
  const asking = howSurely().then((answer) => { surely = answer; page.update(); });
  // What comes later moves what stands below it.
  await Promise.race([asking, new Promise((done) => { setTimeout(done, patience); })]);

  async function end(one) {
    const device = deviceName(one.userAgent);
    await api.delete(`/auth/sessions/${one.id}`);
    toast(t("profile.ended", { device }));
    await page.refresh();
  }

  const speak = async (code) => session.changed(await api.put(me, { language: code }));

  const mail = async (hourMails) => session.changed(await api.put(me, { hourMails }));

  async function signOut() {
    await session.signOut();
    // Unless the person chose to stay, for what still waits for a signal.
    if (session.state === "out") await go("/", { replace: true, saved: true });
  }

  /** Signs out too: what isn't sent yet is asked about first. */
  async function endHere() {
    const { id } = page.user;
    if (!(await ask({ title: t("profile.hereTitle"), text: t("profile.hereText"), confirm: t("profile.hereEnd"), isDanger: true }))) return;
    await signOut();
    if (session.state !== "out") return;
    const { phone } = await importModule(() => import("app/phone.js"));
    await phone.forget(id);
    await reload();
  }

  return () => html`
    ${pageHead({
      title: nameOf(page.user),
      chips: roleChip(page.user),
      actions: html`<button type="button" class="button" @click=${editDetails}>${icon("edit")}${t("action.edit")}</button>`,
    })}
    ${address(page)}
    ${section({ title: t("profile.language"), content: languages(speak) })}
    ${page.user.email !== null && page.user.hourMails && page.user.role !== "ADMIN" && section({
      title: t("profile.hourMails"),
      content: html`<p class="hint">${t("profile.hourMailsText")}</p>
        <div class="languages" role="group" aria-label=${t("profile.hourMails")}>
          ${["NEEDED", "ALL", "NONE"].map((kind) => html`
            <button type="button" class="button" aria-pressed=${String(page.user.hourMails === kind)} @click=${() => mail(kind).catch(fail)}>
              ${t(`profile.hourMailsKinds.${kind}`)}</button>`)}
        </div>`,
    })}
    ${page.user.email !== null && section({
      title: t("profile.password"),
      content: html`<ul class="list"><li class="row deed">
        <p class="row-text">${t("profile.passwordText")}</p>
        <button type="button" class="button" @click=${() => editPassword(page)}>${icon("key")}${t("profile.passwordChange")}</button>
      </li>
      ${linkRow({ href: "/second-factor", title: t("profile.secondFactor"), text: t("profile.secondFactorText"), before: icon("key") })}</ul>`,
    })}
    ${session.isByCard && section({
      title: t("profile.here"),
      content: html`<ul class="list"><li class="row deed">
        <p class="row-text">${t("profile.hereText")}</p>
        <button type="button" class="button" @click=${() => endHere().catch(fail)}>${icon("out")}${t("profile.hereEnd")}</button>
      </li></ul>`,
    })}
    ${section({
      title: t("profile.storage"),
      content: html`<ul class="list"><li class="row deed" id="storage">
        ${icon(surely === "not" ? "warning" : "check")}<p class="row-text">${surely && t(`profile.storageStates.${surely}`)}</p>
      </li></ul>`,
    })}
    ${section({
      title: t("profile.data"),
      content: html`<ul class="list"><li class="row deed">
        <p class="row-text">${t("profile.dataText")}</p>
        <a class="button" href="/api/v1/users/me/export" download=${t("profile.dataFile")} @click=${downloadAll}>${icon("download")}${t("profile.dataGet")}</a>
      </li></ul>`,
    })}
    ${section({
      title: t("profile.sessions"),
      content: page.data.sessions
        ? html`<ul class="list">${page.data.sessions.map((one) => sessionRow(one, () => end(one).catch(fail)))}</ul>`
        : html`<p class="hint sessions-wait">${page.problems.sessions && whyMissing(page.problems.sessions, "profile.sessionsMissing")}</p>`,
    })}
    <div class="actions">
      <button type="button" class="button" @click=${() => signOut().catch(fail)}>${icon("out")}${t("profile.signOut")}</button>
    </div>
    <p class="page-foot"><a href="/imprint">${t("nav.imprint")}</a><a href="/privacy">${t("nav.privacy")}</a></p>`;
}

function address(page) {
  const { email, pendingEmail } = page.user;
  // An address of one's own needs the password.
  if (email === null && !pendingEmail) return section({ title: t("profile.email"), content: html`<p class="hint">${t("profile.emailNone")}</p>` });
  const act = (run) => () => run().catch(fail);
  const resend = async () => {
    await api.post(`${me}/pending-email/resend`);
    toast(t("profile.emailAsked", { email: pendingEmail }));
  };
  const cancel = async () => {
    await api.delete(`${me}/pending-email`);
    await session.changed(await api.get(me));
    toast(t("profile.emailCancelled"));
  };
  return section({
    title: t("profile.email"),
    content: html`<ul class="list">
      <li class="row deed">
        <p class="row-text">${email === null ? t("profile.emailNone") : t("profile.emailText", { email })}</p>
        ${email !== null && html`<button type="button" class="button" @click=${editEmail}>${icon("mail")}${t("profile.emailChange")}</button>`}
      </li>
      ${pendingEmail && html`<li class="row deed">
        <p class="row-text">${t("profile.emailWaits", { email: pendingEmail })}</p>
        <button type="button" class="button" @click=${act(resend)}>${icon("send")}${t("profile.emailResend")}</button>
        <button type="button" class="button" @click=${act(cancel)}>${t("profile.emailCancel")}</button>
      </li>`}
    </ul>`,
  });
}

const languages = (speak) => html`
  <div class="languages" role="group" aria-label=${t("profile.language")}>
    ${["de", "en"].map((code) => html`
      <button type="button" class="button" lang=${code} aria-pressed=${String(language() === code)} @click=${() => speak(code).catch(fail)}>
        ${t(`nav.languages.${code}`)}</button>`)}
  </div>`;

const sessionRow = (one, end) => keyed(one.id, html`
  <li class="row">
    <div class="row-text">
      <p class="row-title">${deviceName(one.userAgent)}</p>
      <p class="row-sub">${t("profile.signedInAt", { when: moment(one.createdAt) })}</p>
      <p class="row-sub">${t("profile.lastUsedAt", { when: moment(one.lastUsedAt) })}</p>
    </div>
    ${one.current
      ? html`<span class="chip is-done">${t("profile.thisDevice")}</span>`
      : html`<button type="button" class="button is-small" aria-label=${t("profile.endOf", { device: deviceName(one.userAgent) })} @click=${end}>
        ${t("profile.end")}</button>`}
  </li>`);

function editDetails() {
  let form = null;
  const { user } = session;
  const view = (dialog) => {
    form ??= createForm(dialog, {
      draft: draftOf("me"),
      stale: { of: () => user, read: () => api.get(me), texts: ({ firstName, lastName }) => ({ firstName, lastName }) },
      send: (values, { of }) => api.put(me, changesOf(values, of), { of }),
      async done(changed) {
        await session.changed(changed);
        dialog.close();
        toast(t("profile.saved"));
      },
    });
    return formView(form, nameFields(form, user, { isSelf: true }), { submit: t("action.save") });
  };
  openDialog({ title: t("profile.editTitle"), view });
}

function editEmail() {
  let form = null;
  const view = (dialog) => {
    form ??= createForm(dialog, {
      draft: draftOf("me-email"),
      send: ({ email, currentPassword }) => api.put(me, { email: email.trim(), currentPassword }),
      async done(changed) {
        await session.changed(changed);
        dialog.close();
        // A server without mail takes it at once.
        toast(changed.pendingEmail ? t("profile.emailAsked", { email: changed.pendingEmail }) : t("profile.saved"));
      },
    });
    return formView(form, html`
      ${emailField(form, { label: t("profile.emailNew"), hint: t("profile.emailHint"), isSelf: true })}
      ${passwordField(form, { name: "currentPassword", label: t("profile.passwordCurrent"), autocomplete: "current-password" })}
    `, { submit: t("profile.emailChange") });
  };
  openDialog({ title: t("profile.emailChange"), view });
}

function editPassword(page) {
  let form = null;
  const view = (dialog) => {
    form ??= createForm(dialog, {
      send: (values) => api.put(me, values),
      async done(changed) {
        await session.changed(changed);
        dialog.close();
        toast(t("profile.passwordChanged"));
        await page.refresh();
      },
    });
    return formView(form, html`
      ${passwordField(form, { name: "currentPassword", label: t("profile.passwordCurrent"), autocomplete: "current-password" })}
      ${passwordField(form, { name: "password", label: t("password.new"), hint: t("password.rule"), autocomplete: "new-password" })}
      <p class="hint">${t("profile.passwordHint")}</p>
    `, { submit: t("profile.passwordChange") });
  };
  openDialog({ title: t("profile.passwordChange"), view });
}

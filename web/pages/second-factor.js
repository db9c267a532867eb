// The person's second factors: an authenticator app is added with a QR code or typed, a passkey by the browser, and recovery codes are shown
// once. Who must have one first is led here from everywhere.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { fail, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { hasPasskeys } from "app/registration.js";
import { go } from "app/router.js";
import { moment, t, useWords } from "app/words.js";
import { deviceName } from "parts/device.js";
import { ask, openDialog } from "parts/dialog.js";
import { formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { pageHead, section } from "parts/pieces.js";
import { qrCode } from "parts/qr-code.js";
import { codeField } from "parts/second-step.js";

const own = "/users/me/factors";
const codesPath = "/users/me/recovery-codes";

export default async function secondFactor(page) {
  await useWords("factors");
  const isDemanded = page.query.has("must");
  page.read({ factors: own, codes: codesPath });

  // Why the last act failed is over with the next one.
  let clear = null;
  const act = (run) => () => {
    clear?.();
    return run().catch((problem) => { clear = fail(problem); });
  };
  /** Who has a factor changes factors with one. */
  const byFactor = () => ({ byFactor: page.data.factors.length > 0 });

  async function add() {
    const added = await openAdding(byFactor());
    if (added) await finish(added);
  }

  async function addPasskey() {
    const { createPasskey, telling } = await importModule(() => import("parts/passkeys.js"));
    const begun = await api.post(own, { kind: "PASSKEY", name: deviceName(navigator.userAgent).slice(0, 50) }, byFactor());
    let added = null;
    await telling(async () => {
      added = await api.post(`${own}/${begun.id}/activate`, { credential: await createPasskey(begun.passkey) }, byFactor());
    });
    if (added) await finish(added);
  }

  async function finish(added) {
    if (added.recoveryCodes.length) await showCodes(added.recoveryCodes);
    toast(t("factor.added"));
    if (isDemanded) return void await go("/", { replace: true, saved: true });
    await page.refresh();
  }

  async function remove(factor) {
    const isLast = page.data.factors.length === 1;
    const isPasskey = factor.kind === "PASSKEY";
    if (!(await ask({
      title: t(isPasskey ? "factor.removePasskeyTitle" : "factor.removeTitle"),
      text: [(isPasskey || !isLast) && t(isPasskey ? "factor.removePasskeyText" : "factor.removeText"), isLast && t("factor.removeLast")]
        .filter(Boolean).join(" "),
      confirm: t("factor.remove"), isDanger: true,
    }))) return;
    await api.delete(`${own}/${factor.id}`, byFactor());
    toast(t("factor.removed"));
    await page.refresh();
  }

  async function renew() {
    if (!(await ask({ title: t("factor.renewTitle"), text: t("factor.renewText"), confirm: t("factor.renew") }))) return;
    const { recoveryCodes } = await api.post(codesPath, undefined, byFactor());
    await showCodes(recoveryCodes);
    await page.refresh();
  }

  return () => html`
    ${pageHead({
      title: t("factor.title"), lead: t(isDemanded ? "factor.demanded" : "factor.lead"),
      back: isDemanded ? undefined : { href: "/profile", label: t("nav.profile") },
    })}
    ${page.data.factors.length > 0 && html`<ul class="list">${page.data.factors.map((one) => keyed(one.id, html`
      <li class="row">
        ${icon("key")}
        <div class="row-text">
          <p class="row-title">${one.name ?? t(`factor.kinds.${one.kind}`)}</p>
          ${one.name && html`<p class="row-sub">${t(`factor.kinds.${one.kind}`)}</p>`}
          <p class="row-sub">${t("factor.since", { when: moment(one.createdAt) })}</p>
          ${one.usedAt && html`<p class="row-sub">${t("factor.usedAt", { when: moment(one.usedAt) })}</p>`}
        </div>
        <button type="button" class="button is-small" @click=${act(() => remove(one))}>${t("factor.remove")}</button>
      </li>`))}</ul>`}
    <div class="actions">
      <button type="button" class="button ${page.data.factors.length === 0 ? "is-primary" : ""}" @click=${act(add)}>${icon("add")}${t("factor.add")}</button>
      ${hasPasskeys && html`<button type="button" class="button" @click=${act(addPasskey)}>${icon("add")}${t("factor.addPasskey")}</button>`}
    </div>
    ${page.data.factors.length > 0 && section({
      title: t("factor.codes"),
      content: html`<ul class="list"><li class="row deed">
        <p class="row-text">${t("factor.codesLeft", { count: page.data.codes.left })}</p>
        <button type="button" class="button" @click=${act(renew)}>${t("factor.renew")}</button>
      </li></ul>`,
    })}`;
}

/** @param {{byFactor: boolean}} options  @returns {Promise<{recoveryCodes: {code: string}[]} | undefined>} the server's answer to the first code. */
async function openAdding(options) {
  const begun = await api.post(own, { kind: "TOTP" }, options);
  let form = null;
  return openDialog({
    title: t("factor.add"),
    view(dialog) {
      form ??= createForm(dialog, {
        send: ({ code }) => api.post(`${own}/${begun.id}/activate`, { code }, options),
        done: (answer) => dialog.close(answer),
      });
      return html`
        <p>${t("factor.scan")}</p>
        <div class="qr">${qrCode(begun.qr, t("factor.picture"))}</div>
        <p class="card-code"><span class="hint">${t("factor.orType")}</span> <b>${begun.secret.replace(/(.{4})(?=.)/g, "$1 ")}</b></p>
        <p><a href=${begun.uri}>${t("factor.here")}</a></p>
        <p>${t("factor.thenCode")}</p>
        ${formView(form, codeField(form), { submit: t("factor.use") })}`;
    },
  });
}

/** Once: the server keeps only what they are compared with. */
function showCodes(list) {
  const codes = list.map(({ code }) => code);
  async function copy() {
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      toast(t("factor.copied"));
    } catch {
      // The clipboard is there on https only.
      toast(t("factor.notCopied"), { kind: "problem" });
    }
  }
  return openDialog({
    title: t("factor.codes"),
    mayClose: false,
    view: (dialog) => html`
      <p>${t("factor.codesText")}</p>
      <ul class="list recovery-codes">${codes.map((code) => html`<li class="row"><b>${code}</b></li>`)}</ul>
      <div class="actions">
        <button type="button" class="button is-primary" @click=${() => dialog.close()}>${t("factor.kept")}</button>
        <button type="button" class="button" @click=${copy}>${icon("copy")}${t("factor.copy")}</button>
        <button type="button" class="button" @click=${() => print()}>${icon("print")}${t("factor.print")}</button>
      </div>`,
  });
}

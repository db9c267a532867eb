// The tokens with which programs use the API: what each may do, until when, and who made it.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { fail, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { now } from "app/now.js";
import { day, hasWord, moment, t, useWords } from "app/words.js";
import { chip } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead } from "parts/pieces.js";

export default async function tokens(page) {
  await useWords("tokens");
  const path = `${page.company.api}/tokens`;
  // There are fifty at most.
  page.read({ tokens: path });
  const gone = new Set();

  async function make() {
    const { makeToken } = await importModule(() => import("parts/make-token.js"));
    if (await makeToken(page.company)) await page.refresh();
  }

  async function revoke({ id, name }) {
    const { ask } = await importModule(() => import("parts/dialog.js"));
    const isSure = await ask({
      title: t("tokens.revokeTitle", { name }), text: t("tokens.revokeText"), confirm: t("tokens.revoke"), isDanger: true, signal: page.signal,
    });
    if (!isSure) return;
    try {
      await api.delete(`${path}/${id}`);
    } catch (problem) {
      if (problem.code !== "token-not-found") throw problem;
    }
    gone.add(id);
    toast(t("tokens.revoked", { name }));
    await page.refresh();
  }

  const row = (token) => keyed(token.id, html`
    <li class="row is-top">
      <div class="row-text">
        <p class="row-title">${token.name}</p>
        <p>${token.scopes.map(scopeWord).join(", ")}</p>
        <p class="row-sub">${Date.parse(token.expiresAt) > now() ? t("tokens.until", { day: day(token.expiresAt) }) : chip(t("tokens.isOver"), "low")}
          · ${token.lastUsedAt ? t("tokens.used", { moment: moment(token.lastUsedAt) }) : t("tokens.unused")}</p>
        <p class="row-sub">${t("tokens.by", { name: token.userName, moment: moment(token.createdAt) })}</p>
      </div>
      <button type="button" class="button is-small" aria-label=${t("tokens.revokeOf", { name: token.name })} @click=${() => revoke(token).catch(fail)}>
        ${t("tokens.revoke")}</button>
    </li>`);

  return () => {
    const shown = page.data.tokens.filter(({ id }) => !gone.has(id));
    return html`
      ${pageHead({
        title: t("company.tokens"), lead: t("tokens.lead"), back: { href: page.link("/company"), label: t("company.title") },
        actions: html`<button type="button" class="button is-primary" @click=${() => make().catch(fail)}>${icon("add")}${t("tokens.make")}</button>`,
      })}
      ${shown.length
        ? html`<ul class="list">${shown.map(row)}</ul>`
        : emptyState({ icon: "key", title: t("tokens.none"), text: t("tokens.noneText") })}`;
  };
}

const scopeWord = (scope) => (hasWord(`tokens.scopes.${scope}`) ? t(`tokens.scopes.${scope}`) : scope);

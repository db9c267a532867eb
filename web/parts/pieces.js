// Building blocks of pages: the head, sections, tabs, linked rows, empty states, failures.

import { html } from "app/html.js";
import { explain } from "app/problem.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";

/**
 * The top of a page, with its only h1.
 * @param {{title: string, back?: {href: string, label: string}, lead?: unknown, chips?: unknown, actions?: unknown}} parts
 */
export const pageHead = ({ title, back, lead, chips, actions }) => html`
  <header class="page-head">
    ${back && html`<a class="back" href=${back.href}>${icon("back")}<span>${back.label}</span></a>`}
    <div class="page-head-line">
      <div class="page-head-text">
        <h1>${title}</h1>
        ${lead && html`<p class="lead">${lead}</p>`}
        ${chips && html`<div class="chips">${chips}</div>`}
      </div>
      ${actions && html`<div class="page-actions">${actions}</div>`}
    </div>
  </header>`;

/** @param {{title: string, count?: number, action?: unknown, content: unknown}} parts */
export const section = ({ title, count, action, content }) => html`
  <section class="section">
    <div class="section-head">
      <h2>${title}${count !== undefined && html` <span class="count">${String(count)}</span>`}</h2>
      ${action}
    </div>
    ${content}
  </section>`;

/** @param {string} label for screen readers  @param {{href: string, label: string, isCurrent: boolean, count?: number}[]} items */
export const tabs = (label, items) => html`
  <nav class="tabs" aria-label=${label}>
    ${items.map(({ href, label, isCurrent, count }) => html`
      <a href=${href} aria-current=${isCurrent ? "page" : null}>${label}${count ? html` <span class="count">${String(count)}</span>` : ""}</a>`)}
  </nav>`;

/**
 * A linked row of a list. Use in `<ul class="list">`. Without `href`, which isn't known yet, it only keeps the place.
 * @param {{href: string | null, title: unknown, text?: unknown, before?: unknown, after?: unknown}} parts
 */
export const linkRow = ({ href, title, text, before, after }) => html`
  <li class="row is-link">
    ${before}
    <div class="row-text">
      ${href ? html`<a class="row-title stretched" href=${href}>${title}</a>` : html`<span class="row-title">${title}</span>`}
      ${text && html`<p class="row-sub">${text}</p>`}
    </div>
    ${after && html`<div class="row-after">${after}</div>`}
    <span class="row-arrow">${icon("forward")}</span>
  </li>`;

/** @param {{icon: Parameters<typeof icon>[0], title: string, text?: string, action?: unknown, isPage?: boolean}} parts */
export const emptyState = ({ icon: name, title, text, action, isPage = false }) => html`
  <div class="empty">
    <span class="empty-icon">${icon(name)}</span>
    ${isPage ? html`<h1>${title}</h1>` : html`<p class="empty-title">${title}</p>`}
    ${text && html`<p>${text}</p>`}
    ${action && html`<div class="actions">${action}</div>`}
  </div>`;

/** How much of a time has passed. `share` is 0 to 1. */
export const progress = (share, label) => html`
  <div class="progress" role="img" aria-label=${label}><span class="progress-fill" --share=${share}></span></div>`;

/** Why a part of a page isn't there: `word` says it for who has no signal. */
export const whyMissing = (problem, word) => (problem.status === 0 ? t(word) : explain(problem));

/** In place of a page that can't be shown. @param {() => unknown} signOut for who is to see none, for now. */
export const failure = (problem, retry, signOut) => emptyState({
  icon: problem.status === 0 ? "offline" : "warning",
  title: t(problem.status === 0 ? "failure.offline" : "failure.title"),
  text: explain(problem),
  isPage: true,
  action: html`<button type="button" class="button is-primary" @click=${problem.status === undefined ? () => location.reload() : retry}>
    ${t("action.retry")}</button>
    ${problem.isBarred && html`<button type="button" class="button" @click=${signOut}>${t("profile.signOut")}</button>`}`,
});

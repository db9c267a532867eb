// Security events as sentences. Its importers say first `await useWords("history")`.

import { html, keyed } from "app/html.js";
import { hasWord, t, time } from "app/words.js";
import { avatar } from "parts/chips.js";

/** @param {object} event as the server sends it. */
export const securityRow = (event) => keyed(event.id, html`
  <li class="row is-top">
    ${avatar(event.userName)}
    <div class="row-text">
      <p>${sentence(event)}</p>
      <p class="row-sub">${facts(event).join(" · ")}</p>
    </div>
    <time class="row-sub number" datetime=${event.lastAt}>${time(event.lastAt)}</time>
  </li>`);

function sentence({ kind, userName, subjectName, detail }) {
  const values = {
    user: userName.trim() || t("history.somebody"),
    subject: subjectName?.trim() || t("history.somebody"),
    detail: detailOf(kind, detail),
  };
  const key = `history.security.${kind}${subjectName === null ? "" : "-of"}`;
  return hasWord(key) ? t(key, values) : t("history.unknown", { user: values.user, action: kind });
}

const words = new Map([["role-changed", "roles"], ["status-changed", "history.statuses"]]);

function detailOf(kind, detail) {
  const group = words.get(kind);
  return group && hasWord(`${group}.${detail}`) ? t(`${group}.${detail}`) : detail ?? "";
}

function facts({ times, at, lastAt, network, requestId, tokenName }) {
  return [
    tokenName && t("history.byToken", { name: tokenName }),
    times > 1 && t("history.securityFacts.times", { count: times, from: time(at), to: time(lastAt) }),
    network ? t("history.securityFacts.network", { network }) : t("history.securityFacts.noNetwork"),
    requestId && t("history.securityFacts.request", { requestId }),
  ].filter(Boolean);
}

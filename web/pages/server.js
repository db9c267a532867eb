// For operators: how the server is doing, what everyone is told, and which companies use it how much.

import { api } from "app/api.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { moment, number, t } from "app/words.js";
import { chip } from "parts/chips.js";
import { icon } from "parts/icon.js";
import { emptyState, pageHead, section } from "parts/pieces.js";

const orders = {
  activity: (one, other) => (other.lastActiveAt ?? "").localeCompare(one.lastActiveAt ?? ""),
  size: (one, other) => other.userCount - one.userCount || other.siteCount - one.siteCount,
};
/** Below this share of its disk a database soon has no room. */
const little = 0.1;

export default function server(page) {
  page.read({ status: "/operator/status", notice: "/notice", companies: "/operator/companies" }, { isLive: true });
  let order = "activity";
  const sort = (one) => {
    order = one;
    page.update();
  };

  async function tell() {
    const { tellAll } = await importModule(() => import("parts/tell-all.js"));
    const told = await tellAll(page.data.notice);
    if (!told) return;
    kept.put("/notice", told);
    toast(t("server.noticeSent"));
  }

  const takeBack = async () => kept.put("/notice", await api.put("/notice", { text: null }));

  return () => {
    const { status, notice, companies } = page.data;
    return html`
      ${pageHead({ title: t("server.title"), back: { href: "/companies", label: t("companies.title") } })}
      <dl class="facts is-four section">
        ${fact("version", t("server.versionText", { version: status.version, schema: status.schema }))}
        ${fact("startedAt", moment(status.startedAt))}
        ${fact("database", t("server.databaseText", {
          engine: status.database === "sqlite" ? "SQLite" : "PostgreSQL", size: sizeOf(status.databaseBytes),
        }))}
        ${fact("backup", status.lastBackupAt ? moment(status.lastBackupAt) : chip(t("server.noBackup"), "danger"))}
        ${fact("mail", html`${mailOf(status)}`)}
        ${fact("disk", diskOf(status))}
      </dl>
      ${section({
        title: t("server.notice"),
        content: html`<ul class="list">
          <li class="row deed">
            <p class="row-text">${notice.text
              ? html`${notice.text}<span class="fact-code">${t("server.noticeUntil", { until: moment(notice.until) })}</span>`
              : t("server.noNotice")}</p>
            ${notice.text && html`<button type="button" class="button" @click=${takeBack}>${icon("close")}${t("server.noticeEnd")}</button>`}
            <button type="button" class="button" @click=${tell}>${icon("edit")}${t("server.noticeWrite")}</button>
          </li></ul>`,
      })}
      ${section({
        title: t("companies.title"), count: companies.length,
        content: html`
          <div class="pills" role="group" aria-label=${t("server.order")}>
            ${Object.keys(orders).map((one) => html`
              <button type="button" class="pill" aria-pressed=${String(order === one)} @click=${() => sort(one)}>
                ${t(`server.orders.${one}`)}</button>`)}
          </div>
          ${companies.length === 0
            ? emptyState({ icon: "companies", title: t("companies.none"), text: t("companies.noneText") })
            : html`<ul class="list">${[...companies].sort(orders[order]).map(row)}</ul>`}`,
      })}`;
  };
}

const fact = (name, value) => html`<div><dt>${t(`server.${name}`)}</dt><dd>${value}</dd></div>`;

const row = ({ id, name, siteCount, userCount, lastActiveAt, suspendedAt }) => keyed(id, html`
  <li class="row is-link">
    <div class="row-text">
      <a class="row-title stretched" href=${`/companies/${id}/company`}>${name}</a>
      <p class="row-sub number">${t("companies.people", { count: userCount })} · ${t("companies.sites", { count: siteCount })}</p>
      <p class="row-sub">${lastActiveAt ? t("server.lastActive", { at: moment(lastActiveAt) }) : t("server.neverActive")}</p>
    </div>
    ${suspendedAt && html`<div class="row-after">${chip(t("company.isSuspended"), "danger")}</div>`}
    <span class="row-arrow">${icon("forward")}</span>
  </li>`);

function mailOf({ mail, mailsWaiting, mailsWaitingSince }) {
  const state = mail === "up" ? t("server.mails.up") : chip(t(`server.mails.${mail}`), mail === "down" ? "danger" : "low");
  if (!mailsWaiting) return state;
  return html`${state}<span class="fact-code">${t("server.mailsWaiting", { count: mailsWaiting, since: moment(mailsWaitingSince) })}</span>`;
}

function diskOf({ diskFreeBytes, diskBytes }) {
  if (diskFreeBytes === null) return t("server.otherDisk");
  const text = t("server.diskText", { free: sizeOf(diskFreeBytes), all: sizeOf(diskBytes) });
  return diskFreeBytes < diskBytes * little ? chip(text, "danger") : text;
}

/** 8,4 MB */
function sizeOf(bytes) {
  const units = ["kB", "MB", "GB", "TB"];
  let [value, index] = [bytes / 1000, 0];
  while (value >= 1000 && index < units.length - 1) [value, index] = [value / 1000, index + 1];
  return `${number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))}\u00A0${units[index]}`;
}

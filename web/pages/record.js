// What customs ask for on a site (MiLoG section 17): a person's work of each calendar day, as the server computed it, with what this phone
// still has to send. In German whatever the app's language is, and without a signal.

import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { isOfHours, queue } from "app/queue.js";
import { taken } from "app/settled.js";
import { recordOf } from "app/sites.js";
import { clockAt, t, useWords } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { waitingClock } from "parts/clock.js";
import { icon } from "parts/icon.js";
import { pageHead, whyMissing } from "parts/pieces.js";

export default async function record(page) {
  await useWords("record");
  page.read({ record: recordOf(page.company) }, { optional: true, isLive: true });
  kept.watch(taken.pathOf(page.company.id), () => page.update(), page.signal);
  kept.recall(taken.pathOf(page.company.id)).then(() => page.update());
  queue.onChange(({ entry, answer }) => (answer && isOfHours(entry) ? page.refresh() : page.update()), page.signal);

  return () => html`
    <div class="record" lang="de">
      ${pageHead({
        title: t("record.title"), lead: t("record.lead"), back: { href: page.link("/hours"), label: t("hours.title") },
        actions: html`<button type="button" class="button" @click=${() => print()}>${icon("print")}${t("record.print")}</button>`,
      })}
      ${page.data.record && who(page.data.record)}
      ${acts("waiting", waitingClock(page).map(({ key, kind, at, body, about: { siteName } }) => ({ key, kind, at: body.at ?? at, minutes: body.minutes, siteName })))}
      ${acts("sent", taken.of(page.company.id))}
      ${page.data.record ? days(page.data.record)
        : page.problems.record ? html`<p class="hint">${whyMissing(page.problems.record, "record.notKept")}</p>` : html`<div class="hours-wait"></div>`}
    </div>`;

  /** What the server doesn't know yet, also what it was sent and didn't answer; and what it took after the record was read. */
  function acts(word, list) {
    return list.length > 0 && html`
      <section class="section record-waiting">
        <h2>${t(`record.${word}`)}</h2>
        <p class="hint">${t(`record.${word}Lead`)}</p>
        <ul class="list">${list.map(({ key, kind, at, minutes, siteName }) => keyed(key, html`
          <li class="row"><div class="row-text">
            <p class="row-title">${t(`record.kinds.${kind}`)}${kind === "break-stated" ? ` ${length(minutes)}` : ""}, ${moment(at)}</p>
            <p class="row-sub">${siteName}</p></div></li>`))}</ul>
      </section>`;
  }

  function who({ userName, companyName, companyAddress, from, to, asOf }) {
    const isOld = page.problems.record?.status === 0;
    return html`
      <div class="record-who">
        <p class="record-name">${userName || nameOf(page.user)}</p>
        <p>${companyName}${companyAddress && html`<br>${companyAddress}`}</p>
        <p>${t("record.period", { from: date(from), to: date(to) })}</p>
        <p class=${isOld ? "record-old" : ""} id="record-as-of">${t(isOld ? "record.offline" : "record.asOf", { moment: moment(asOf) })}</p>
      </div>`;
  }
}

const days = ({ days: all }) => (all.length ? html`<ul class="record-days">${all.toReversed().map(dayRow)}</ul>` : html`<p>${t("record.none")}</p>`);

const dayRow = ({ day, minutes, isOpen, pieces }) => keyed(day, html`
  <li class="record-day">
    <p class="record-line"><b>${weekday(day)}</b><b>${isOpen && !minutes ? t("record.running") : t("record.hours", { hours: length(minutes) })}</b></p>
    ${pieces.map((piece) => keyed(`${piece.entryId}`, html`
      <p class="record-line"><span class="record-span">${piece.toClock
        ? t("record.span", { from: piece.fromClock, to: piece.toClock }) : t("record.open", { from: piece.fromClock })}</span>
        <span>${piece.kind === "TRAVEL" && `${t("record.travel")} · `}${piece.siteName}${piece.breakMinutes > 0 && ` · ${
          t(piece.breakSource === "RULE" ? "record.byRule" : "record.break", { duration: length(piece.breakMinutes) })}`}</span></p>`))}
  </li>`);

/** 8:05 */
const length = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;

/** 23.11.2026 */
const date = (day) => day.split("-").reverse().join(".");

const names = new Intl.DateTimeFormat("de-DE", { weekday: "short", timeZone: "UTC" });
/** Mo, 23.11.2026 */
const weekday = (day) => `${names.format(new Date(day)).replace(".", "")}, ${date(day)}`;

/** 23.11.2026, 07:12 Uhr */
function moment(instant) {
  const { day, time } = clockAt(instant);
  return `${date(day)}, ${time} Uhr`;
}

// Hours: the clock, and the person's own time entries; for managers everyone's.

import { html } from "app/html.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { openClarifications, overviewOf } from "app/sites.js";
import { t } from "app/words.js";
import { createClock } from "parts/clock.js";
import { icon } from "parts/icon.js";
import { pageHead } from "parts/pieces.js";

export default async function hours(page) {
  page.read({ overview: overviewOf(page.company) }, { isLive: true });
  const clock = may.clockIn() && createClock(page);
  const { default: list } = await importModule(() => (may.seeAllHours() ? import("parts/hours-team.js") : import("parts/hours-mine.js")));
  const times = await list(page);
  page.every(30_000, () => page.update());
  return () => html`
    ${pageHead({
      title: t("hours.title"),
      actions: actions(page),
      back: may.listCompanies() && { href: page.link("/"), label: page.company.name },
    })}
    ${clock && clock()}
    <div class="actions">${toRecord(page)}<a class="button" href=${statementOf(page)}>${icon("print")}${t("hours.statement")}</a></div>
    ${times()}`;
}

/** The ways from here: for the office, to payroll too. */
const actions = (page) => html`
  ${toClarify(page)}${toAbsences(page)}${may.exportHours() && html`<a class="button" href=${page.link("/wages")}>${icon("download")}${t("hours.wages")}</a>`}`;

/** The way to a month for paper, of the person who is shown. */
function statementOf(page) {
  const person = page.query.get("person");
  return page.link("/hours/statement") + (person ? `?${new URLSearchParams({ person })}` : "");
}

/** The way to what customs ask for. */
const toRecord = (page) => may.clockIn() && html`
  <a class="button" href=${page.link("/hours/record")}>${icon("check")}${t("hours.record")}</a>`;

/** The way to what waits for a decision, if something does: for a foreman, of the crew. */
const toClarify = (page) => page.data.overview.openClarifications > 0 && html`
  <a class="button" href=${page.link("/clarifications")}>${icon("warning")}${t("hours.clarify", { count: openClarifications(page.data.overview) })}</a>`;

/** The way to who is away, and for the office to what is asked for. */
const toAbsences = (page) => html`
  <a class="button" href=${page.link("/absences")}>${icon("calendar")}${page.data.overview.askedAbsences > 0
    ? t("hours.absencesAsked", { count: page.data.overview.askedAbsences }) : t("hours.absences")}</a>`;

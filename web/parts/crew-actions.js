// What a foreman, or a manager, does for the crew of a site: check people in and out, enter hours.

import { html } from "app/html.js";
import { fail } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { isOfHours, queue } from "app/queue.js";
import { hereNow } from "app/sites.js";
import { t, time } from "app/words.js";
import { crewWaiting } from "parts/crew-waiting.js";
import { icon } from "parts/icon.js";

/** As the site's hours show them first: so that they are the same kept answer. */
export const entriesAtOnce = 50;

/**
 * @param {import("app/page.js").Page} page whose data has the `site`, and for managers the `users` of the company.
 * @param {{id: string, api: string}} site
 * @returns {() => unknown} shows it; nothing to who doesn't lead the site.
 */
export function createCrewActions(page, { id, api }) {
  queue.onChange(({ entry, answer, clarification }) => ((answer || clarification) && isOfHours(entry) ? page.refresh() : page.update()), page.signal);
  let isAsked = page.tab === "hours";
  /** A foreman's overview tells nothing of the others. */
  function askWhoIsHere() {
    if (isAsked || may.seeAllHours()) return;
    isAsked = true;
    page.read({ entries: `${api}/time-entries?limit=${entriesAtOnce}` }, { optional: true, isLive: true });
  }

  const open = async (kind) => {
    const { endHours, enterHours, ranked } = await importModule(() => import("parts/crew-hours.js"));
    const place = { company: page.company.id, site: id, siteName: page.data.site.name };
    const isForeman = !may.correctHours();
    if (kind === "out") {
      const people = present().map(({ id: entry, userId, userName, checkedInAt }) => ({
        id: userId, name: userName, entry, remark: t("start.since", { time: time(checkedInAt) }),
      }));
      await endHours(place, { people, chosen: people.map((one) => one.id), isForeman });
    } else {
      await enterHours(place, { ...crew(isForeman, ranked), isForeman });
    }
    await page.refresh();
  };

  /** Who is there and whose check-out doesn't wait, but for the person themselves: they have their own clock. */
  function present() {
    const waiting = crewWaiting(id);
    return hereNow(page, id).filter(({ userId }) => userId !== page.user.id && waiting.get(userId)?.isHere !== false);
  }

  function crew(isForeman, ranked) {
    const { assignments } = page.data.site;
    const here = new Set(hereNow(page, id).map(({ userId }) => userId));
    const waiting = crewWaiting(id);
    const assigned = assignments.map(({ userId, firstName, lastName }) => ({
      id: userId, firstName, lastName, remark: waiting.get(userId)?.remark ?? (here.has(userId) ? t("site.team.here") : null),
    }));
    if (isForeman) {
      // Whose check-in waits would be entered twice.
      const people = assigned.filter((one) => waiting.get(one.id)?.isHere !== true);
      return {
        people, chosen: people.filter((one) => !here.has(one.id) && !waiting.has(one.id) && one.id !== page.user.id).map((one) => one.id),
      };
    }
    const others = (page.data.users ?? []).filter((one) => !assignments.some(({ userId }) => userId === one.id));
    return { people: [...assigned, ...ranked(others)], chosen: [] };
  }

  return () => {
    if (!may.leadSite(page.data.site)) return null;
    askWhoIsHere();
    return html`
      <div class="actions crew-actions">
        <button type="button" class="button" @click=${() => open("in").catch(fail)}>${icon("in")}${t(may.correctHours() ? "crew.enter" : "crew.in")}</button>
        ${present().length > 0 && html`
          <button type="button" class="button" @click=${() => open("out").catch(fail)}>${icon("out")}${t("crew.out")}</button>`}
      </div>`;
  };
}

// Hours of other people, one or many: who came when, or who leaves. For the foreman of a site, and for managers, who may also choose the
// site here.

import { crewIn, crewOut } from "app/act-kinds.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { toast } from "app/live.js";
import { now } from "app/now.js";
import { queue } from "app/queue.js";
import { session } from "app/session.js";
import { recallPlaces, refreshPlaces } from "app/sites.js";
import { byName, t } from "app/words.js";
import { breaksIn, breaksText, createBreaksField } from "parts/breaks-field.js";
import { nameOf, standingOf } from "parts/chips.js";
import { kindField } from "parts/correct-hours.js";
import { openDialog } from "parts/dialog.js";
import { formView, selectField, textField } from "parts/fields.js";
import { isTooLong, sendSure } from "parts/long-entry.js";
import { createPeopleField } from "parts/people-field.js";
import { exactIn, wallFields, wrongTime } from "parts/wall-fields.js";

/** How far back a foreman may go, in milliseconds. */
const reach = 7 * 24 * 3_600_000;

/**
 * @typedef {{company: string, site: string, siteName: string}} Place
 * @typedef {{company: string, sites: {id: string, name: string, kind?: string}[], draft: string}} Places to choose one from
 * @typedef {{id: string, name?: string, firstName?: string, lastName?: string, entry?: string, remark?: unknown}} Member `entry` is the
 *   open one, of who is there.
 */

/**
 * Who came, and since when.
 * @param {Place | Places} place  @param {{people: Member[], chosen: string[], isForeman: boolean}} crew
 * @returns {Promise<boolean | undefined>} whether they were entered, or wait
 */
export const enterHours = (place, crew) => openDialog({
  title: t(crew.isForeman ? "crew.in" : "crew.enter"),
  view: hoursForm(place, crew, {
    send: async (hours) => told(await queue.enterHours(hours), "crew.entered", hours.people.length),
  }),
});

/**
 * The same from the office: on any active site or in the depot, for anybody.
 * @param {import("app/page.js").Page} page  @param {{users: any[], chosen?: string[], draft?: string}} options `users` of the company
 */
export async function enterAnywhere(page, { users, chosen = [], draft = "all" }) {
  const sites = await recallPlaces(page.company);
  // What was opened since is here the next time.
  if (!sites.length) sites.push(...await refreshPlaces(page.company, page.signal).then((lists) => lists.flat()));
  return enterHours({ company: page.company.id, sites, draft }, { people: ranked(users), chosen, isForeman: false });
}

/** For managers: who works is first, then the office, then who is switched off, who may have worked until then. */
export const ranked = (users) => users.map((one) => ({ ...one, rank: standingOf(one) === "off" ? 3 : one.role === "BOOKKEEPER" ? 2 : 1 }));

/**
 * Who leaves.
 * @param {Place} place  @param {{people: Member[], chosen: string[], isForeman: boolean}} crew
 */
export const endHours = (place, crew) => openDialog({
  title: t("crew.out"),
  view: hoursForm(place, { ...crew, isEnd: true }, {
    async send({ people, body }) {
      /** @type {any[]} */
      const ends = await Promise.allSettled(people.map(({ id, name }) => queue.endHours({
        ...place, people: [{ id, name }], body, entry: crew.people.find((one) => one.id === id).entry,
      })));
      const refused = ends.find(({ status }) => status === "rejected");
      if (refused) throw refused.reason;
      told((ends.find(({ value }) => value.state === "waiting") ?? ends[0]).value, "crew.ended", people.length);
    },
  }),
});

/** A refused act, as it was entered. @param {object} act one of `queue.waiting` */
export function editCrew({ key, kind, body, about, refused }) {
  const { company, site, siteName, people, entry } = about;
  const isEnd = kind === "crew-out";
  return openDialog({
    title: t(isEnd ? "crew.out" : "crew.enter"),
    view: hoursForm({ company, site, siteName }, {
      people: people.map((one) => ({ ...one, remark: null })), chosen: people.map(({ id }) => id), isEnd, isForeman: false, entered: body, refused,
      draft: `act:${key}`,
    }, {
      async send(hours) {
        const { path, body: changed, about: named } = isEnd ? crewOut({ ...hours, entry }) : crewIn(hours);
        await queue.edit(key, { path, body: changed, about: named });
      },
    }),
  });
}

function told({ state }, word, count) {
  // Then it is said what becomes of it.
  if (state === "clarified") return;
  toast(state === "waiting" ? t("crew.waits", { what: t(word, { count }) }) : t(word, { count }));
}

/**
 * @param {Place | Places} where
 * @param {{people: Member[], chosen: string[], isForeman: boolean, isEnd?: boolean, entered?: any, refused?: any, draft?: string}} crew
 * @param {{send: (hours: any) => Promise<unknown>}} act
 */
function hoursForm(where, { people, chosen, isForeman, isEnd = false, entered, refused, draft }, { send }) {
  let form = null;
  let field = null;
  let timeField = null;
  let breaks = null;
  // Where there is a choice, it is the person's: an entry at the first of a list is easily overlooked. The depot is the last one.
  /** @param {{kind?: string}} site */
  const isDepot = ({ kind }) => kind === "DEPOT";
  const sites = "sites" in where ? where.sites.toSorted((a, b) => Number(isDepot(a)) - Number(isDepot(b)) || byName(a.name, b.name)) : null;
  const only = sites && (sites.length === 1 ? sites : sites.filter((site) => !isDepot(site)));
  const options = sites?.map(({ id, name }) => ({ value: id, label: name }));
  const first = isEnd ? "checkedOutAt" : "checkedInAt";
  const instants = {
    [first]: entered?.[first] ?? new Date(now()).toISOString(),
    ...(!isEnd && { checkedOutAt: entered?.checkedOutAt ?? null }),
  };
  const spanIn = (values) => ({
    from: exactIn(values, first, instants[first]),
    to: !isEnd && values.checkedOutAt ? exactIn(values, "checkedOutAt", instants.checkedOutAt) : null,
  });
  function spanNow() {
    const element = /** @type {any} */ (document.getElementById(form.id));
    if (!element) return { from: instants[first], to: instants.checkedOutAt ?? null };
    const names = [first, ...(isEnd ? [] : ["checkedOutAt"])];
    const passes = Object.fromEntries(names.map((name) => [name, element.elements[`passes.${name}`]?.value || undefined]));
    return spanIn({ passes, ...Object.fromEntries(names.map((name) => [name, element.elements[name].value])) });
  }

  function check(values) {
    if (!values.userIds?.length) return { userIds: t("crew.nobody") };
    for (const name of Object.keys(instants)) {
      const wrong = wrongTime(values, name);
      if (wrong) return { [name]: wrong };
    }
    const { from, to } = spanIn(values);
    if (from && isForeman && Date.parse(from) < now() - reach) return { [first]: t("crew.tooOld") };
    if (from && to && Date.parse(to) < Date.parse(from)) return { checkedOutAt: t("fields.before-check-in") };
    return breaks ? breaks.check({ from, to }) : {};
  }

  /** @returns {Place} */
  function placeOf({ siteId }) {
    if (!("sites" in where)) return where;
    return { company: where.company, site: siteId, siteName: where.sites.find(({ id }) => id === siteId).name };
  }

  function bodyOf(values) {
    const span = spanIn(values);
    if (isEnd) return { checkedOutAt: span.from, reason: values.reason.trim() };
    const stated = breaksIn(values.breaks, span, entered?.breaks);
    return {
      checkedInAt: span.from, ...(span.to && { checkedOutAt: span.to }), ...(values.kind !== "WORK" && { kind: values.kind }),
      ...(stated.length > 0 && { breaks: stated }), ...(entered?.confirm && { confirm: true }), reason: values.reason.trim(),
    };
  }

  return (dialog) => {
    if (!form) {
      form = createForm(dialog, {
        draft: draftOf(draft ?? `crew:${isEnd ? "out" : "in"}:${"sites" in where ? where.draft : where.site}`),
        check,
        async send(values) {
          const ids = new Set(values.userIds);
          const hours = {
            ...placeOf(values),
            people: people.filter(({ id }) => ids.has(id)).map((one) => ({ id: one.id, name: one.name ?? nameOf(/** @type {any} */ (one)) })),
          };
          try {
            await sendSure(bodyOf(values), (body) => send({ ...hours, body }), isTooLong(refused));
          } catch (problem) {
            throw breaks ? Object.assign(problem, { fields: breaks.refused(problem.fields) }) : problem;
          }
        },
        done: () => dialog.close(true),
      });
      timeField = wallFields(form, dialog, instants);
      if (!isEnd) {
        breaks = createBreaksField(form, dialog, {
          breaks: entered?.breaks, ...(entered?.breaks && { text: breaksText(entered.breaks) }), spanOf: spanNow,
        });
      }
      if (refused) {
        const fields = breaks ? breaks.refused(refused.fields) : refused.fields;
        const names = [...Object.keys(instants), "userIds", "reason", ...(isEnd ? [] : ["breaks", "kind"])];
        form.refuse(Object.assign(refused, { fields }), Object.fromEntries(names.map((name) => [name, name])));
      }
      field = createPeopleField(dialog, { name: "userIds", users: people.map(named), chosen });
    }
    return formView(form, html`
      ${field(form, t(isEnd ? "crew.whoLeaves" : "crew.whoCame"))}
      ${sites && selectField(form, {
        name: "siteId", label: t("hours.correction.site"), value: only.length === 1 ? only[0].id : "",
        options: only.length === 1 ? options : [{ value: "", label: t("crew.chooseSite") }, ...options],
      })}
      <div class="fields">
        ${timeField({ name: first, label: t(isEnd ? "hours.correction.went" : "hours.correction.came"), hint: isForeman && t("crew.timeHint") })}
        ${!isEnd && timeField({ name: "checkedOutAt", label: t("hours.correction.went"), required: false, hint: t("hours.correction.wentHint") })}
      </div>
      ${breaks?.view()}
      ${breaks && kindField(form, entered?.kind)}
      ${textField(form, {
        name: "reason", label: t("hours.correction.reason"), hint: t("crew.reasonHint"), maxlength: 500,
        value: entered?.reason ?? (isForeman ? t(isEnd ? "crew.reasonOut" : "crew.reasonIn", { name: nameOf(session.user) }) : ""),
      })}
    `, { submit: t(entered ? "queue.retry" : isEnd ? "crew.outSubmit" : "crew.inSubmit") });
  };
}

/** As the field takes people. @param {Member} member */
function named(member) {
  const { name, ...one } = member;
  if (name === undefined) return one;
  const [firstName, ...rest] = name.split(" ");
  return { ...one, firstName, lastName: rest.join(" ") };
}

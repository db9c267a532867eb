// Hours of a crew: who came when, or who leaves. For the foreman of a site, and for managers.

import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { toast } from "app/live.js";
import { now } from "app/now.js";
import { crewIn, crewOut, queue } from "app/queue.js";
import { session } from "app/session.js";
import { t } from "app/words.js";
import { nameOf } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { formView, textField } from "parts/fields.js";
import { createPeopleField } from "parts/people-field.js";
import { instantIn, isTouched, wallFields } from "parts/wall-fields.js";

/** How far back a foreman may go, in milliseconds. */
const reach = 7 * 24 * 3_600_000;

/**
 * @typedef {{company: string, site: string, siteName: string}} Place
 * @typedef {{id: string, name?: string, firstName?: string, lastName?: string, entry?: string, remark?: unknown}} Member `entry` is the
 *   open one, of who is there.
 */

/**
 * Who came, and since when.
 * @param {Place} place  @param {{people: Member[], chosen: string[], isForeman: boolean}} crew
 */
export const enterHours = (place, crew) => openDialog({
  title: t(crew.isForeman ? "crew.in" : "crew.enter"),
  view: hoursForm(place, crew, {
    send: async (hours) => told(await queue.enterHours(hours), "crew.entered", hours.people.length),
  }),
});

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
  toast(state === "waiting" ? t("crew.waits", { what: t(word, { count }) }) : t(word, { count }));
}

/**
 * @param {Place} place
 * @param {{people: Member[], chosen: string[], isForeman: boolean, isEnd?: boolean, entered?: any, refused?: any, draft?: string}} crew
 * @param {{send: (hours: any) => Promise<unknown>}} act
 */
function hoursForm(place, { people, chosen, isForeman, isEnd = false, entered, refused, draft }, { send }) {
  let form = null;
  let field = null;
  let timeField = null;
  const first = isEnd ? "checkedOutAt" : "checkedInAt";
  const instants = {
    [first]: entered?.[first] ?? new Date(now()).toISOString(),
    ...(!isEnd && { checkedOutAt: entered?.checkedOutAt ?? null }),
  };
  const exact = (values, name) => (isTouched(values, name, instants[name]) ? instantIn(values, name) : instants[name]);

  function check(values) {
    const [at, end] = [instantIn(values, first), isEnd ? null : instantIn(values, "checkedOutAt")];
    if (!values.userIds?.length) return { userIds: t("crew.nobody") };
    if (!at) return { [first]: t("hours.correction.noTime") };
    if (isForeman && Date.parse(at) < now() - reach) return { [first]: t("crew.tooOld") };
    if (!isEnd && values.checkedOutAt && !end) return { checkedOutAt: t("hours.correction.noTime") };
    return end && end < at ? { checkedOutAt: t("fields.before-check-in") } : {};
  }

  return (dialog) => {
    if (!form) {
      form = createForm(dialog, {
        draft: draftOf(draft ?? `crew:${isEnd ? "out" : "in"}:${place.site}`),
        check,
        async send(values) {
          const ids = new Set(values.userIds);
          const end = !isEnd && values.checkedOutAt ? { checkedOutAt: exact(values, "checkedOutAt") } : {};
          await send({
            ...place,
            people: people.filter(({ id }) => ids.has(id)).map((one) => ({ id: one.id, name: one.name ?? nameOf(/** @type {any} */ (one)) })),
            body: { [first]: exact(values, first), ...end, reason: values.reason.trim() },
          });
        },
        done: () => dialog.close(),
      });
      if (refused) form.refuse(refused, { checkedInAt: "checkedInAt", checkedOutAt: "checkedOutAt", userIds: "userIds", reason: "reason" });
      timeField = wallFields(form, dialog, instants);
      field = createPeopleField(dialog, { name: "userIds", users: people.map(named), chosen });
    }
    return formView(form, html`
      ${field(form, t(isEnd ? "crew.whoLeaves" : "crew.whoCame"))}
      <div class="fields">
        ${timeField({ name: first, label: t(isEnd ? "hours.correction.went" : "hours.correction.came"), hint: isForeman && t("crew.timeHint") })}
        ${!isEnd && timeField({ name: "checkedOutAt", label: t("hours.correction.went"), required: false, hint: t("hours.correction.wentHint") })}
      </div>
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

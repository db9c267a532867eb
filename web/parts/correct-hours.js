// A time entry in full: its breaks, who entered it, where it came from, its former versions with their reasons and, with permission, the
// form that corrects or voids it.

import { remember } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { entryNow, originNow } from "app/entries.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { queue } from "app/queue.js";
import { recallPlaces, refreshPlaces } from "app/sites.js";
import { day, duration, moment, phrase, t } from "app/words.js";
import { wallTime } from "app/zone.js";
import { breaksIn, breaksText, createBreaksField, spokenBreaks } from "parts/breaks-field.js";
import { personChip } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { choiceField, formView, selectField, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { isTooLong, sendSure } from "parts/long-entry.js";
import { breaksInFull, isOpen, isVoid, minutesOf, originOf, spanOf, voidingOf } from "parts/time-entry.js";
import { exactIn, instantIn, isTouched, wallFields, wrongTime } from "parts/wall-fields.js";

/**
 * @param {any} entry
 * @param {{company: string, siteName: string, mayCorrect?: boolean}} place `company` is its id.
 * @returns {Promise<any>} the entry as it is now, if it was corrected or voided; without a signal that waits.
 */
export async function openEntry(entry, { company, siteName, mayCorrect = false }) {
  const about = { company, site: entry.siteId, siteName, people: [{ id: entry.userId, name: entry.userName }] };
  const isEditable = mayCorrect && !isVoid(entry);
  const outcome = await openForm(entry, about, isEditable && {
    draft: `entry:${entry.id}`,
    send: (body, was, toName) => queue.correctHours({ ...about, was: shortOf(was), toName, body }),
    void: (was) => openVoiding(was, about, {
      draft: `void:${entry.id}`, send: (body, now) => queue.voidHours({ ...about, was: shortOf(now), body }),
    }),
  });
  if (!outcome || outcome.state === "clarified") return undefined;
  const word = outcome.answer?.state === "VOID" || outcome.isVoiding ? "void" : "correction";
  toast(outcome.state === "waiting" ? t("crew.waits", { what: t(`hours.${word}.kept`) }) : t(`hours.${word}.done`));
  return outcome.answer;
}

/** The part of an entry that a waiting act needs. */
const shortOf = ({ id, version, userId, userName, siteId, checkedInAt, checkedOutAt, minutes, kind, breaks, state }) => ({
  id, version, userId, userName, siteId, checkedInAt, checkedOutAt, minutes, kind, breaks, state, corrections: [],
});

/** A refused correction, as it was entered. @param {any} act one of `queue.waiting` */
export const editCorrection = ({ key, body, about, refused }) => openForm(about.was, about, {
  draft: `act:${key}`, entered: body, refused,
  send: (changed, was, toName) => queue.edit(key, { body: changed, version: was.version, about: { ...about, was: shortOf(was), toName } }),
});

/** The same of a refused voiding. @param {any} act */
export const editVoiding = ({ key, body, about, refused }) => openVoiding(about.was, about, {
  draft: `act:${key}`, entered: body, refused, send: (changed, was) => queue.edit(key, { body: changed, version: was.version }),
});

/**
 * @typedef {{company: string, site: string, siteName: string, people: {id: string, name: string}[]}} About
 * @typedef {{draft: string, send: (body: any, was: any, toName?: string) => Promise<any>, void?: (was: any) => Promise<any>, entered?: any,
 *   refused?: any}} Correcting `entered` is what a refused one says.
 */

/** @param {any} shown  @param {About} about  @param {Correcting | false} correcting */
function openForm(shown, about, correcting) {
  /** Its current state: another person may have changed it. */
  let entry = shown;
  let form = null;
  let origin;

  return openDialog({
    title: t(correcting ? "hours.correction.title" : "hours.correction.viewTitle"),
    view(dialog) {
      if (!form && correcting) {
        form = correctionForm(dialog, () => entry, (fresh) => { entry = fresh; }, about, correcting);
      }
      if (origin === undefined && entry.movedFrom) {
        origin = null;
        originNow(about.company, entry).then((found) => { origin = found ?? null; dialog.update(); }, () => {});
      }
      return html`
        <div class="entry-head">
          ${personChip(entry.userName, about.siteName)}
          <p class="entry-span"><b>${day(entry.checkedInAt, "weekday")}, ${spanOf(entry)}</b>
            <span>${isVoid(entry) && !entry.checkedOutAt ? "" : duration(minutesOf(entry))}</span></p>
          ${entry.kind === "TRAVEL" && html`<p>${t("hours.kind.TRAVEL")}</p>`}
          ${breaksInFull(entry) && html`<p>${breaksInFull(entry)}</p>`}
        </div>
        ${isVoid(entry) && html`<div class="notice is-problem">${icon("warning")}<p>${voidingOf(entry)}</p></div>`}
        ${entry.movedFrom && html`<p class="hint">${origin ? t("hours.movedFrom", { site: origin.siteName }) : t("hours.movedHere")}</p>`}
        ${originOf(entry) && html`<p class="hint">${originOf(entry)}</p>`}
        ${form && !isVoid(entry) ? form.view() : !isVoid(entry) && html`<p class="hint">${t("hours.correction.ask")}</p>`}
        ${entry.corrections.length > 0 && html`
          <h3>${t("hours.correction.history")}</h3>
          <ol class="list">${[...entry.corrections].reverse().map(version)}</ol>`}`;
    },
  });
}

/** Why it was corrected: the reason given, or the event that ended it. */
const reasonOf = ({ reason, reasonCode }) => phrase("corrections", reasonCode) ?? reason;

const version = (correction) => html`
  <li class="row"><div class="row-text">
    <p class="row-title">${t("hours.correction.was", { span: `${day(correction.checkedInAt, "weekday")}, ${spanOf(correction)}` })}</p>
    ${breaksInFull(correction) && html`<p>${breaksInFull(correction)}</p>`}
    ${correction.kind === "TRAVEL" && html`<p>${t("hours.kind.TRAVEL")}</p>`}
    <p>${t("hours.correction.reasonIs", { reason: reasonOf(correction) })}</p>
    <p class="row-sub">${t("hours.correction.by", { name: correction.userName, moment: moment(correction.createdAt) })}</p>
  </div></li>`;

const times = ["checkedInAt", "checkedOutAt"];
/** So that a form sees that it is another one. */
const versioned = (entry) => remember({ ...entry }, { etag: entry.version === undefined ? null : `"${entry.version}"` });

/**
 * @param {any} dialog  @param {() => any} now the entry as it is known  @param {(fresh: any) => void} take
 * @param {About} about  @param {Correcting} correcting
 */
function correctionForm(dialog, now, take, about, { draft, send, void: declareVoid, entered, refused }) {
  const instants = { checkedInAt: entered?.checkedInAt ?? now().checkedInAt, checkedOutAt: { ...now(), ...entered }.checkedOutAt ?? null };
  const company = { id: about.company, api: `/companies/${about.company}` };
  const base = versioned(now());
  /** The sites that it can be moved to, its own first. */
  let places = [{ id: now().siteId, name: about.siteName }];

  const form = createForm(dialog, {
    draft: draftOf(draft),
    stale: {
      of: () => base,
      async read() {
        const fresh = await entryNow(about.company, base);
        take(fresh);
        // What was entered before stays in its field, to be compared with what the entry says now.
        for (const name of times) if (entered?.[name] === undefined) instants[name] = fresh[name];
        return versioned(fresh);
      },
      texts: (entry) => ({
        checkedInAt: wallTime(entry.checkedInAt), checkedOutAt: entry.checkedOutAt ? wallTime(entry.checkedOutAt) : "",
        kind: entry.kind ?? "WORK", siteId: entry.siteId, breaks: breaksText(entry.breaks),
      }),
      spoken: { breaks: spokenBreaks },
    },
    check(values) {
      for (const name of times) {
        const wrong = wrongTime(values, name);
        if (wrong) return { [name]: wrong };
      }
      const span = spanIn(values);
      if (span.from && span.to && Date.parse(span.to) < Date.parse(span.from)) return { checkedOutAt: t("fields.before-check-in") };
      const unclear = breaks.check(span);
      if (unclear.breaks || !span.from) return unclear;
      return Object.keys(changed(values)).length ? {} : { checkedInAt: t("hours.correction.same") };
    },
    async send(values) {
      const body = { ...changed(values), reason: values.reason.trim(), ...(entered?.confirm && { confirm: true }) };
      const toName = body.siteId && places.find(({ id }) => id === body.siteId)?.name;
      try {
        return await sendSure(body, (sure) => send(sure, now(), toName), isTooLong(refused));
      } catch (problem) {
        throw Object.assign(problem, { fields: breaks.refused(problem.fields) });
      }
    },
    done: (answer) => dialog.close(answer),
  });

  const spanIn = (values) => ({
    from: exactIn(values, "checkedInAt", now().checkedInAt),
    to: values.checkedOutAt ? exactIn(values, "checkedOutAt", now().checkedOutAt) : null,
  });
  const spanNow = () => {
    const element = /** @type {any} */ (document.getElementById(form.id));
    if (!element) return { from: instants.checkedInAt, to: instants.checkedOutAt };
    const passes = Object.fromEntries(times.map((name) => [name, element.elements[`passes.${name}`]?.value || undefined]));
    return spanIn({ passes, ...Object.fromEntries(times.map((name) => [name, element.elements[name].value])) });
  };
  const breaks = createBreaksField(form, dialog, {
    breaks: now().breaks, ...(entered?.breaks && { text: breaksText(entered.breaks.map((one) => ({ ...one, source: "STATED" }))) }), spanOf: spanNow,
  });
  const timeField = wallFields(form, dialog, instants);

  /** The changed fields; the others keep their value to the millisecond. */
  function changed(values) {
    const entry = now();
    const touched = times.filter((name) => isTouched(values, name, entry[name]));
    return {
      ...Object.fromEntries(touched.map((name) => [name, values[name] ? instantIn(values, name) : null])),
      ...(values.kind !== (entry.kind ?? "WORK") && { kind: values.kind }),
      ...(values.siteId && values.siteId !== entry.siteId && { siteId: values.siteId }),
      ...(values.breaks !== breaksText(entry.breaks) && { breaks: breaksIn(values.breaks, spanIn(values), entry.breaks) }),
    };
  }

  const add = (found) => {
    const known = new Set(places.map(({ id }) => id));
    places = [...places, ...found.filter((site) => !known.has(site.id) && may.leadSite(site) && !site.removedAt)];
    dialog.update();
  };
  const nothing = () => {};
  recallPlaces(company).then(add, nothing);
  refreshPlaces(company, dialog.signal).then(() => recallPlaces(company)).then(add, nothing);

  if (refused) {
    const fields = breaks.refused(refused.fields);
    form.refuse(Object.assign(refused, { fields }), Object.fromEntries([...times, "reason", "breaks", "kind", "siteId"].map((name) => [name, name])));
    // Its current values say more than the refusal.
    if (refused.status === 412) queueMicrotask(() => renew().catch(fail));
  }

  /** The signal may just be coming back. */
  async function renew(tries = 5) {
    const isKnown = await form.renew();
    if (dialog.signal.aborted) return;
    if (isKnown) {
      form.failure = null;
      dialog.update();
    } else if (tries > 1) {
      setTimeout(() => renew(tries - 1).catch(fail), 2000);
    }
  }

  const strike = async () => {
    const outcome = await declareVoid(now());
    if (outcome) dialog.close({ ...outcome, isVoiding: true });
  };
  return Object.assign(form, {
    view: () => formView(form, html`
      <div class="fields">
        ${timeField({ name: "checkedInAt", label: t("hours.correction.came") })}
        ${timeField({
          name: "checkedOutAt", label: t("hours.correction.went"), required: false,
          hint: isOpen(now()) && t("hours.correction.wentHint"),
        })}
      </div>
      ${breaks.view()}
      ${kindField(form, { ...now(), ...entered }.kind)}
      ${selectField(form, {
        name: "siteId", label: t("hours.correction.site"), value: entered?.siteId ?? now().siteId, hint: places.length > 1 && t("hours.correction.siteHint"),
        options: places.map(({ id, name }) => ({ value: id, label: name })),
      })}
      ${textField(form, { name: "reason", label: t("hours.correction.reason"), hint: t("hours.correction.reasonHint"), maxlength: 500, value: entered?.reason })}
    `, {
      submit: t(entered ? "queue.retry" : "hours.correction.submit"),
      more: declareVoid && html`<button type="button" class="button" @click=${() => strike().catch(fail)}>${t("hours.void.action")}</button>`,
    }),
  });
}

/** @param {any} form  @param {string} [kind] */
export const kindField = (form, kind = "WORK") => choiceField(form, {
  name: "kind", label: t("hours.kind.label"), value: kind, options: ["WORK", "TRAVEL"].map((value) => ({ value, label: t(`hours.kind.${value}`) })),
});

/**
 * Voids an entry, with a reason.
 * @param {any} shown  @param {About} about  @param {Correcting} voiding
 */
function openVoiding(shown, about, { draft, send, entered, refused }) {
  let entry = shown;
  let form = null;
  const base = versioned(shown);
  return openDialog({
    title: t("hours.void.title"),
    view(dialog) {
      if (!form) {
        form = createForm(dialog, {
          draft: draftOf(draft),
          stale: {
            of: () => base,
            async read() {
              entry = await entryNow(about.company, base);
              return versioned(entry);
            },
            texts: () => ({}),
          },
          send: (values) => send({ reason: values.reason.trim() }, entry),
          done: (answer) => dialog.close(answer),
        });
        if (refused) form.refuse(refused, { reason: "reason" });
        if (refused?.status === 412) queueMicrotask(() => form.renew().catch(fail));
      }
      return html`
        <p>${entry.userName}: <b>${day(entry.checkedInAt, "weekday")}, ${spanOf(entry)}</b></p>
        ${isVoid(entry) ? html`<div class="notice is-problem">${icon("warning")}<p>${voidingOf(entry)}</p></div>` : html`<p>${t("hours.void.text")}</p>`}
        ${!isVoid(entry) && formView(form, textField(form, {
          name: "reason", label: t("hours.correction.reason"), hint: t("hours.void.reasonHint"), maxlength: 500, value: entered?.reason, autofocus: true,
        }), { submit: t(entered ? "queue.retry" : "hours.void.submit"), isDanger: true })}`;
    },
  });
}

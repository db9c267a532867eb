// Books a clarification with the values to correct, or declines it with a reason. What isn't touched stays as it was reported.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { may } from "app/may.js";
import { recallPlaces, refreshPlaces } from "app/sites.js";
import { amount, day, decimal, t } from "app/words.js";
import { breaksIn, breaksText, createBreaksField } from "parts/breaks-field.js";
import { personChip } from "parts/chips.js";
import { dayOfReported, isDecided, whatOf, whyOf } from "parts/clarification.js";
import { kindField } from "parts/correct-hours.js";
import { openDialog } from "parts/dialog.js";
import { choiceField, formView, numberField, selectField, textField } from "parts/fields.js";
import { isTooLong, sendSure } from "parts/long-entry.js";
import { spanOf } from "parts/time-entry.js";
import { exactIn, instantIn, isTouched, wallFields, wrongTime } from "parts/wall-fields.js";

/** @typedef {import("parts/clarification.js").Reported} Reported */

/**
 * What stands in the form at first.
 * @typedef {{kind: "entry" | "break" | "material", instants: Record<string, string | null>, needs: string[], siteId: string, workKind: string | null,
 *   breaks: any[] | null, minutes: number | null, delta: number | null, unit: string, materialId: string | null, note: string}} Begun `needs`: the
 *   times that can't be left out; `breaks` is null where they can't be said.
 */

/**
 * @param {Reported} reported  @param {any} [entry] the time entry that was to be corrected, as it is now
 * @returns {Begun}
 */
export function beginOf({ one, other }, entry) {
  const { act, body } = one;
  const begun = {
    kind: /** @type {Begun["kind"]} */ ("entry"), instants: {}, needs: [], siteId: body.siteId ?? one.siteId, workKind: body.kind ?? "WORK",
    breaks: body.breaks ?? [], minutes: body.minutes ?? null, delta: body.delta ?? null, unit: body.unit ?? "", materialId: body.materialId ?? null,
    note: body.note ?? "",
  };
  switch (act) {
    case "CHECK_IN": return { ...begun, instants: { checkedInAt: one.at, checkedOutAt: other?.at ?? null }, needs: ["checkedInAt"] };
    case "CHECK_OUT": return { ...begun, instants: { checkedInAt: null, checkedOutAt: one.at }, needs: ["checkedOutAt"] };
    case "ENTER_TIMES": return {
      ...begun, instants: { checkedInAt: body.checkedInAt, checkedOutAt: body.checkedOutAt }, needs: ["checkedInAt", ...(body.checkedOutAt ? ["checkedOutAt"] : [])],
    };
    case "CORRECT_TIMES": {
      const to = body.reopen ? null : body.checkedOutAt ?? entry?.checkedOutAt ?? null;
      return {
        ...begun, instants: { checkedInAt: body.checkedInAt ?? entry?.checkedInAt ?? null, checkedOutAt: to },
        needs: [...(entry ? ["checkedInAt"] : []), ...(to ? ["checkedOutAt"] : [])],
        workKind: body.kind ?? entry?.kind ?? null, breaks: body.breaks?.length ? body.breaks : entry ? entry.breaks ?? [] : null,
      };
    }
    case "ADJUST_QUANTITY": return { ...begun, kind: "material", instants: { at: one.at }, needs: ["at"] };
    default: return {
      ...begun, kind: "break", ...(other ? { instants: { from: one.at, to: other.at }, needs: ["from", "to"] } : { instants: { at: one.at }, needs: ["at"] }),
    };
  }
}

/**
 * What is sent of it: what was touched, and what the server wouldn't know.
 * @param {Reported} reported  @param {Begun} begun  @param {any} values of the form
 */
export function bookingOf({ other }, begun, values) {
  const times = Object.fromEntries(Object.keys(begun.instants)
    .filter((name) => values[name] && isTouched(values, name, begun.instants[name])).map((name) => [name, instantIn(values, name)]));
  if (begun.kind === "material") {
    const { materialId, note = "" } = values;
    return {
      ...times, delta: values.direction === "take" ? -values.delta : values.delta,
      ...(materialId && materialId !== begun.materialId && { materialId }), ...(note.trim() !== begun.note && { note: note.trim() }),
    };
  }
  const place = values.siteId && values.siteId !== begun.siteId ? { siteId: values.siteId } : {};
  if (begun.kind === "break") return { ...times, ...place, ...((values.minutes ?? null) !== begun.minutes && { minutes: values.minutes }) };
  return {
    ...times, ...place,
    // With its end it is one entry; the check-out that waits goes with it.
    ...(other && values.checkedOutAt && !times.checkedOutAt && { checkedOutAt: other.at }),
    ...(values.kind && values.kind !== (begun.workKind ?? "WORK") && { kind: values.kind }),
    ...(begun.breaks && values.breaks !== undefined && values.breaks !== breaksText(begun.breaks)
      && { breaks: breaksIn(values.breaks, spanIn(begun, values), begun.breaks) }),
  };
}

const spanIn = ({ instants }, values) => ({
  from: exactIn(values, "checkedInAt", instants.checkedInAt),
  to: values.checkedOutAt ? exactIn(values, "checkedOutAt", instants.checkedOutAt) : null,
});

/**
 * @param {Reported} reported
 * @param {{company: {id: string, api: string}, path: string, refused?: any}} place `path` of the clarifications; `refused`: why it couldn't be
 *   booked as it was reported.
 * @returns {Promise<{problem?: any} | undefined>} with the `problem` if someone else was quicker
 */
export async function openBooking(reported, { company, path, refused = null }) {
  const { one } = reported;
  const [entry, materials, known] = await Promise.all([entryOf(one, company), materialsOf(one, company), recallPlaces(company)]);
  const begun = beginOf(reported, entry);
  let places = placesOf(one, known);
  let form = null;
  let timeField = null;
  let breaks = null;
  const names = Object.keys(begun.instants);

  function spanNow() {
    const element = /** @type {any} */ (document.getElementById(form.id));
    if (!element) return { from: begun.instants.checkedInAt, to: begun.instants.checkedOutAt };
    const passes = Object.fromEntries(names.map((name) => [name, element.elements[`passes.${name}`]?.value || undefined]));
    return spanIn(begun, { passes, ...Object.fromEntries(names.map((name) => [name, element.elements[name].value])) });
  }

  function check(values) {
    for (const name of names) {
      const wrong = wrongTime(values, name);
      if (wrong) return { [name]: wrong };
    }
    if (begun.kind === "material") return values.delta > 0 ? {} : { delta: t("material.wrong.positive") };
    if (begun.kind === "break" && "to" in begun.instants) {
      const [from, to] = names.map((name) => exactIn(values, name, begun.instants[name]));
      return from && to && Date.parse(to) < Date.parse(from) ? { to: t("fields.before-break") } : {};
    }
    if (begun.kind === "break") return Number.isInteger(values.minutes ?? 0) && (values.minutes ?? 0) >= 0 ? {} : { minutes: t("breaks.wrong") };
    const span = spanIn(begun, values);
    if (span.from && span.to && Date.parse(span.to) < Date.parse(span.from)) return { checkedOutAt: t("fields.before-check-in") };
    return breaks ? breaks.check(span) : {};
  }

  async function send(dialog, values) {
    try {
      await sendSure(bookingOf(reported, begun, values), (body) => api.post(`${path}/${one.id}/book`, body), isTooLong(refused));
      refused = null;
      return {};
    } catch (problem) {
      if (isDecided(problem)) return { problem };
      throw breaks && problem.fields ? Object.assign(problem, { fields: breaks.refused(problem.fields) }) : problem;
    }
  }

  function start(dialog) {
    form = createForm(dialog, { check, send: (values) => send(dialog, values), done: (outcome) => dialog.close(outcome) });
    timeField = wallFields(form, dialog, begun.instants);
    if (begun.kind === "entry" && begun.breaks) breaks = createBreaksField(form, dialog, { breaks: begun.breaks, spanOf: spanNow });
    if (refused) {
      const fields = breaks ? breaks.refused(refused.fields) : refused.fields;
      const shown = [...names, "siteId", "kind", "breaks", "minutes", "delta", "note", "materialId"];
      form.refuse(Object.assign(refused, { fields }), Object.fromEntries(shown.map((name) => [name, name])));
    }
    if (begun.kind === "material") return;
    refreshPlaces(company, dialog.signal).then((lists) => {
      places = placesOf(one, lists.flat());
      dialog.update();
    }, () => {});
  }

  return openDialog({
    title: t("clarifications.bookTitle"),
    view(dialog) {
      if (!form) start(dialog);
      return html`
        ${head(reported)}
        ${entry && html`<p class="hint">${t("clarifications.ofEntry", { name: entry.userName, day: day(entry.checkedInAt, "weekday"), span: spanOf(entry) })}</p>`}
        ${formView(form, begun.kind === "material" ? materialFields() : begun.kind === "break" ? breakFields() : entryFields(), { submit: t("clarifications.submit") })}`;
    },
  });

  function entryFields() {
    const time = (name, label, hint = null) => timeField({ name, label, hint, required: begun.needs.includes(name) });
    return html`
      <div class="fields">
        ${time("checkedInAt", t("hours.correction.came"), one.act === "CHECK_OUT" && t("clarifications.cameHint"))}
        ${time("checkedOutAt", t("hours.correction.went"), !begun.needs.includes("checkedOutAt") && t("hours.correction.wentHint"))}
      </div>
      ${breaks?.view()}
      ${begun.workKind && kindField(form, begun.workKind)}
      ${siteField()}`;
  }

  function breakFields() {
    if (reported.other) {
      return html`
        <div class="fields">
          ${timeField({ name: "from", label: t("breaks.began") })}
          ${timeField({ name: "to", label: t("breaks.ended") })}
        </div>
        ${siteField()}`;
    }
    return html`
      ${timeField({ name: "at", label: t("clarifications.when") })}
      ${numberField(form, {
        name: "minutes", label: t("clarifications.breakLength"), hint: one.act !== "BREAK_STATED" && t("clarifications.breakHint"), unit: t("breaks.unit"),
        inputmode: "numeric", required: one.act === "BREAK_STATED", value: begun.minutes === null ? "" : String(begun.minutes),
      })}
      ${siteField()}`;
  }

  function siteField() {
    const options = places.map(({ id, name }) => ({ value: id, label: name }));
    return selectField(form, { name: "siteId", label: t("hours.correction.site"), value: begun.siteId, options });
  }

  function materialFields() {
    const known = materials.find(({ id }) => id === begun.materialId);
    const gone = !known && { value: begun.materialId ?? "", label: one.body.materialName ?? "" };
    return html`
      ${timeField({ name: "at", label: t("clarifications.when") })}
      ${materials.length > 0 && selectField(form, {
        name: "materialId", label: t("clarifications.material"), value: begun.materialId ?? "",
        options: [...(gone ? [gone] : []), ...materials.map(({ id, name, amount: left, unit }) => ({ value: id, label: `${name} (${amount(left, unit)})` }))],
      })}
      ${choiceField(form, {
        name: "direction", label: t("clarifications.direction"), value: begun.delta > 0 ? "add" : "take",
        options: [{ value: "take", label: t("material.take") }, { value: "add", label: t("material.add") }],
      })}
      ${numberField(form, { name: "delta", label: t("clarifications.quantity"), unit: known?.unit ?? begun.unit, value: decimal(Math.abs(begun.delta)) })}
      ${textField(form, { name: "note", label: t("clarifications.note"), value: begun.note, required: false, maxlength: 500 })}`;
  }
}

/**
 * Both halves of what belongs together.
 * @param {Reported} reported  @param {string} path of the clarifications
 * @returns {Promise<{problem?: any} | undefined>} with the `problem` if someone else was quicker
 */
export function openDeclining(reported, path) {
  const { one, other } = reported;
  let form = null;
  return openDialog({
    title: t("clarifications.declineTitle"),
    view(dialog) {
      form ??= createForm(dialog, {
        async send({ reason }) {
          try {
            for (const { id } of [one, other].filter(Boolean)) await api.post(`${path}/${id}/decline`, { reason: reason.trim() });
            return {};
          } catch (problem) {
            if (isDecided(problem)) return { problem };
            throw problem;
          }
        },
        done: (outcome) => dialog.close(outcome),
      });
      return html`
        ${head(reported)}
        ${formView(form, textField(form, {
          name: "reason", label: t("clarifications.declineReason"), hint: t("clarifications.declineHint", { name: one.userName }), maxlength: 500, autofocus: true,
        }), { submit: t("clarifications.decline"), isDanger: true })}`;
    },
  });
}

const head = (reported) => html`
  <div class="entry-head">
    ${personChip(reported.one.userName, reported.one.siteName)}
    <p><b>${dayOfReported(reported)}: ${whatOf(reported)}</b></p>
    <p>${t("clarifications.because", { why: whyOf(reported.one) })}</p>
  </div>`;

/** Where it may have been: as it was reported first, then where this person may enter hours. */
function placesOf({ siteId, siteName, body }, known) {
  const target = body.siteId && { id: body.siteId, name: known.find(({ id }) => id === body.siteId)?.name ?? t("clarifications.moved") };
  const reported = [{ id: siteId, name: siteName }, ...(target ? [target] : [])];
  return [...reported, ...known.filter((site) => !reported.some(({ id }) => id === site.id) && may.leadSite(site) && !site.removedAt)];
}

/** The time entry that was to be corrected; null where there is none, or where it isn't to be found. */
async function entryOf({ act, body, siteId }, company) {
  if (act !== "CORRECT_TIMES") return null;
  const entries = await api.get(`${company.api}/sites/${siteId}/time-entries?void=true&limit=500`).catch(() => []);
  return entries.find(({ id }) => id === body.entryId) ?? null;
}

const materialsOf = ({ act, siteId }, company) => (act === "ADJUST_QUANTITY" ? api.all(`${company.api}/sites/${siteId}/materials`).catch(() => []) : []);

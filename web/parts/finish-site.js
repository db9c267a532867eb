// Ends the work on a site: what is left goes to the depot, to another site, or is thrown away with a reason. One tap for all of it.

import { finishing, materialPath } from "app/act-kinds.js";
import { newKey } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { queue } from "app/queue.js";
import { recallPlaces, recallWhole, refreshPlaces } from "app/sites.js";
import { amount, byName, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { errorOf, formView, selectField, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { targetOf } from "parts/move-material.js";
import { matches, searchField } from "parts/search-field.js";

const searchedFrom = 9;
const exact = (value) => Math.round(value * 1000) / 1000;

/** @param {{id: string, api: string}} company  @param {object} site as it is known */
export const finishSite = (company, site) => openSheet(company, site, {
  draft: `finish:${site.id}`,
  async send(what) {
    const key = newKey();
    const { state, isKept } = /** @type {any} */ (await queue.finishSite({ ...what, key }));
    const done = t("finish.done", { name: site.name });
    if (state === "done") return toast(done);
    const withdraw = async () => toast(await queue.withdraw(key) ? t("finish.withdrawn", { name: site.name }) : t("move.withdrawnTooLate"));
    return toast(t(isKept ? "material.doneWaiting" : "material.doneUnkept", { done }), { action: { label: t("action.undo"), run: withdraw } });
  },
});

/** A refused act, as it was entered. @param {object} act one of `queue.waiting` */
export async function editFinish({ key, body, at, about, refused }) {
  const company = { id: about.company, api: `/companies/${about.company}` };
  const site = (await recallWhole(company, about.site)) ?? { id: about.site, name: about.siteName, material: [] };
  const isTooOld = refused.fields.some(({ field }) => field === "at");
  return openSheet(company, site, {
    draft: `act:${key}`,
    entered: { ...about, note: body.note },
    refused,
    async send(what) {
      const { path, body: changed, about: named, lanes } = finishing(what);
      const when = isTooOld ? new Date().toISOString() : at;
      await queue.edit(key, { path, at: when, body: { ...changed, at: when }, about: named, lanes });
    },
  });
}

/**
 * @param {{id: string, api: string}} company
 * @param {object} opened the site as it was then
 * @param {{draft: string, send: (what: import("app/act-kinds.js").Finishing) => Promise<unknown>, entered?: any, refused?: any}} act
 */
async function openSheet(company, opened, { draft, send, entered, refused }) {
  const api = `${company.api}/sites/${opened.id}`;
  const current = () => kept.peek(api)?.value ?? opened;
  const places = async () => (await recallPlaces(company)).filter(({ id }) => id !== opened.id);
  let all = await places();
  let form = null;
  let sent = [];
  // Where each material goes that doesn't go where the rest goes: `{to}` of a place, or `{scrap}` with the reason.
  const elsewhere = new Map((entered?.lines ?? []).filter(({ to, scrap }) => scrap || (to && to !== entered.restTo))
    .map(({ material, to, scrap }) => [material, scrap ? { scrap } : { to }]));

  const depot = () => all.find(({ kind }) => kind === "DEPOT");
  /** Where all goes for which nothing else is chosen, as it stands in the form. */
  const rest = () => {
    const element = /** @type {HTMLFormElement | null} */ (form && document.getElementById(form.id));
    const field = /** @type {HTMLSelectElement | null | undefined} */ (element?.elements.namedItem("rest"));
    return field?.value ?? entered?.restTo ?? depot()?.id;
  };
  const nameOf = (id) => all.find((place) => place.id === id)?.name ?? t("finish.otherPlace");
  const leftOf = ({ id, amount: known }) => exact(known + queue.pendingDelta(materialPath(company.id, opened.id, id)));
  const left = () => current().material.map((material) => ({ ...material, left: leftOf(material) })).filter((material) => material.left > 0);

  function start(dialog) {
    queue.onChange(dialog.update, dialog.signal);
    kept.watch(api, dialog.update, dialog.signal);
    kept.refresh(api, { signal: dialog.signal }).catch(() => {});
    refreshPlaces(company, dialog.signal).then(async () => {
      all = await places();
      dialog.update();
    }).catch(() => {});
    form = createForm(dialog, {
      draft: draftOf(draft),
      async send(values) {
        await send(await finished(values)).catch((problem) => { throw Object.assign(problem, { fields: named(problem.fields) }); });
      },
      done: () => dialog.close(),
    });
    if (refused) {
      sent = [...elsewhere.keys()];
      form.refuse({ ...refused, fields: named(refused.fields) }, Object.fromEntries(["rest", ...sent.map(fieldOf)].map((name) => [name, name])));
    }
  }

  const fieldOf = (id) => `line.${id}`;
  const named = (fields) => fields?.map((flaw) => {
    const line = /^lines\[(\d+)\]/.exec(flaw.field);
    return { ...flaw, field: line && sent[line[1]] ? fieldOf(sent[line[1]]) : /^restTo\b/.test(flaw.field) ? "rest" : flaw.field };
  });

  async function finished({ rest, note }) {
    const restTo = rest || null;
    const lines = await Promise.all(left().map(async ({ id, name, unit, left }) => {
      const chosen = elsewhere.get(id);
      const to = chosen ? chosen.to : restTo ?? depot()?.id;
      const there = to && (await targetOf(company, to, { name, unit }));
      return { material: id, name, unit, amount: left, there, ...chosen };
    }));
    sent = lines.filter(({ to, scrap }) => to || scrap).map(({ material }) => material);
    return { company: company.id, site: opened.id, siteName: opened.name, restTo: restTo ?? depot()?.id ?? null, lines, note: note?.trim() || null };
  }

  return openDialog({
    title: t("finish.title", { name: opened.name }),
    view(dialog) {
      if (!form) start(dialog);
      const materials = left();
      const site = current();
      const isMore = (site.materialInfo?.total ?? 0) > site.material.length;
      // Without a signal the depot may not be known: the server knows it.
      const options = [
        ...(depot() ? [] : [{ value: "", label: t("finish.depot") }]),
        ...inOrder(all).map(({ id, name }) => ({ value: id, label: name })),
      ];
      return formView(form, html`
        ${materials.length === 0 && !isMore ? html`<p>${t("finish.empty")}</p>` : html`
          <p>${t("finish.lead")}</p>
          <div @change=${dialog.update}>${selectField(form, {
            name: "rest", label: t("finish.rest"), value: entered?.restTo ?? options[0]?.value, required: false, isMarked: false, options,
          })}</div>
          <div hidden @input=${({ target }) => take(dialog, target.name.slice(fieldOf("").length), target.value)}>
            ${materials.map(({ id }) => keyed(id, html`<input type="hidden" name=${fieldOf(id)} .value=${written(elsewhere.get(id))}>`))}
          </div>
          <ul class="list">${materials.map((material) => keyed(material.id, line(material)))}</ul>
          ${isMore && html`<p class="hint">${t("finish.more")}</p>`}`}
        ${textField(form, { name: "note", label: t("finish.note"), value: entered?.note, required: false, maxlength: 500 })}
      `, { submit: entered ? t("queue.retry") : t("finish.submit") });
    },
  });

  function placeOfRest() {
    return rest() ? nameOf(rest()) : t("finish.depot");
  }

  function line({ id, name, unit, left }) {
    const chosen = elsewhere.get(id);
    const words = !chosen ? placeOfRest() : chosen.scrap ? t("finish.scrapped", { reason: chosen.scrap }) : nameOf(chosen.to);
    return html`
      <li class="row move-line ${chosen && "is-chosen"}">
        <div class="row-text">
          <p class="row-title">${name}</p>
          <p class="row-sub">${amount(left, unit)}</p>
          ${errorOf(form, fieldOf(id))}
        </div>
        <div class="move-buttons">
          <button type="button" class="button is-small" aria-label=${t("finish.whereTo", { name, place: words })}
            aria-invalid=${form.errors[fieldOf(id)] ? "true" : null}
            @click=${() => choose(id, name)}>${chosen?.scrap ? icon("remove") : icon("move")}<span>${words}</span></button>
        </div>
      </li>`;
  }

  async function choose(id, name) {
    const reasons = [...new Set([...elsewhere].filter(([other]) => other !== id).map(([, { scrap }]) => scrap).filter(Boolean))];
    const answer = await pickPlace(name, inOrder(all), elsewhere.get(id), reasons);
    if (answer) put(id, answer);
  }

  /** From the form, which may be filled from a draft. */
  function take(dialog, id, text) {
    const chosen = read(text);
    if (chosen) elsewhere.set(id, chosen);
    else elsewhere.delete(id);
    dialog.update();
  }

  function put(id, answer) {
    const element = /** @type {HTMLFormElement} */ (document.getElementById(form.id));
    const field = /** @type {HTMLInputElement} */ (element.elements.namedItem(fieldOf(id)));
    field.value = written(answer);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const inOrder = (places) => places.toSorted((a, b) => Number(b.kind === "DEPOT") - Number(a.kind === "DEPOT") || byName(a.name, b.name));

// In one field, as text: the id of a place, or the reason behind a sign.
const sign = "scrap:";
const written = (chosen) => (chosen?.scrap ? sign + chosen.scrap : chosen?.to ?? "");
const read = (text) => (text.startsWith(sign) ? { scrap: text.slice(sign.length) } : text ? { to: text } : null);

/**
 * Where one material goes.
 * @param {string[]} reasons for which other material is thrown away: offered again.
 * @returns {Promise<{to?: string, scrap?: string} | undefined>} without both, where the rest goes.
 */
function pickPlace(material, places, chosen, reasons) {
  let search = "";
  let form = null;
  return openDialog({
    title: material,
    view(dialog) {
      form ??= createForm(dialog, { send: async ({ reason }) => dialog.close({ scrap: reason.trim() }) });
      const found = places.filter(({ name }) => matches(search, name)).slice(0, 12);
      return html`
        ${places.length >= searchedFrom && searchField({ label: t("sites.search"), value: search, onInput: (text) => { search = text; dialog.update(); } })}
        <ul class="picks">
          ${!search && html`
            <li><button type="button" class="pick" @click=${() => dialog.close({})}><span class="pick-name">${t("finish.withRest")}</span></button></li>`}
          ${found.map(({ id, name }) => keyed(id, html`
            <li><button type="button" class="pick" @click=${() => dialog.close({ to: id })}><span class="pick-name">${name}</span></button></li>`))}
        </ul>
        <h3>${t("finish.scrap")}</h3>
        ${reasons.length > 0 && html`<ul class="picks">${reasons.slice(0, 3).map((reason) => keyed(reason, html`
          <li><button type="button" class="pick" @click=${() => dialog.close({ scrap: reason })}>
            <span class="pick-name">${t("finish.scrapToo", { reason })}</span></button></li>`))}</ul>`}
        ${formView(form, textField(form, { name: "reason", label: t("finish.reason"), hint: t("finish.reasonHint"), value: chosen?.scrap ?? "", maxlength: 500 }),
          { submit: t("finish.scrap"), isDanger: true })}`;
    },
  });
}

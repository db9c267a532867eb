// Moves material from a site or the depot to another place: where to, what of it, and one tap for all of it.

import { materialPath, moving } from "app/act-kinds.js";
import { newKey } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { queue } from "app/queue.js";
import { recallPlaces, recallWhole, refreshPlaces } from "app/sites.js";
import { amount, byName, decimal, parseNumber, t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { described, errorOf, formView, selectField, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createMaterialList } from "parts/material-list.js";
import { emptyState } from "parts/pieces.js";
import { plain, searchField } from "parts/search-field.js";

const searchedFrom = 9;
/** As many as the server takes in one act. */
const mostLines = 100;
const exact = (value) => Math.round(value * 1000) / 1000;

/** Where a site's material may go: the depot first, then sites by name; of a foreman's those that they lead. */
export const targetsFrom = async (company, site) => (await recallPlaces(company))
  .filter((place) => place.id !== site && (place.kind === "DEPOT" || may.moveMaterial(place)))
  .sort((a, b) => Number(b.kind === "DEPOT") - Number(a.kind === "DEPOT") || byName(a.name, b.name));

/** What a material becomes at another place, as far as that is known: the oldest one with the same name and unit. */
export async function targetOf(company, place, { name, unit }) {
  const there = (await recallWhole(company, place))?.material ?? [];
  return there.filter((one) => one.unit === unit && plain(one.name) === plain(name)).sort((a, b) => (a.id < b.id ? -1 : 1))[0]?.id;
}

/** @param {{id: string, api: string}} company  @param {object} site as it is known  */
export const moveMaterial = (company, site) => openSheet(company, site, {
  draft: `move:${site.id}`,
  async send(what) {
    const key = newKey();
    const { state, answer, isKept } = /** @type {any} */ (await queue.moveMaterial({ ...what, key }));
    const done = t("move.done", { count: what.lines.length, to: what.toName });
    if (state === "done") {
      const undo = { label: t("action.undo"), run: () => moveBack(what, answer).catch(fail) };
      return toast(done, { action: (await mayMoveBack(company, what.to)) && undo });
    }
    const withdraw = async () => toast(t((await queue.withdraw(key)) ? "move.withdrawn" : "move.withdrawnTooLate"));
    return toast(t(isKept ? "material.doneWaiting" : "material.doneUnkept", { done }), { action: { label: t("action.undo"), run: withdraw } });
  },
});

const mayMoveBack = async (company, from) => may.moveMaterial((await recallPlaces(company)).find(({ id }) => id === from));

async function moveBack(what, { lines }) {
  const names = new Map(what.lines.map(({ material, ...line }) => [material, line]));
  await queue.moveMaterial({
    company: what.company, site: what.to, siteName: what.toName, to: what.site, toName: what.siteName,
    lines: lines.map(({ materialId, toMaterialId, amount: moved }) => ({
      ...names.get(materialId), material: toMaterialId, amount: moved, there: materialId,
    })),
  });
  toast(t("move.undone", { count: lines.length, to: what.siteName }));
}

/** A refused act, as it was entered. @param {object} act one of `queue.waiting` */
export async function editMove({ key, body, at, about, refused }) {
  const company = { id: about.company, api: `/companies/${about.company}` };
  const known = await recallWhole(company, about.site);
  const site = known ?? {
    id: about.site, name: about.siteName, materialInfo: { total: about.lines.length },
    material: about.lines.map(({ material, name, unit }) => ({ id: material, name, unit, amount: null })),
  };
  const isTooOld = refused.fields.some(({ field }) => field === "at");
  return openSheet(company, site, {
    draft: `act:${key}`,
    entered: { to: about.to, toName: about.toName, note: body.note, lines: about.lines },
    refused,
    async send(what) {
      const { path, body: changed, about: named, lanes } = moving(what);
      const when = isTooOld ? new Date().toISOString() : at;
      await queue.edit(key, { path, at: when, body: { ...changed, at: when }, about: named, lanes });
    },
  });
}

/**
 * @param {{id: string, api: string}} company
 * @param {object} opened the site as it was then
 * @param {{draft: string, send: (what: import("app/act-kinds.js").Moving) => Promise<unknown>, entered?: any, refused?: any}} act
 */
async function openSheet(company, opened, { draft, send, entered, refused }) {
  const api = `${company.api}/sites/${opened.id}`;
  let targets = await targetsFrom(company, opened.id);
  if (entered && !targets.some(({ id }) => id === entered.to)) targets.push({ id: entered.to, name: entered.toName });
  const chosen = new Map((entered?.lines ?? []).map(({ material, amount: moved }) => [material, moved]));
  let form = null;
  let list = null;
  let sent = [];
  let isAsking = true;

  function start(dialog) {
    // Others take from it while one looks.
    const data = { get site() { return kept.peek(api)?.value ?? opened; } };
    list = createMaterialList(/** @type {any} */ ({ data, signal: dialog.signal, update: dialog.update }), { api });
    queue.onChange(dialog.update, dialog.signal);
    kept.watch(api, dialog.update, dialog.signal);
    refreshPlaces(company, dialog.signal).then(async () => {
      const now = await targetsFrom(company, opened.id);
      const known = new Set(targets.map(({ id }) => id));
      targets = targets.some(({ kind }) => kind === "DEPOT") ? [...targets, ...now.filter(({ id }) => !known.has(id))] : now;
      if (entered && !targets.some(({ id }) => id === entered.to)) targets.push({ id: entered.to, name: entered.toName });
    }).catch(() => {}).finally(() => {
      isAsking = false;
      dialog.update();
    });
    form = createForm(dialog, {
      draft: draftOf(draft),
      check: () => (!chosen.size ? { lines: t("move.nothing") } : chosen.size > mostLines ? { lines: t("move.tooMany", { max: mostLines }) } : tooMuch()),
      async send(values) {
        sent = [...chosen.keys()];
        const what = await moved(values);
        await send(what).catch((problem) => { throw Object.assign(problem, { fields: named(problem.fields) }); });
      },
      done: () => dialog.close(),
    });
    if (refused) {
      sent = entered.lines.map(({ material }) => material);
      form.refuse({ ...refused, status: refused.status, fields: named(refused.fields) }, Object.fromEntries(["to", ...sent.map(nameOf)].map((name) => [name, name])));
    }
  }

  const nameOf = (id) => `amount.${id}`;
  const leftOf = (material) => (material.amount === null ? null
    : exact(material.amount + queue.pendingDelta(materialPath(company.id, opened.id, material.id))));

  /** Everything that is here, or was chosen from it. */
  function materials() {
    const known = new Map(list.all.map((material) => [material.id, material]));
    for (const line of entered?.lines ?? []) {
      if (!known.has(line.material)) known.set(line.material, { id: line.material, name: line.name, unit: line.unit, amount: null });
    }
    return known;
  }

  function tooMuch() {
    const known = materials();
    return Object.fromEntries([...chosen].flatMap(([id, moved]) => {
      const material = known.get(id);
      const left = material ? leftOf(material) : null;
      return left !== null && moved > left ? [[nameOf(id), t("material.wrong.notEnough", { amount: amount(left, material.unit) })]] : [];
    }));
  }

  /** The server counts the lines: here they have names. */
  const named = (fields) => fields?.map((flaw) => {
    const line = /^lines\[(\d+)\]/.exec(flaw.field);
    return { ...flaw, field: line && sent[line[1]] ? nameOf(sent[line[1]]) : flaw.field === "toSiteId" ? "to" : flaw.field };
  });

  async function moved({ to, note }) {
    const known = materials();
    const lines = await Promise.all([...chosen].map(async ([id, quantity]) => {
      const { name, unit } = known.get(id);
      return { material: id, name, unit, amount: quantity, there: await targetOf(company, to, { name, unit }) };
    }));
    return {
      company: company.id, site: opened.id, siteName: opened.name, to, toName: targets.find(({ id }) => id === to).name, lines,
      note: note.trim() || null,
    };
  }

  return openDialog({
    title: t("move.title"),
    view(dialog) {
      if (!form) start(dialog);
      // The depot comes first: what stands in a list that one chooses from must not move.
      if (isAsking && !targets.some(({ kind }) => kind === "DEPOT")) return html`<p class="hint">${t("form.busy")}</p>`;
      if (!targets.length) return emptyState({ icon: "move", title: t("move.noTargets"), text: t("move.noTargetsText") });
      const shown = list.shown.filter((material) => leftOf(material) !== 0 || chosen.has(material.id));
      const all = [...materials().values()].filter((material) => leftOf(material) !== 0 || chosen.has(material.id));
      return formView(form, html`
        <p class="move-from">${t("move.from", { site: opened.name })}</p>
        ${selectField(form, {
          name: "to", label: t("move.to"), value: entered?.to ?? targets[0].id, options: targets.map(({ id, name }) => ({ value: id, label: name })),
        })}
        <fieldset class="field move-lines ${form.errors.lines && "has-error"}" aria-describedby=${described(form, { name: "lines" })}>
          <legend>${t("move.what")} <span class="count">${String(chosen.size)}</span></legend>
          <div hidden @input=${({ target }) => take(dialog, target.name.slice(nameOf("").length), parseNumber(target.value))}>
            ${all.map(({ id }) => keyed(id, html`
              <input type="hidden" name=${nameOf(id)} data-kind="number" .value=${chosen.has(id) ? decimal(chosen.get(id)) : ""}>`))}
          </div>
          ${errorOf(form, "lines")}
          ${all.length >= searchedFrom && html`
            <div @input=${(event) => event.stopPropagation()} @keydown=${(event) => event.key === "Enter" && event.preventDefault()}>
              ${searchField({ label: t("material.search"), value: list.wanted, onInput: list.search })}</div>`}
          ${all.length === 0 && html`<p class="hint">${t("move.empty")}</p>`}
          ${shown.length > 0 && html`<ul class="list">${shown.map((material) => keyed(material.id, line(dialog, material)))}</ul>`}
          ${list.button()}
        </fieldset>
        ${textField(form, { name: "note", label: t("material.note"), value: entered?.note, required: false, maxlength: 500 })}
      `, { submit: entered ? t("queue.retry") : t("move.submit") });
    },
  });

  function line(dialog, material) {
    const { id, name, unit } = material;
    const left = leftOf(material);
    const choose = (quantity) => put(id, quantity);
    const pad = async () => {
      const { chooseAmount } = await importModule(() => import("parts/number-pad.js"));
      await chooseAmount(material, { left, chosen: chosen.get(id) ?? null, choose });
    };
    return html`
      <li class="row move-line ${chosen.has(id) && "is-chosen"}">
        <div class="row-text">
          <p class="row-title">${name}</p>
          ${left !== null && html`<p class="row-sub">${t("material.leftNow", { amount: amount(left, unit) })}</p>`}
          ${errorOf(form, nameOf(id))}
        </div>
        <div class="move-buttons">
          <button type="button" class="button is-small" aria-label=${t("move.amountOf", { name, amount: chosen.has(id) ? amount(chosen.get(id), unit) : "" })}
            aria-invalid=${form.errors[nameOf(id)] ? "true" : null}
            @click=${() => pad().catch(fail)}>${chosen.has(id) ? amount(chosen.get(id), unit) : t("move.some")}</button>
          ${chosen.has(id) ? html`
            <button type="button" class="button is-icon" aria-label=${t("move.leave", { name })} @click=${() => put(id, null)}>${icon("close")}</button>`
          : left !== null && html`
            <button type="button" class="button is-small" aria-label=${t("move.allOf", { name })} @click=${() => choose(left)}>${t("move.all")}</button>`}
        </div>
      </li>`;
  }

  function take(dialog, id, quantity) {
    if (quantity > 0) chosen.set(id, quantity);
    else chosen.delete(id);
    delete form.errors.lines;
    dialog.update();
  }

  /** As if it had been typed: the form remembers it. */
  function put(id, quantity) {
    const element = /** @type {HTMLFormElement} */ (document.getElementById(form.id));
    const field = /** @type {HTMLInputElement} */ (element.elements.namedItem(nameOf(id)));
    field.value = quantity ? decimal(quantity) : "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

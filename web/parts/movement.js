// A movement of material as a row: by whom, what it was, what for, when, how much, and what was left.

import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { amount, hasWord, moment, signed, t, time } from "app/words.js";

/**
 * As it was recorded: in its own unit and under its own name.
 * @param {object} movement
 * @param {{material?: object, places?: ReturnType<typeof createPlaces>}} list `material` where it is the only one's; without, in a list of
 *   a whole site by days.
 */
export function movementRow(movement, { material, places }) {
  // Kept answers of a server that came before these have neither.
  const { delta, amountAfter, unit = material?.unit, materialName, note, userName, at } = movement;
  const kind = kindOf(movement, material, places);
  return html`
    <li class="row">
      <div class="row-text">
        <p class="row-title">${material ? userName : materialName}</p>
        ${kind && html`<p class="row-sub movement-kind">${kind}</p>`}
        ${material && materialName && materialName !== material.name && html`<p class="row-sub">${t("material.thenNamed", { name: materialName })}</p>`}
        ${note && html`<p class="row-sub">${note}</p>`}
        <p class="row-sub">${material ? moment(at) : `${userName}, ${time(at)}`}</p>
      </div>
      <div class="row-amount">
        ${movement.kind === "EDIT" ? html`<span class="row-number">${amount(amountAfter, unit)}</span>` : html`
          <span class="row-number ${delta > 0 && "is-added"}">${signed(delta)} ${unit}</span>
          <span class="row-sub">${t("material.after", { amount: amount(amountAfter, unit) })}</span>`}
      </div>
    </li>`;
}

/** What it was, if the sign doesn't say it. */
function kindOf(movement, material, places) {
  const { kind } = movement;
  if (kind === "TRANSFER_OUT" || kind === "TRANSFER_IN") {
    const name = places?.of(movement, material);
    return t(`material.kinds.${kind}${name ? "" : "_UNKNOWN"}`, { name });
  }
  // A mistake that was taken back is recorded as what it was, with the other sign.
  if (kind === "TAKE" && movement.delta > 0 || kind === "ADD" && movement.delta < 0) return t("material.kinds.UNDO");
  const word = `material.kinds.${kind}`;
  return hasWord(word) && t(word);
}

/**
 * Where transfers went and came from, asked one after the other as they are shown.
 * @param {{company: {api: string}, signal: AbortSignal, update: () => void}} page
 */
export function createPlaces(page) {
  const known = new Map();
  const listeners = new Set([() => page.update()]);
  let asking = Promise.resolve();

  async function ask(refId) {
    if (page.signal.aborted) return;
    const path = `${page.company.api}/transfers/${refId}`;
    const entry = (await kept.recall(path))?.value ?? (await kept.refresh(path, { signal: page.signal }).catch(() => null));
    if (!entry) return;
    known.set(refId, entry);
    for (const listener of listeners) listener();
  }

  return {
    /** The name of the other place; null until it is known, or where the person may not know it. */
    of({ kind, refId, materialId, otherSiteName }, material) {
      if (otherSiteName) return otherSiteName;
      if (!refId) return null;
      if (!known.has(refId)) {
        known.set(refId, null);
        asking = asking.then(() => ask(refId));
      }
      const transfer = known.get(refId);
      if (kind === "TRANSFER_IN") return transfer?.fromSiteName ?? null;
      // What was left of a finished site may have gone to several.
      return transfer?.toSiteName ?? transfer?.lines.find((line) => line.materialId === (materialId ?? material?.id))?.toSiteName ?? null;
    },
    onChange(listener, signal) {
      listeners.add(listener);
      signal.addEventListener("abort", () => listeners.delete(listener));
    },
  };
}

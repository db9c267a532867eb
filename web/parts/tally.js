// Collects taps on plus and minus into one movement, sent after a pause. It can be undone.

import { materialPath } from "app/act-kinds.js";
import { newKey } from "app/api.js";
import { fail, say, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { now } from "app/now.js";
import { explain } from "app/problem.js";
import { queue } from "app/queue.js";
import { openDialogs } from "app/router.js";
import { lanesOf } from "app/sender.js";
import { amount, t } from "app/words.js";

const rest = 800;
const exact = (value) => Math.round(value * 1000) / 1000;

/**
 * @param {import("app/page.js").Page} page is shown again whenever an amount is another one.
 * @param {string} siteId
 */
export function createTally(page, siteId) {
  const gestures = new Map();
  // What was said to be waiting, until it isn't.
  const waitingNotes = new Set();
  const sending = new Map();

  const tally = {
    /** Amounts being tapped right now, and those on their way. */
    moving: ({ id }) => exact((gestures.get(id)?.delta ?? 0) + (sending.get(id) ?? 0)),

    /** What waits for a signal. */
    waiting: ({ id }) => exact(queue.pendingDelta(materialPath(page.company.id, siteId, id)) - (sending.get(id) ?? 0)),

    /** Whether some of it is stored only in this page. */
    isUnkept: ({ id }) => queue.waiting.some((act) =>
      lanesOf(act).includes(materialPath(page.company.id, siteId, id)) && act.isKept === false && !act.refused),

    /** The amount left when all of that has arrived. */
    left: (material) => exact(material.amount + tally.waiting(material) + tally.moving(material)),

    /** One more, or one less; the rest where there is less than one. */
    step(material, sign) {
      const delta = sign < 0 ? Math.max(-1, -tally.left(material)) : 1;
      if (!delta) return say(t("material.nothingLeft"));
      const gesture = gestures.get(material.id) ?? { material, delta: 0, key: newKey() };
      gestures.set(material.id, gesture);
      gesture.delta = exact(gesture.delta + delta);
      gesture.at = new Date(now()).toISOString();
      queue.announce(gesture.key, gesture.delta ? movement(material, gesture.delta, gesture) : null);
      clearTimeout(gesture.timer);
      gesture.timer = setTimeout(() => finish(gesture), rest);
      page.update();
    },

    /** @returns {Promise<unknown>} when it was done, queued, or refused and explained. */
    async send(material, delta, note = null, /** @type {{isUndo?: boolean, isTyped?: boolean, key?: string, at?: string}} */ { isUndo = false, isTyped = false, key, at } = {}) {
      const { id, name, unit } = material;
      const move = (by) => { sending.set(id, exact((sending.get(id) ?? 0) + by)); page.update(); };
      move(delta);
      try {
        const { state, isKept } = /** @type {any} */ (await queue.adjust({ ...movement(material, delta, { key, at }), note, isTyped, isUndo }));
        move(-delta);
        const done = t(isUndo ? "material.undone" : delta < 0 ? "material.taken" : "material.added", {
          amount: amount(Math.abs(delta), unit), name,
        });
        const action = isUndo ? null : { label: t("action.undo"), run: () => tally.send(material, -delta, null, { isUndo: true }) };
        if (state === "clarified") return null;
        if (state === "done") return toast(done, { action });
        const close = toast(t(isKept ? "material.doneWaiting" : "material.doneUnkept", { done }), { action });
        waitingNotes.add({ material, close, settle: () => close() && toast(done, { action }) });
      } catch (problem) {
        move(-delta);
        await explainRefusal(problem);
        page.refresh();
      } finally {
        if (key) queue.announce(key, null);
      }
    },
  };

  /** What was typed is shown again, with the reason. */
  async function explainRefusal(problem) {
    const refused = queue.waiting.find(({ key }) => key === problem.key);
    if (!refused) return fail(problem);
    const edit = async () => (await importModule(() => import("parts/edit-act.js"))).editAct(refused);
    if (page.signal.aborted || openDialogs.size) toast(explain(problem), { kind: "problem", action: { label: t("queue.edit"), run: edit } });
    else edit().catch(fail);
  }

  function movement({ id, name, unit }, delta, { key, at }) {
    return { company: page.company.id, site: siteId, material: id, delta, name, unit, key, at };
  }

  function finish(gesture) {
    clearTimeout(gesture.timer);
    gestures.delete(gesture.material.id);
    // There and back again.
    if (gesture.delta) tally.send(gesture.material, gesture.delta, null, gesture);
    else page.update();
  }
  const finishAll = () => [...gestures.values()].forEach(finish);
  page.signal.addEventListener("abort", finishAll);
  // A phone that is put away may never come back to this page.
  document.addEventListener("visibilitychange", () => document.hidden && finishAll(), { signal: page.signal });
  addEventListener("pagehide", finishAll, { signal: page.signal });
  queue.onChange(({ entry, answer }) => {
    for (const note of waitingNotes) {
      const { id } = note.material;
      if (queue.waiting.some(({ about, refused }) => about.material === id && !refused)) continue;
      waitingNotes.delete(note);
      // What was discarded or refused has nothing to be undone.
      if (answer && entry.about.material === id) note.settle();
      else note.close();
    }
    page.update();
  }, page.signal);
  return tally;
}

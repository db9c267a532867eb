// Dialogs on the browser's own <dialog>: it keeps the focus inside and gives it back.

import { html, render } from "app/html.js";
import { giveBack, toast } from "app/live.js";
import { enterDialog, leaveDialog, openDialogs } from "app/router.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";

let count = 0;
let isAsking = false;

/**
 * Opens a dialog. `view(dialog)` gives its content; `dialog.close(result)` ends it, `dialog.update()` shows it again; a form can
 * have the dialog as its host. Dismissing it with unsaved input asks first, unless the input is restored the next time.
 * @param {{
 *   title: string, view: (dialog: any) => unknown, kind?: "sheet" | "door", mayClose?: boolean, signal?: AbortSignal,
 * }} options `signal` ends it.
 * @returns {Promise<any>} what it was closed with; undefined when it was dismissed.
 */
export function openDialog({ title, view, kind = "sheet", mayClose = true, signal }) {
  const element = document.createElement("dialog");
  const id = `dialog-${(count += 1)}`;
  element.className = `dialog is-${kind}`;
  element.setAttribute("aria-labelledby", id);
  const leaving = new AbortController();
  const dialog = {
    /** @type {any} */
    result: undefined,
    /** Of its entry in the history. @type {number | undefined} */
    depth: undefined,
    element,
    signal: leaving.signal,
    mayClose,
    hasInput: () => false,
    /** Whether typed input is restored when it is opened again; a form sets it. */
    keepsInput: false,
    close(result) {
      dialog.result = result;
      element.close();
      // The event comes a moment later, in which a second Escape would find nothing to close.
      end();
    },
    update() {
      if (!leaving.signal.aborted) render(element, html`
        <div class="dialog-head">
          <h2 id=${id}>${title}</h2>
          ${mayClose && html`<button type="button" class="button is-icon" aria-label=${t("action.close")}
            @click=${dismiss}>${icon("close")}</button>`}
        </div>
        <div class="dialog-body">${view(dialog)}</div>`);
    },
  };
  async function dismiss() {
    if (!mayClose) return;
    if (dialog.hasInput() && dialog.keepsInput) toast(t("form.draft.left"));
    else if (dialog.hasInput() && !(await askToDiscard(leaving.signal))) return;
    dialog.close();
  }
  // A phone's back button.
  element.addEventListener("cancel", (event) => {
    event.preventDefault();
    dismiss();
  });
  // Chromium lets a second Escape through, whatever `cancel` says; and the focus may be nowhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || [...openDialogs].at(-1) !== dialog) return;
    event.preventDefault();
    if (!event.repeat) dismiss();
  }, { signal: leaving.signal });
  signal?.addEventListener("abort", () => dialog.close());
  element.addEventListener("pointerdown", (event) => {
    if (event.target === element && (!dialog.hasInput() || dialog.keepsInput) && isOutside(event, element)) dismiss();
  });
  const opener = document.activeElement;
  let end;
  const ended = new Promise((resolve) => {
    end = () => {
      if (openDialogs.delete(dialog)) leaveDialog(dialog);
      leaving.abort();
      element.remove();
      // What opened it may be gone by now.
      if (!opener?.isConnected && !openDialogs.size) giveBack(opener);
      resolve(dialog.result);
    };
  });
  element.addEventListener("close", end);
  openDialogs.add(dialog);
  document.body.append(element);
  dialog.update();
  element.showModal();
  enterDialog(dialog);
  return ended;
}

function isOutside({ clientX, clientY }, element) {
  const box = element.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

/**
 * Asks yes or no; an end by `signal` is a no.
 * @param {{title: string, text?: unknown, confirm: unknown, cancel?: unknown, isDanger?: boolean, signal?: AbortSignal}} question
 */
export async function ask({ title, text, confirm, cancel = t("action.cancel"), isDanger = false, signal }) {
  const answer = await openDialog({
    title,
    signal,
    view: (dialog) => html`
      ${text && html`<p>${text}</p>`}
      <div class="actions">
        <button type="button" class="button ${isDanger ? "is-danger" : "is-primary"}" @click=${() => dialog.close(true)}>${confirm}</button>
        <button type="button" class="button" autofocus @click=${() => dialog.close(false)}>${cancel}</button>
      </div>`,
  });
  return answer === true;
}

/** Asks whether to discard unsaved input. Going back again while the question is shown is a no. */
export async function askToDiscard(signal) {
  if (isAsking) return false;
  isAsking = true;
  const leaves = await ask({
    title: t("leave.title"), text: t("leave.text"), confirm: t("leave.confirm"), cancel: t("leave.stay"), isDanger: true, signal,
  });
  isAsking = false;
  return leaves;
}

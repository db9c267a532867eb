// Dialogs on the browser's own <dialog>: it keeps the focus inside, closes by Escape, and gives the focus back.

import { html, render } from "app/html.js";
import { t } from "app/words.js";
import { icon } from "parts/icon.js";

let count = 0;

/**
 * Opens a dialog. `view(dialog)` gives its content; `dialog.close(result)` ends it, `dialog.update()` shows it again; a form can
 * have the dialog as its host.
 * @param {{title: string, view: (dialog: object) => unknown, kind?: "sheet" | "door", mayClose?: boolean}} options
 * @returns {Promise<unknown>} what it was closed with; undefined when it was dismissed.
 */
export function openDialog({ title, view, kind = "sheet", mayClose = true }) {
  const element = document.createElement("dialog");
  const id = `dialog-${(count += 1)}`;
  element.className = `dialog is-${kind}`;
  element.setAttribute("aria-labelledby", id);
  const leaving = new AbortController();
  const dialog = {
    element,
    signal: leaving.signal,
    hasInput: () => false,
    close(result) {
      dialog.result = result;
      element.close();
    },
    update() {
      if (!leaving.signal.aborted) render(element, html`
        <div class="dialog-head">
          <h2 id=${id}>${title}</h2>
          ${mayClose && html`<button type="button" class="button is-icon" aria-label=${t("action.close")}
            @click=${() => dialog.close()}>${icon("close")}</button>`}
        </div>
        <div class="dialog-body">${view(dialog)}</div>`);
    },
  };
  element.addEventListener("cancel", (event) => !mayClose && event.preventDefault());
  // Chromium lets a second Escape through, whatever `cancel` says.
  element.addEventListener("keydown", (event) => event.key === "Escape" && !mayClose && event.preventDefault());
  element.addEventListener("pointerdown", (event) => {
    if (event.target === element && mayClose && !dialog.hasInput() && isOutside(event, element)) dialog.close();
  });
  document.body.append(element);
  dialog.update();
  element.showModal();
  return new Promise((resolve) => {
    element.addEventListener("close", () => {
      leaving.abort();
      element.remove();
      resolve(dialog.result);
    });
  });
}

function isOutside({ clientX, clientY }, element) {
  const box = element.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

/** Asks yes or no. */
export async function ask({ title, text, confirm, cancel = t("action.cancel"), isDanger = false }) {
  const answer = await openDialog({
    title,
    view: (dialog) => html`
      ${text && html`<p>${text}</p>`}
      <div class="actions">
        <button type="button" class="button ${isDanger ? "is-danger" : "is-primary"}" @click=${() => dialog.close(true)}>${confirm}</button>
        <button type="button" class="button" autofocus @click=${() => dialog.close(false)}>${cancel}</button>
      </div>`,
  });
  return answer === true;
}

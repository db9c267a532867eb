// A notice to all, in a dialog: its text, and for how long.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { now } from "app/now.js";
import { html } from "app/html.js";
import { t } from "app/words.js";
import { openDialog } from "parts/dialog.js";
import { formView, selectField, textField } from "parts/fields.js";

const hours = [1, 4, 12, 24, 72, 168, 720];

/** @returns {Promise<object | undefined>} the notice as it is then; undefined when it was dismissed. */
export function tellAll(notice) {
  let form = null;
  const view = (dialog) => {
    form ??= createForm(dialog, {
      send: ({ text, hours }) =>
        api.put("/notice", { text, until: new Date(now() + Number(hours) * 3_600_000).toISOString() }),
      done: (told) => dialog.close(told),
    });
    return formView(form, html`
      ${textField(form, { name: "text", label: t("server.noticeText"), hint: t("server.noticeHint"), value: notice.text ?? "", maxlength: 300 })}
      ${selectField(form, {
        name: "hours", label: t("server.noticeFor"), value: "24",
        options: hours.map((count) => ({
          value: String(count),
          label: count < 24 ? t("server.hours", { count }) : t("server.days", { count: count / 24 }),
        })),
      })}
    `, { submit: t("server.noticeSend") });
  };
  return openDialog({ title: t("server.noticeTitle"), view });
}

// A person who was removed: what is still known of them, their hours, and the way back into the company.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { go } from "app/router.js";
import { day, t, useWords } from "app/words.js";
import { formerName, hasNoEmail } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { emailField, nameFields, numberFact } from "parts/person-fields.js";
import { linkRow, pageHead, section } from "parts/pieces.js";
import { editTargets, targetsView } from "parts/targets.js";

/** @param {import("app/page.js").Page} page  @param {string} path the person's  @returns {Promise<(() => unknown) | null>} null if they are there. */
export async function formerPerson(page, path) {
  page.read({ person: path });
  await page.ready();
  if (!page.data.person.removedAt) return null;
  const targets = `${path}/targets`;
  if (may.answerAbsences()) {
    await useWords("absences");
    page.read({ targets }, { optional: true });
  }
  // Who left in the middle of a month is still paid for its first half.
  const number = async () => {
    const { editPersonnelNumber } = await importModule(() => import("parts/personnel-number.js"));
    const changed = await editPersonnelNumber(path);
    if (!changed) return;
    toast(t("person.saved", { name: formerName(changed) }));
    await page.refresh();
  };
  const plan = async (name) => {
    const changed = await editTargets(targets, page.data.targets.targets, name);
    if (!changed) return;
    await kept.put(targets, changed);
    await page.refresh();
    toast(t("targets.saved"));
  };
  return () => {
    const { person } = page.data;
    const name = formerName(person);
    return html`
      ${pageHead({
        title: name,
        back: may.restore() ? { href: page.link("/people?former"), label: t("people.former") } : { href: page.link("/people"), label: t("people.title") },
      })}
      <div class="notice removed">${icon("remove")}<p><b>${t("archive.removedOn", { day: day(person.removedAt) })}.</b> ${t("person.formerText")}</p>
        ${may.restore() && html`<button type="button" class="button" @click=${() => restore(page, path, person)}>${icon("undo")}${t("person.restore")}</button>`}
      </div>
      <dl class="facts section">
        ${numberFact(person, may.exportHours() && (() => number().catch(fail)))}
        <div><dt>${t("person.since")}</dt><dd>${day(person.createdAt)}</dd></div>
      </dl>
      ${section({
        title: t("person.work"),
        content: html`<ul class="list">
          ${linkRow({ href: page.link(`/hours?person=${person.id}`), title: t("person.hours"), before: icon("clock") })}
        </ul>`,
      })}
      ${page.data.targets && targetsView(page.data.targets.targets, name, () => plan(name).catch(fail))}`;
  };
}

/** They come back as a worker who has no way in yet: they are invited at once, or without an address the page that follows shows their card. */
function restore(page, path, person) {
  let form = null;
  return openDialog({
    title: t("person.restoreTitle", { name: formerName(person) }),
    view(dialog) {
      form ??= createForm(dialog, {
        send: ({ email, ...names }, { key }) => api.post(`${path}/restore`, { ...names, ...(email.trim() && { email: email.trim() }) }, { key }),
        async done(saved) {
          kept.forget(path);
          await kept.change(`${page.company.api}/users`, (all) => [...all.filter(({ id }) => id !== saved.id), saved]);
          await kept.change(`${page.company.api}/users?status=REMOVED`, (all) => all.filter(({ id }) => id !== saved.id));
          const isByCard = hasNoEmail(saved);
          // If that fails, it is offered where they are shown.
          const isInvited = !isByCard && (await api.post(`${path}/invitation`).catch((problem) => fail(problem)));
          dialog.close();
          toast(t(isInvited ? "person.invited" : "person.restored", { name: formerName(saved) }));
          await go(page.link(`/people/${saved.id}${isByCard ? "?card" : ""}`), { replace: true, saved: true });
        },
      });
      return formView(form, html`
        <p>${t("person.restoreText")}</p>
        ${nameFields(form, person)}
        ${emailField(form, { required: false, hint: t("person.noEmailHint") })}
      `, { submit: t("person.restore") });
    },
  });
}

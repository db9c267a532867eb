// A new site, or a changed one; and its end.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { go } from "app/router.js";
import { siteRemoved, siteSaved } from "app/sites.js";
import { dayOf, t } from "app/words.js";
import { addressFields, addressTexts, siteAddress } from "parts/address-fields.js";
import { ask } from "parts/dialog.js";
import { areaField, choiceField, formView, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createPeopleField } from "parts/people-field.js";
import { pageHead } from "parts/pieces.js";

const textsOf = ({ name, addressParts, startDate, endDate, priority, status, assignments, notes }) => ({
  name, ...addressTexts(addressParts), startDate, endDate: endDate ?? "", priority, status,
  users: assignments.map(({ userId }) => userId), notes: notes ?? "",
});

export default function siteEdit(page) {
  const id = page.params.siteId;
  const listPath = `${page.company.api}/sites`;
  const path = `${listPath}/${id}`;
  page.read({ users: `${page.company.api}/users`, ...(id && { site: path }) });
  // What the form shows: a newer answer is taken over only while nothing has been typed, so that the save is of what was seen.
  let shown = null;
  let people = null;

  const form = createForm(page, {
    check: ({ startDate, endDate }) => (startDate && endDate && endDate < startDate ? { endDate: t("fields.before-start-date") } : {}),
    stale: { of: () => shown, read: () => kept.refresh(path), texts: textsOf },
    send: (values, { key, of }) => {
      const site = {
        ...values, address: siteAddress(values.address), endDate: values.endDate || null, notes: values.notes.trim() || null,
      };
      return id ? api.patch(path, site, { of }) : api.post(listPath, site, { key });
    },
    async done(saved) {
      kept.put(`${listPath}/${saved.id}`, saved);
      await siteSaved(page.company, saved);
      toast(t(id ? "site.edit.saved" : "site.edit.opened", { name: saved.name }));
      await go(page.link(`/sites/${saved.id}`), { saved: true, replace: !id });
    },
  });

  return () => {
    if (!form.isChanged) shown = page.data.site ?? {};
    const site = shown;
    const assigned = (site.assignments ?? []).map((one) => one.userId);
    if (!people || (!form.isChanged && people.of !== site)) {
      people = { of: site, view: createPeopleField(page, { name: "users", users: page.data.users, chosen: assigned }) };
    }
    const back = id ? { href: page.link(`/sites/${id}`), label: site.name } : { href: page.link("/sites"), label: t("sites.title") };
    return html`
      ${pageHead({ title: t(id ? "site.edit.title" : "sites.new"), lead: !id && t("site.edit.lead"), back })}
      ${formView(form, html`
        ${textField(form, { name: "name", label: t("site.edit.name"), hint: t("site.edit.nameHint"), value: site.name, maxlength: 200 })}
        ${id ? details(site) : html`
          <details class="more" ?open=${Object.keys(form.errors).some((name) => name !== "name")}>
            <summary>${icon("add")}<span>${t("site.edit.more")}</span></summary>
            <div class="more-fields">${details(site)}</div>
          </details>`}
      `, { submit: t(id ? "action.save" : "site.edit.open"), cancel: back.href })}
      ${id && html`
        <section class="section danger-zone">
          <h2>${t("site.edit.removeHead")}</h2>
          <p>${t("site.edit.removeHint")}</p>
          <button type="button" class="button" @click=${remove}>${icon("remove")}${t("site.edit.remove")}</button>
        </section>`}`;
  };

  function details(site) {
    return html`
      ${addressFields(form, site.addressParts, { isWhole: false })}
      <fieldset class="group">
        <legend>${t("site.edit.time")}</legend>
        <div class="fields">
          ${textField(form, { name: "startDate", label: t("site.edit.start"), type: "date", value: site.startDate ?? dayOf() })}
          ${textField(form, { name: "endDate", label: t("site.edit.end"), type: "date", value: site.endDate ?? "", required: false })}
        </div>
        ${choice("priority", ["high", "medium", "low"], site.priority ?? "medium", t("sites.priority"))}
        ${id && choice("status", ["ACTIVE", "INACTIVE"], site.status, t("sites.status"), t("site.edit.statusHint"))}
      </fieldset>
      <fieldset class="group">
        <legend>${t("site.edit.team")}</legend>
        ${people.view(form, t("site.edit.people"))}
        ${areaField(form, {
          name: "notes", label: t("site.edit.notes"), hint: t("site.edit.notesHint"), value: site.notes,
          required: false, maxlength: 10000,
        })}
      </fieldset>`;
  }

  function choice(name, codes, value, label, hint) {
    const words = { status: "site.statuses", priority: "site.priorities" };
    const options = codes.map((code) => ({ value: code, label: t(`${words[name]}.${code}`) }));
    return choiceField(form, { name, label, hint, value, options });
  }

  async function remove() {
    const { name } = page.data.site;
    const isSure = await ask({
      title: t("site.edit.removeTitle", { name }), text: t("site.edit.removeText"), confirm: t("site.edit.remove"), isDanger: true,
    });
    if (!isSure) return;
    try {
      await api.delete(path, { of: page.data.site });
      kept.forget(path);
      await siteRemoved(page.company, id);
      toast(t("site.edit.removed", { name }));
      await go(page.link("/sites"), { saved: true, replace: true });
    } catch (problem) {
      // What somebody else changed is shown before anybody removes it.
      if (problem.status === 412) await page.refresh();
      fail(problem);
    }
  }
}

// Creates and changes a site; and removes it.

import { api } from "app/api.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { importModule } from "app/modules.js";
import { go } from "app/router.js";
import { overviewOf, presentOn, siteSaved, statuses } from "app/sites.js";
import { dayOf, t } from "app/words.js";
import { addressFields, addressTexts, siteAddress } from "parts/address-fields.js";
import { areaField, choiceField, formView, selectField, textField } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createPeopleField } from "parts/people-field.js";
import { pageHead } from "parts/pieces.js";
import { regions } from "parts/regions.js";

const textsOf = ({ name, addressParts, contactName, contactPhone, region, startDate, endDate, priority, status, assignments, notes }) => ({
  name, ...addressTexts(addressParts), contactName: contactName ?? "", contactPhone: contactPhone ?? "", region: region ?? "", startDate, endDate: endDate ?? "",
  priority, status, users: assignments.map(({ userId }) => userId), notes: notes ?? "",
});

export default function siteEdit(page) {
  const id = page.params.siteId;
  const listPath = `${page.company.api}/sites`;
  const path = `${listPath}/${id}`;
  page.read({ users: `${page.company.api}/users`, ...(id && { site: path }) });
  if (id) page.read({ overview: overviewOf(page.company) }, { optional: true });
  // What the form shows: a newer answer is taken over only while nothing has been typed, so that the save is of what was seen.
  let shown = null;
  let people = null;
  // The newest that is known, where another person changed it under the form.
  let newest = null;
  const isDepot = () => shown?.kind === "DEPOT";
  // Finishing asks what becomes of the material, so it isn't among these: but what is finished stays so.
  const isFinished = () => [shown, newest].some((one) => one?.status === "FINISHED");
  const offered = () => statuses.filter((status) => status !== "FINISHED" || isFinished());

  const form = createForm(page, {
    check: ({ startDate, endDate }) => (startDate && endDate && endDate < startDate ? { endDate: t("fields.before-start-date") } : {}),
    stale: { of: () => shown, read: readAnew, texts: textsOf },
    send: (values, { key, of }) => {
      const site = { ...values, address: siteAddress(values.address), notes: values.notes.trim() || null };
      if (!isDepot()) site.endDate = values.endDate || null;
      // A server that came before contacts refuses fields that it doesn't know.
      for (const name of ["contactName", "contactPhone", "region"]) {
        site[name] = values[name].trim() || null;
        if (!site[name] && !(name in shown)) delete site[name];
      }
      return id ? api.patch(path, site, { of }) : api.post(listPath, site, { key });
    },
    async done(saved) {
      kept.put(`${listPath}/${saved.id}`, saved);
      await siteSaved(page.company, saved);
      toast(t(id ? "site.edit.saved" : "site.edit.opened", { name: saved.name }));
      await go(page.link(`/sites/${saved.id}`), { saved: true, replace: !id });
    },
  });

  async function readAnew() {
    newest = await kept.refresh(path);
    page.update();
    return newest;
  }

  return () => {
    if (!form.isChanged) shown = page.data.site ?? {};
    const site = shown;
    const assigned = (site.assignments ?? []).map((one) => one.userId);
    if (!people || (!form.isChanged && people.of !== site)) {
      people = { of: site, view: createPeopleField(page, { name: "users", users: page.data.users, chosen: assigned }) };
    }
    const back = id ? { href: page.link(`/sites/${id}`), label: site.name } : { href: page.link("/sites"), label: t("sites.title") };
    return html`
      ${pageHead({ title: t(isDepot() ? "site.edit.depotTitle" : id ? "site.edit.title" : "sites.new"), lead: !id && t("site.edit.lead"), back })}
      ${formView(form, html`
        ${textField(form, { name: "name", label: t("site.edit.name"), hint: !isDepot() && t("site.edit.nameHint"), value: site.name, maxlength: 200 })}
        ${id ? details(site) : html`
          <details class="more" ?open=${Object.keys(form.errors).some((name) => name !== "name")}>
            <summary>${icon("add")}<span>${t("site.edit.more")}</span></summary>
            <div class="more-fields">${details(site)}</div>
          </details>`}
      `, { submit: t(id ? "action.save" : "site.edit.open"), cancel: back.href })}
      ${id && !isDepot() && html`
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
        <legend>${t("site.edit.contact")} <span class="optional">${t("form.optional")}</span></legend>
        <div class="fields">
          ${textField(form, { name: "contactName", label: t("site.edit.contactName"), value: site.contactName ?? "", required: false, maxlength: 200 })}
          ${textField(form, { name: "contactPhone", label: t("site.edit.contactPhone"), type: "tel", value: site.contactPhone ?? "", required: false, maxlength: 50 })}
        </div>
      </fieldset>
      ${selectField(form, {
        name: "region", label: t("company.region"), hint: t("site.edit.regionHint"), value: site.region ?? "", required: false, isMarked: false,
        options: [{ value: "", label: t("site.edit.noRegion") }, ...regions().map((value) => ({ value, label: t(`company.regions.${value}`) }))],
      })}
      ${isDepot() ? notes(site) : html`<fieldset class="group">
        <legend>${t("site.edit.time")}</legend>
        <div class="fields">
          ${textField(form, { name: "startDate", label: t("site.edit.start"), type: "date", value: site.startDate ?? dayOf() })}
          ${textField(form, { name: "endDate", label: t("site.edit.end"), type: "date", value: site.endDate ?? "", required: false })}
        </div>
        ${choice("priority", ["high", "medium", "low"], site.priority ?? "medium", t("sites.priority"))}
        ${id && choice("status", offered(), site.status, t("sites.status"), t(isFinished() ? "site.edit.finishedHint" : "site.edit.statusHint"))}
      </fieldset>
      <fieldset class="group">
        <legend>${t("site.edit.team")}</legend>
        ${people.view(form, t("site.edit.people"))}
        ${notes(site)}
      </fieldset>`}`;
  }

  function notes(site) {
    return areaField(form, {
      name: "notes", label: t("site.edit.notes"), hint: t("site.edit.notesHint"), value: site.notes, required: false, maxlength: 10000,
    });
  }

  function choice(name, codes, value, label, hint) {
    const words = { status: "site.statuses", priority: "site.priorities" };
    const options = codes.map((code) => ({ value: code, label: t(`${words[name]}.${code}`) }));
    return choiceField(form, { name, label, hint, value, options });
  }

  async function remove() {
    try {
      const { askToRemove, removeSite } = await importModule(() => import("parts/remove-site.js"));
      const answer = await askToRemove(page.data.site, presentOn(page, id));
      if (answer === "move") return await go(`${page.link(`/sites/${id}`)}?finish`);
      if (answer !== "remove") return;
      await removeSite(page, page.data.site);
      await go(page.link("/sites"), { saved: true, replace: true });
    } catch (problem) {
      // Another person's change is shown before the site is removed.
      if (problem.status === 412) await page.refresh();
      fail(problem);
    }
  }
}

// Somebody of the company: their invitation, details, sites, and whether they may come in.

import { api, Problem } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { go } from "app/router.js";
import { day, t } from "app/words.js";
import { invitationChip, nameOf, roleChip, standingOf, statusChip } from "parts/chips.js";
import { ask, openDialog } from "parts/dialog.js";
import { formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createInvitation } from "parts/invitation.js";
import { changesOf, emailField, nameFields, roleField } from "parts/person-fields.js";
import { linkRow, pageHead, section, whyMissing } from "parts/pieces.js";

export default async function person(page) {
  const people = `${page.company.api}/users`;
  const path = `${people}/${page.params.userId}`;
  page.read({ people });
  page.read({ names: `${path}/former-names` }, { optional: true });
  page.read({ sites: `${page.company.api}/sites/user/${page.params.userId}?material=none` }, { optional: true });
  const find = () => page.data.people.find(({ id }) => id === page.params.userId);
  await page.ready();
  // Somebody new isn't in the list that is known.
  if (!find()) await page.refresh();
  if (!find()) throw new Problem({ status: 404 });

  // A mail is on its way within seconds: who has just invited somebody waits to see it go.
  page.every(3000, () => find()?.invitation?.state === "queued" && page.refresh());

  let shown = find();
  const invitation = createInvitation(page, path);
  const put = (changes, options) => api.put(path, changes, options);
  const take = (changed) => kept.change(people, (all) => all.map((one) => (one.id === changed.id ? changed : one)));
  const act = (run) => run().catch(fail);

  const edit = () => openDialog({ title: t("person.editTitle"), view: editing(shown, put, take) });
  const turn = async (status) => {
    const name = nameOf(shown);
    const isOff = status === "INACTIVE";
    if (isOff && !(await ask({
      title: t("person.switchOffTitle", { name }), text: t("person.switchOffText"), confirm: t("person.switchOff"), isDanger: true,
    }))) return;
    await take(await put({ status }));
    toast(t(isOff ? "person.switchedOff" : "person.switchedOn", { name }));
  };
  const cancelEmail = async () => {
    await api.delete(`${path}/pending-email`);
    await page.refresh();
    toast(t("person.emailCancelled", { email: shown.email }));
  };
  const remove = async () => {
    const name = nameOf(shown);
    if (!(await ask({
      title: t("person.removeTitle", { name }), text: t("person.removeWarning"), confirm: t("action.remove"), isDanger: true,
    }))) return;
    await api.delete(path);
    await kept.change(people, (all) => all.filter(({ id }) => id !== shown.id));
    toast(t("person.removed", { name }));
    await go(page.link("/people"), { replace: true, saved: true });
  };

  return () => {
    shown = find() ?? shown;
    const standing = standingOf(shown);
    const isSelf = shown.id === page.user.id;
    const mayChange = may.changePerson(shown) && !isSelf;
    return html`
      ${pageHead({
        title: nameOf(shown),
        back: { href: page.link("/people"), label: t("people.title") },
        chips: [roleChip(shown), invitationChip(shown)],
        actions: mayChange && html`<button type="button" class="button" @click=${edit}>${icon("edit")}${t("action.edit")}</button>`,
      })}
      ${isSelf && html`<p class="self">${t("person.self")} <a href="/profile">${t("person.toProfile")}</a></p>`}
      ${standing === "invited" && invitation(shown)}
      ${facts(shown, page.data.names ?? [], mayChange && (() => act(cancelEmail)))}
      ${sites(page, shown)}
      ${mayChange && section({
        title: t("person.access"),
        content: html`<ul class="list">
          ${standing === "active" && deed("switchOff", () => act(() => turn("INACTIVE")))}
          ${standing === "off" && deed("switchOn", () => act(() => turn("ACTIVE")))}
          ${deed("remove", () => act(remove), t("action.remove"))}
        </ul>`,
      })}`;
  };
}

const facts = (person, names, cancelEmail) => html`
  <dl class="facts section">
    <div><dt>${t("person.email")}</dt><dd><a href=${`mailto:${person.email}`}>${person.email}</a></dd></div>
    ${person.pendingEmail && html`<div><dt>${t("person.emailWaits")}</dt>
      <dd>${t("person.emailWaitsText", { email: person.pendingEmail })}
        ${cancelEmail && html`<button type="button" class="button is-small" @click=${cancelEmail}>${t("person.emailCancel")}</button>`}</dd></div>`}
    ${names.length > 0 && html`<div><dt>${t("person.formerNames")}</dt>
      ${names.map((one) => html`<dd>${t("person.formerName", { name: nameOf(one), until: day(one.until) })}</dd>`)}</div>`}
    <div><dt>${t("person.language")}</dt><dd>${t(`nav.languages.${person.language}`)}</dd></div>
    <div><dt>${t("person.since")}</dt><dd>${day(person.createdAt)}</dd></div>
  </dl>`;

function sites(page, person) {
  const { sites: assigned = [] } = page.data;
  const isKnown = page.data.sites !== undefined;
  return section({
    title: t("person.work"),
    content: html`<ul class="list">
      ${assigned.map((site) => linkRow({
        href: page.link(`/sites/${site.id}`), title: site.name, text: site.address, before: icon("sites"), after: statusChip(site),
      }))}
      ${!isKnown && page.problems.sites && html`<li class="row">${icon("sites")}
        <p class="row-sub">${whyMissing(page.problems.sites, "person.sitesNotKept")}</p></li>`}
      ${isKnown && assigned.length === 0 && html`<li class="row">${icon("sites")}
        <p class="row-sub">${t(person.role === "MANAGER" ? "person.seesAll" : "person.noSites")}</p></li>`}
      ${linkRow({ href: page.link(`/hours?person=${person.id}`), title: t("person.hours"), before: icon("clock") })}
    </ul>`,
  });
}

/** Something that is done with the account, and what that means. */
const deed = (name, run, label = t(`person.${name}`)) => html`
  <li class="row deed">
    <p class="row-text">${t(`person.${name}Text`)}</p>
    <button type="button" class="button" @click=${run}>${label}</button>
  </li>`;

function editing(person, put, take) {
  let form = null;
  return (dialog) => {
    form ??= createForm(dialog, {
      draft: draftOf(`person:${person.id}`),
      send: (values) => put(changesOf({ ...values, email: values.email.trim() }, person)),
      async done(changed) {
        await take(changed);
        toast(changed.pendingEmail && changed.pendingEmail !== person.pendingEmail
          ? t("person.emailAsked", { email: changed.pendingEmail }) : t("person.saved", { name: nameOf(changed) }));
        dialog.close();
      },
    });
    const hint = t(standingOf(person) === "invited" ? "person.emailHintInvited" : "person.emailHintActive");
    return formView(form, html`
      ${nameFields(form, person)}
      ${emailField(form, { value: person.email, hint })}
      ${roleField(form, person.role)}
    `, { submit: t("action.save") });
  };
}

// A person of the company: their invitation or card, details, sites and access.

import { api, Problem } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html } from "app/html.js";
import { kept } from "app/kept.js";
import { fail, toast } from "app/live.js";
import { may } from "app/may.js";
import { importModule } from "app/modules.js";
import { go } from "app/router.js";
import { session } from "app/session.js";
import { overviewOf, presentOn } from "app/sites.js";
import { day, moment, t, useWords } from "app/words.js";
import { createCards } from "parts/cards.js";
import { hasNoEmail, invitationChip, nameOf, roleChip, standingOf, statusChip } from "parts/chips.js";
import { ask, openDialog } from "parts/dialog.js";
import { dayField, formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createInvitation } from "parts/invitation.js";
import { changesOf, emailField, nameFields, numberFact, numberFields, roleField, tidied, withNumbers } from "parts/person-fields.js";
import { callButton, phoneLink } from "parts/phone-link.js";
import { linkRow, pageHead, section, whyMissing } from "parts/pieces.js";
import { siteName } from "parts/site-name.js";
import { editTargets, targetsView } from "parts/targets.js";

export default async function person(page) {
  const people = `${page.company.api}/users`;
  const path = `${people}/${page.params.userId}`;
  // A removed person has less to read.
  const former = (page.query.has("former") && (await asFormer(page, path))) || null;
  if (former) return former;
  page.read({ people });
  page.read({ names: `${path}/former-names` }, { optional: true });
  if (may.changeSites()) page.read({ overview: overviewOf(page.company) }, { optional: true });
  const targets = `${path}/targets`;
  if (may.answerAbsences()) {
    await useWords("absences");
    page.read({ targets }, { optional: true });
  }
  page.read({ sites: `${page.company.api}/sites/user/${page.params.userId}?material=none` }, { optional: true });
  const find = () => page.data.people.find(({ id }) => id === page.params.userId);
  await page.ready();
  // A new person isn't in the kept list.
  if (!find()) await page.refresh();
  if (!find()) {
    const former = await asFormer(page, path);
    if (former) return former;
    throw new Problem({ status: 404 });
  }

  // A mail is on its way within seconds: the manager who has just invited a person waits to see it go.
  page.every(3000, () => find()?.invitation?.state === "queued" && !hasNoEmail(find()) && page.refresh());

  let shown = find();
  const invitation = createInvitation(page, path);
  const cards = may.invite() && createCards(page, path);
  if (cards && page.query.has("card")) {
    // Once: a reload makes no other card.
    history.replaceState(history.state, "", page.path);
    if (hasNoEmail(shown)) cards.show(shown);
  }
  // The owner resets what was lost.
  let lostFactor = null;
  if (may.giveOwnership() && shown.email && session.user.id !== shown.id) {
    importModule(() => import("parts/lost-factor.js")).then(async ({ createLostFactor }) => {
      lostFactor = await createLostFactor(page, path);
      page.update();
    }).catch(() => {});
  }
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
  const enter = async () => {
    const { enterAnywhere } = await importModule(() => import("parts/crew-hours.js"));
    await enterAnywhere(page, { users: page.data.people, chosen: [shown.id], draft: shown.id });
  };
  const remove = async () => {
    const name = nameOf(shown);
    if (!(await ask({
      title: t("person.removeTitle", { name }), text: html`${ending(page, shown)}${t("person.removeWarning")}`, confirm: t("action.remove"), isDanger: true,
    }))) return;
    await api.delete(path);
    await kept.change(people, (all) => all.filter(({ id }) => id !== shown.id));
    toast(t("person.removed", { name }));
    await go(page.link("/people"), { replace: true, saved: true });
  };

  const plan = async () => {
    const changed = await editTargets(targets, page.data.targets.targets, nameOf(shown));
    if (!changed) return;
    await kept.put(targets, changed);
    await page.refresh();
    toast(t("targets.saved"));
  };

  const number = async () => {
    const { editPersonnelNumber } = await importModule(() => import("parts/personnel-number.js"));
    const changed = await editPersonnelNumber(path);
    if (!changed) return;
    await take(changed);
    toast(t("person.saved", { name: nameOf(changed) }));
  };

  const handOn = async () => {
    const name = nameOf(shown);
    if (!(await ask({
      title: t("person.handOnTitle", { name }), text: t("person.handOnWarning", { name }), confirm: t("person.handOn"), isDanger: true,
    }))) return;
    await take(await put({ isOwner: true }));
    await kept.change(people, (all) => all.map((one) => (one.id === shown.id ? one : { ...one, isOwner: false })));
    await session.changed(await api.get("/users/me"));
    toast(t("person.handedOn", { name }));
  };

  return () => {
    shown = find() ?? shown;
    const standing = standingOf(shown);
    const isSelf = shown.id === page.user.id;
    const mayChange = may.changePerson(shown) && !isSelf;
    const isOwner = shown.isOwner === true;
    return html`
      ${pageHead({
        title: nameOf(shown),
        back: { href: page.link("/people"), label: t("people.title") },
        chips: [roleChip(shown), invitationChip(shown)],
        actions: (mayChange || shown.phone) && html`${callButton(shown, nameOf(shown), { isWide: true })}
          ${mayChange && html`<button type="button" class="button" @click=${edit}>${icon("edit")}${t("action.edit")}</button>`}`,
      })}
      ${isSelf && html`<p class="self">${t("person.self")} <a href="/profile">${t("person.toProfile")}</a></p>`}
      ${(standing === "invited" || (standing === "off" && !shown.invitation)) && !hasNoEmail(shown) && may.invite() && invitation(shown)}
      ${cards && shown.role === "WORKER" && standing !== "off" && cards.view(shown)}
      ${facts(shown, page.data.names ?? [], mayChange && (() => act(cancelEmail)), may.exportHours() && !mayChange && (() => act(number)))}
      ${sites(page, shown, may.correctHours() && (() => act(enter)))}
      ${isOwner && !isSelf && may.invite() && html`<p class="hint">${t("person.ownerStays")}</p>`}
      ${mayChange && section({
        title: t("person.access"),
        content: html`<ul class="list">
          ${may.giveOwnership() && !isOwner && shown.role === "MANAGER" && standing === "active" && deed("handOn", () => act(handOn))}
          ${lostFactor?.(shown)}
          ${standing === "active" && !isOwner && deed("switchOff", () => act(() => turn("INACTIVE")))}
          ${standing === "off" && deed("switchOn", () => act(() => turn("ACTIVE")))}
          ${!isOwner && deed("remove", () => act(remove), t("action.remove"))}
        </ul>`,
      })}
      ${page.data.targets && targetsView(page.data.targets.targets, nameOf(shown), () => act(plan))}`;
  };
}

const asFormer = async (page, path) => (await importModule(() => import("parts/former-person.js"))).formerPerson(page, path);

const facts = (person, names, cancelEmail, number) => html`
  <dl class="facts section">
    <div><dt>${t("person.email")}</dt><dd>${person.email ? html`<a href=${`mailto:${person.email}`}>${person.email}</a>` : t("person.noEmail")}</dd></div>
    ${person.pendingEmail && html`<div><dt>${t("person.emailWaits")}</dt>
      <dd>${t("person.emailWaitsText", { email: person.pendingEmail })}
        ${cancelEmail && html`<button type="button" class="button is-small" @click=${cancelEmail}>${t("person.emailCancel")}</button>`}</dd></div>`}
    ${names.length > 0 && html`<div><dt>${t("person.formerNames")}</dt>
      ${names.map((one) => html`<dd>${t("person.formerName", { name: nameOf(one), until: day(one.until) })}</dd>`)}</div>`}
    ${person.phone && html`<div><dt>${t("person.phone")}</dt><dd>${phoneLink(person.phone)}</dd></div>`}
    ${person.youthUntil && html`<div><dt>${t("person.youthUntil")}</dt><dd>${day(person.youthUntil)}</dd></div>`}
    ${numberFact(person, number)}
    <div><dt>${t("person.language")}</dt><dd>${t(`nav.languages.${person.language}`)}</dd></div>
    <div><dt>${t("person.since")}</dt><dd>${day(person.createdAt)}</dd></div>
  </dl>`;

function sites(page, person, enter) {
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
        <p class="row-sub">${t(person.role === "WORKER" ? "person.noSites" : person.role === "MANAGER" ? "person.seesAll" : "person.readsAll")}</p></li>`}
      ${linkRow({ href: page.link(`/hours?person=${person.id}`), title: t("person.hours"), before: icon("clock") })}
    </ul>
    ${enter && html`<div class="actions"><button type="button" class="button" @click=${enter}>${icon("add")}${t("crew.enter")}</button></div>`}`,
  });
}

/** What ends with a person who is removed now: assignments, and a running time entry. */
function ending(page, person) {
  const assigned = (page.data.sites ?? []).map(({ name }) => name);
  const open = presentOn(page).find(({ userId }) => userId === person.id);
  return html`
    ${assigned.length > 0 && html`${t("person.removeSites", { count: assigned.length, names: assigned.slice(0, 5).join(", ") })} `}
    ${open && html`${t("person.removeOpen", { site: siteName(page, open), moment: moment(open.checkedInAt) })} `}`;
}

/** Something that is done with the account, and what that means. */
const deed = (name, run, label = t(`person.${name}`)) => html`
  <li class="row deed">
    <p class="row-text">${t(`person.${name}Text`)}</p>
    <button type="button" class="button" @click=${run}>${label}</button>
  </li>`;

function editing(person, put, take) {
  let form = null;
  let { role } = person;
  return (dialog) => {
    const choose = (chosen) => {
      role = chosen;
      dialog.update();
    };
    form ??= createForm(dialog, {
      draft: draftOf(`person:${person.id}`),
      send: (values) => withNumbers(form, put(changesOf(tidied(values), person))),
      async done(changed) {
        await take(changed);
        toast(changed.pendingEmail && changed.pendingEmail !== person.pendingEmail
          ? t("person.emailAsked", { email: changed.pendingEmail }) : t("person.saved", { name: nameOf(changed) }));
        dialog.close();
      },
    });
    const hint = t(hasNoEmail(person) ? "person.emailHintNone" : standingOf(person) === "invited" ? "person.emailHintInvited" : "person.emailHintActive");
    return formView(form, html`
      ${nameFields(form, person)}
      ${emailField(form, { value: person.email, hint, required: !hasNoEmail(person) || role !== "WORKER" })}
      ${!person.isOwner && roleField(form, person.role, choose)}
      ${numberFields(form, person)}
      ${dayField(form, { name: "youthUntil", label: t("person.youthUntil"), hint: t("person.youthHint"), value: person.youthUntil ?? "", required: false })}
    `, { submit: t("action.save") });
  };
}

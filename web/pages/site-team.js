// Who works on a site, and when each was last there; managers say who.

import { api } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { may } from "app/may.js";
import { presentOn, siteSaved } from "app/sites.js";
import { moment, nearDay, t } from "app/words.js";
import { chip, nameOf, personChip } from "parts/chips.js";
import { openDialog } from "parts/dialog.js";
import { formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createPeopleField } from "parts/people-field.js";
import { emptyState } from "parts/pieces.js";

export default function siteTeam(page, site) {
  if (may.changeSites()) page.read({ users: `${page.company.api}/users` }, { optional: true });
  const assign = () => openDialog({ title: t("site.team.assign"), view: assignment(page, site) });

  return () => {
    const { assignments } = page.data.site;
    const button = (kind) => may.changeSites() && page.data.users && html`
      <button type="button" class="button ${kind}" @click=${assign}>${icon("people")}${t("site.team.assign")}</button>`;
    if (!assignments.length) {
      return emptyState({
        icon: "people", title: t("site.team.none"), text: may.changeSites() && t("site.team.noneText"), action: button("is-primary"),
      });
    }
    return html`
      <ul class="list team">${assignments.map((one) => keyed(one.userId, member(page, one)))}</ul>
      <div class="actions">${button("")}</div>`;
  };
}

function member(page, one) {
  const here = presentOn(page, page.params.siteId).find((entry) => entry.userId === one.userId);
  const isLead = may.seePeople();
  // When colleagues were here isn't told to workers: that isn't "never".
  const isKnown = isLead || one.userId === page.user.id;
  const remark = here ? t("site.team.since", { moment: moment(here.checkedInAt) })
    : one.lastVisited ? t("site.team.lastVisited", { day: nearDay(one.lastVisited) }) : isKnown && t("site.team.neverVisited");
  return html`
    <li class="row ${isLead && "is-link"}">
      <div class="row-text">${personChip(one, remark)}</div>
      ${here && chip(t("site.team.here"), "done")}
      ${isLead && html`
        <a class="stretched row-arrow" href=${page.link(`/people/${one.userId}`)} aria-label=${nameOf(one)}>${icon("forward")}</a>`}
    </li>`;
}

function assignment(page, site) {
  let form = null;
  let people = null;
  // As it was when the dialog opened: who was assigned by somebody else since then isn't thrown out unseen.
  const shown = page.data.site;
  return (dialog) => {
    form ??= createForm(dialog, {
      draft: draftOf(`team:${site.id}`),
      stale: {
        of: () => shown, read: () => kept.refresh(site.api),
        texts: ({ assignments }) => ({ users: assignments.map(({ userId }) => userId) }),
      },
      send: ({ users }, { of }) => api.patch(site.api, { users }, { of }),
      done(saved) {
        kept.put(site.api, saved);
        siteSaved(page.company, saved);
        dialog.close();
        toast(t("site.team.saved"));
      },
    });
    people ??= createPeopleField(dialog, { name: "users", users: page.data.users, chosen: shown.assignments.map((one) => one.userId) });
    return formView(form, people(form, t("site.team.people")), { submit: t("action.save") });
  };
}

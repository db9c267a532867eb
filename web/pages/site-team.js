// The people of a site: who leads it, when each was last there, and a tap that calls them. Managers assign them.

import { api } from "app/api.js";
import { draftOf } from "app/drafts.js";
import { createForm } from "app/form.js";
import { html, keyed } from "app/html.js";
import { kept } from "app/kept.js";
import { toast } from "app/live.js";
import { may } from "app/may.js";
import { hereNow, presentOn, siteSaved } from "app/sites.js";
import { byName, moment, nearDay, t } from "app/words.js";
import { chip, nameOf, personChip } from "parts/chips.js";
import { createCrewActions } from "parts/crew-actions.js";
import { crewWaiting, waitingChip } from "parts/crew-waiting.js";
import { openDialog } from "parts/dialog.js";
import { choiceField, formView } from "parts/fields.js";
import { icon } from "parts/icon.js";
import { createPeopleField } from "parts/people-field.js";
import { callButton } from "parts/phone-link.js";
import { emptyState } from "parts/pieces.js";

export default function siteTeam(page, site) {
  if (may.changeSites()) page.read({ users: `${page.company.api}/users` }, { optional: true });
  const crew = createCrewActions(page, site);
  const assign = () => openDialog({ title: t("site.team.assign"), view: assignment(page, site) });

  return () => {
    const { assignments } = page.data.site;
    const button = (kind) => may.changeSites() && !page.data.site.removedAt && page.data.users && html`
      <button type="button" class="button ${kind}" @click=${assign}>${icon("people")}${t("site.team.assign")}</button>`;
    if (!assignments.length) {
      return emptyState({
        icon: "people", title: t("site.team.none"), text: may.changeSites() && !page.data.site.removedAt && t("site.team.noneText"), action: button("is-primary"),
      });
    }
    return html`
      ${crew()}
      <ul class="list team">${assignments.map((one) => keyed(one.userId, member(page, one)))}</ul>
      <div class="actions">${button("")}</div>`;
  };
}

function member(page, one) {
  const isLeading = may.leadSite(page.data.site);
  const waiting = isLeading ? crewWaiting(page.params.siteId).get(one.userId) : undefined;
  const here = waiting?.isHere !== false
    && (isLeading ? hereNow : presentOn)(page, page.params.siteId).find((entry) => entry.userId === one.userId);
  const isLead = may.seePeople();
  const last = one.lastVisited ?? (isLeading ? lastEntry(page, one.userId) : null);
  // When colleagues were here isn't told to workers, foremen among them: that isn't "never".
  const isKnown = isLead || one.userId === page.user.id;
  const remark = waiting?.remark ?? (here ? t("site.team.since", { moment: moment(here.checkedInAt) })
    : last ? t("site.team.lastVisited", { day: nearDay(last) }) : isKnown && t("site.team.neverVisited"));
  return html`
    <li class="row member ${isLead && "is-link"}">
      <div class="row-text">${personChip(one, remark, [
        one.isForeman && chip(t("site.team.foreman"), "strong"), here && chip(t("site.team.here"), "done"), waiting && waitingChip(),
      ].filter(Boolean))}</div>
      ${one.userId !== page.user.id && callButton(one, nameOf(one))}
      ${isLead && html`
        <a class="stretched row-arrow" href=${page.link(`/people/${one.userId}`)} aria-label=${nameOf(one)}>${icon("forward")}</a>`}
    </li>`;
}

/** When the person was last here, according to the site's entries. */
const lastEntry = (page, user) => (page.data.entries ?? [])
  .filter(({ userId }) => userId === user).map(({ checkedInAt }) => checkedInAt).sort().at(-1);

function assignment(page, site) {
  let form = null;
  let people = null;
  let chosen = new Set(page.data.site.assignments.map((one) => one.userId));
  // As it was when the dialog opened, so that a person assigned by someone else since then isn't removed unseen.
  const shown = page.data.site;
  return (dialog) => {
    form ??= createForm(dialog, {
      draft: draftOf(`team:${site.id}`),
      stale: {
        of: () => shown, read: () => kept.refresh(site.api),
        texts: ({ assignments }) => ({ users: assignments.map(({ userId }) => userId), foremen: foremenOf(assignments) }),
      },
      send: ({ users, foremen }, { of }) => api.patch(site.api, { users, ...leading(foremen, users, shown) }, { of }),
      done(saved) {
        kept.put(site.api, saved);
        siteSaved(page.company, saved);
        dialog.close();
        toast(t("site.team.saved"));
      },
    });
    people ??= createPeopleField(dialog, { name: "users", users: page.data.users, chosen: [...chosen], onTick: (ids) => { chosen = ids; } });
    // Managers see and correct everything anyway.
    const workers = page.data.users.filter(({ id, role }) => role === "WORKER" && chosen.has(id));
    const led = foremenOf(shown.assignments);
    return formView(form, html`
      ${people(form, t("site.team.people"))}
      ${workers.length > 0 && choiceField(form, {
        name: "foremen", label: t("site.team.foremen"), hint: t("site.team.foremenHint"), required: false, isList: true, value: led,
        options: workers.toSorted((a, b) => byName(nameOf(a), nameOf(b))).map((one) => ({ value: one.id, label: nameOf(one) })),
      })}`, { submit: t("action.save") });
  };
}

const foremenOf = (assignments) => assignments.filter(({ isForeman }) => isForeman).map(({ userId }) => userId);

/** A field that wasn't shown stays as it is: an older server refuses fields that it doesn't know. */
function leading(ticked, users, { assignments }) {
  const foremen = ticked?.filter((id) => users.includes(id));
  return foremen?.length || (foremen && assignments.some((one) => "isForeman" in one)) ? { foremen } : {};
}

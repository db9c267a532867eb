"""Days of hours that are submitted by who worked, approved by the office by keyboard, reopened, and marked when they change."""

import datetime
import uuid

from conftest import both_databases, settle, sign_in
from polier import Client
from test_cards import accessible
from test_hands import lose_signal
from test_hours import at, day_before, done
from test_manager import PASSWORD, wait_for
from test_sessions import join


def company_of_its_own(server):
    """Whose days no other story needs: its manager."""
    email = f"{uuid.uuid4().hex[:12]}@buero.example"
    anyone = Client(server, server.managers[0])
    anyone.token = None
    anyone.send("POST", "/auth/register", {
        "email": email, "password": PASSWORD, "firstName": "Bea", "lastName": "Amt", "companyName": "Ausbau West",
        "address": {"streetNumber": "1", "street": "Hof", "city": "Köln", "postalCode": "50667", "country": "Deutschland"}})
    return Client(server, email, PASSWORD)


def last_monday():
    today = day_before(0)
    return today - datetime.timedelta(days=today.weekday() + 7)


def enter(manager, site, people, day, come="07:00", go="15:30"):
    return manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [one["id"] for one in people], "checkedInAt": at(day, come), "checkedOutAt": at(day, go), "reason": "Zettel"})


def states(manager, person, monday):
    until = monday + datetime.timedelta(days=6)
    [sheet] = manager.get(f"{manager.company}/time-sheets?from={monday}&to={until}&userId={person['id']}")
    return [day["approval"]["state"] for day in sheet["days"] if "approval" in day]


@both_databases
def test_a_week_of_fifteen_people_is_approved_by_keyboard(server, visit):
    manager = company_of_its_own(server)
    monday = last_monday()
    site = manager.send("POST", manager.company + "/sites", {"name": "Schule"})
    people = [manager.send("POST", manager.company + "/users", {
        "firstName": f"Kai {number}", "lastName": "Roth", "role": "WORKER"}) for number in range(15)]
    for day in range(5):
        enter(manager, site, people, monday + datetime.timedelta(days=day))
    # The check-out of the last one is missing.
    manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [people[14]["id"]], "checkedInAt": at(monday + datetime.timedelta(days=4), "16:00"), "reason": "Zettel"})
    with visit(server, "desktop") as page:
        sign_in(page, manager.user["email"], PASSWORD)
        page.goto(f"/hours?from={monday}")
        button = page.get_by_role("button", name="Für 16 Personen freigeben")
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_text("Eigene Stunden sind dabei, weil sie sonst niemand freigeben kann.").wait_for()
        left = page.locator(".approving-left")
        left.get_by_text("das Gehen fehlt").wait_for()
        accessible(page)
        assert states(manager, people[0], monday) == 7 * ["APPROVED"] and len(states(manager, people[14], monday)) == 6
        # The way to who is left, and back once it is mended.
        left.get_by_role("button", name="Kai 14 Roth").press("Enter")
        page.wait_for_url("**person=**")
        page.get_by_role("button", name="Für Kai 14 Roth freigeben").wait_for()
        [open_entry] = manager.get(f"{manager.company}/time-entries?open=true")
        manager.send("PATCH", f"{manager.company}/sites/{site['id']}/time-entries/{open_entry['id']}", {
            "checkedOutAt": at(monday + datetime.timedelta(days=4), "17:00"), "reason": "Vergessen"})
        page.get_by_role("button", name="Für Kai 14 Roth freigeben").press("Enter")
        page.get_by_text("1 Tag freigegeben.").first.wait_for()
        page.get_by_text("Alles freigegeben").wait_for()
        # Its button is gone.
        wait_for(page, lambda: {"focus": page.evaluate("document.activeElement.localName")}, focus="h1")
        page.locator(".day-approval").get_by_text("freigegeben").first.wait_for()
        # Reopened with a reason.
        page.get_by_role("button", name="Wieder öffnen").press("Enter")
        accessible(page)
        page.get_by_label("Grund").fill("Fahrt fehlt")
        page.keyboard.press("Enter")
        done(page)
        page.get_by_text("7 Tage sind wieder offen.").first.wait_for()
        assert states(manager, people[14], monday) == 7 * ["REOPENED"]
        # Without a signal nothing of it waits.
        settle(page)
        lose_signal(page)
        page.get_by_role("button", name="Für Kai 14 Roth freigeben").click()
        page.get_by_text("Einreichen, freigeben und öffnen geht nur mit Empfang.").first.wait_for()
        assert states(manager, people[14], monday) == 7 * ["REOPENED"]
        page.context.set_offline(False)


def test_only_who_has_days_left_is_counted(one_server, visit):
    manager = company_of_its_own(one_server)
    monday = last_monday()
    site = manager.send("POST", manager.company + "/sites", {"name": "Schule"})
    people = [manager.send("POST", manager.company + "/users", {
        "firstName": name, "lastName": "Roth", "role": "WORKER"}) for name in ("Kai", "Mara")]
    enter(manager, site, people, monday)
    # The check-out of one is missing.
    manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [people[0]["id"]], "checkedInAt": at(monday, "16:00"), "reason": "Zettel"})
    with visit(one_server, "desktop") as page:
        sign_in(page, manager.user["email"], PASSWORD)
        page.goto(f"/hours?from={monday}")
        page.get_by_role("button", name="Für 3 Personen freigeben").press("Enter")
        page.get_by_text("20 Tage freigegeben.").first.wait_for()
        button = page.get_by_role("button", name="Für 1 Person freigeben")
        button.wait_for()
        # Pressed, it keeps the focus.
        assert page.evaluate("document.activeElement.textContent").strip() == "Für 1 Person freigeben"
        button.press("Enter")
        settle(page)
        page.locator(".approving-left").get_by_text("1 Tag ist noch offen").wait_for()
        assert page.get_by_text("0 Tage freigegeben.", exact=True).count() == 0


@both_databases
def test_a_worker_submits_a_week_and_sees_what_changed(server, visit):
    manager = company_of_its_own(server)
    monday = last_monday()
    # Somewhere to be assigned to.
    site = manager.send("POST", manager.company + "/sites", {"name": "Schule"})
    manager.send("POST", f"{manager.company}/sites/{site['id']}/materials", {
        "name": "Gips", "unit": "Sack", "amount": 10, "threshold": 0})
    with visit(server) as page:
        mara, site = join(server, page, manager)
        [entry] = enter(manager, site, [mara], monday)
        page.goto("/hours")
        mine = page.locator(".submitting")
        mine.get_by_role("button", name="einreichen").first.click()
        page.get_by_text("7 Tage eingereicht.").first.wait_for()
        mine.get_by_text("eingereicht", exact=True).first.wait_for()
        accessible(page)
        assert states(manager, mara, monday) == 7 * ["SUBMITTED"]
        manager.send("PATCH", f"{manager.company}/sites/{site['id']}/time-entries/{entry['id']}", {
            "checkedOutAt": at(monday, "15:00"), "reason": "Feierabend"})
        page.reload()
        page.locator(".day-approval").get_by_text("nach dem Einreichen geändert").wait_for()
        days = {"userIds": [mara["id"]], "from": str(monday), "until": str(monday)}
        for act, more in [("approve", {}), ("reopen", {"reason": "Fahrt fehlt"})]:
            manager.send("POST", f"{manager.company}/time-sheets/{act}", days | more)
        page.reload()
        mine.get_by_text("Grund: Fahrt fehlt").wait_for()
        mine.get_by_role("button", name="einreichen").first.click()
        page.get_by_text("1 Tag eingereicht.").first.wait_for()
        wait_for(page, lambda: {"states": states(manager, mara, monday)}, states=7 * ["SUBMITTED"])

"""Owner, foreman and bookkeeper: each sees what they may, and nothing else is offered."""

import pathlib
import urllib.error
import uuid

import pytest

from conftest import both_databases, settle, sign_in
from polier import Client
from test_cards import accessible, crew
from test_manager import PASSWORD, wait_for


def joined(server, owner, role, name="Ben"):
    """Someone with an address and a password."""
    email = f"{role.lower()}-{uuid.uuid4().hex[:10]}@kern.example"
    user = owner.send("POST", owner.company + "/users", {
        "email": email, "firstName": name, "lastName": f"Roth-{uuid.uuid4().hex[:6]}", "role": role, "language": "de"})
    link = owner.send("POST", f"{owner.company}/users/{user['id']}/invitation")["link"]
    Client.anonymous(server, link.split("token=")[1]).send("POST", "/auth/set-password", {"password": PASSWORD})
    return {**user, "email": email}


@both_databases
def test_the_owner_ends_a_managers_access_and_hands_the_company_on(server, visit):
    owner = Client(server, server.managers[0])
    assert owner.user["isOwner"]
    manager = joined(server, owner, "MANAGER")
    worker = joined(server, owner, "WORKER", "Kim")
    name = f"{manager['firstName']} {manager['lastName']}"

    with visit(server) as page:
        sign_in(page, manager["email"], PASSWORD)
        page.goto("/people/new")
        page.locator("[name=email]").wait_for()
        assert page.locator("[name=role]").count() == 0, "a manager adds workers only"
        page.goto(f"/people/{owner.user['id']}")
        page.get_by_role("heading", level=1).wait_for()
        page.get_by_text("Inhaber", exact=True).wait_for()
        for label in ("Ändern", "Entfernen", "Zugang sperren", "Firma übergeben"):
            assert page.get_by_role("button", name=label, exact=True).count() == 0, label
        page.goto(f"/people/{worker['id']}")
        page.get_by_role("button", name="Zugang sperren").wait_for()

    with visit(server) as page:
        page.watch.allow("403")
        sign_in(page, server.managers[0], server.password)
        page.goto("/people/new")
        page.get_by_label("Büro").wait_for()
        accessible(page)
        page.goto(f"/people/{manager['id']}")
        server.forget_confirmations()
        page.get_by_role("button", name="Firma übergeben").click()
        page.get_by_text("nur " + name + " kann dir die Firma wieder übergeben").wait_for()
        page.locator("dialog").get_by_role("button", name="Firma übergeben").click()
        page.get_by_role("heading", name="Bist du es?").wait_for()
        page.locator("dialog [name=password]").fill(server.password)
        page.locator("dialog form .is-primary").click()
        page.get_by_text(f"{name} ist jetzt Inhaber der Firma.").first.wait_for()
        page.locator("dialog").wait_for(state="hidden")
        assert page.get_by_role("button", name="Zugang sperren").count() == 0, "the one before is a plain manager now"

    # And back.
    heir = Client(server, manager["email"], PASSWORD)
    heir.send("PUT", f"{heir.company}/users/{owner.user['id']}", {"isOwner": True})
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/people/{manager['id']}")
        page.get_by_role("button", name="Zugang sperren").click()
        page.locator("dialog").get_by_role("button", name="Zugang sperren").click()
        page.get_by_text(f"Der Zugang von {name} ist gesperrt.").first.wait_for()
    for way_in in (lambda: heir.get("/users/me"), lambda: Client(server, manager["email"], PASSWORD)):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            way_in()


@both_databases
def test_the_bookkeeper_sees_hours_and_nothing_that_changes(server, visit):
    owner = Client(server, server.managers[0])
    keeper = joined(server, owner, "BOOKKEEPER", "Ute")
    site = next(one for one in owner.get(owner.company + "/sites?status=ACTIVE") if one["material"])
    with visit(server) as page:
        sign_in(page, keeper["email"], PASSWORD)
        page.get_by_role("heading", level=1, name="Stunden").wait_for()
        assert page.locator("nav.nav a").all_inner_texts()[:3] == ["Stunden", "Baustellen", "Leute"]
        page.locator(".team-row").first.wait_for()
        # On a Monday morning this week has no hours yet.
        page.get_by_role("button", name="Früher").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Als CSV laden").click()
        lines = pathlib.Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
        number = lines[0].split(";").index("Personalnummer")
        assert any(line.split(";")[number] == "1003" for line in lines[1:]), lines[:5]
        assert lines[0].endswith(";Tag Arbeitszeit (min);Tag Arbeitszeit (h)"), lines[0]
        days = [line.split(";")[-2:] for line in lines[1:] if not line.endswith(";")]
        assert days and all(hours == f"{int(minutes) / 60:.2f}".replace(".", ",") for minutes, hours in days), lines[:5]
        assert page.get_by_role("button", name="Kommen").count() == 0
        accessible(page)
        page.get_by_role("button", name="Lena Vogt").click()
        page.locator(".time-span").first.click()
        page.get_by_text("Die Bauleitung kann es korrigieren").wait_for()
        accessible(page)
        assert page.locator("dialog form").count() == 0, "she may not correct it"
        for path in ("/people", f"/people/{owner.user['id']}", "/sites", f"/sites/{site['id']}", f"/sites/{site['id']}/team",
                     f"/sites/{site['id']}/hours", f"/sites/{site['id']}/history", "/profile"):
            page.goto(path)
            page.get_by_role("heading", level=1).wait_for()
            settle(page)
            assert page.get_by_role("heading", name="Hier ist nichts").count() == 0, path
            for label in ("Dazuholen", "Neue Baustelle", "Leute einteilen", "Stunden eintragen", "Zugang sperren", "Neues Material",
                          "1 Sack entnehmen", "Karte zeigen", "Karten drucken"):
                assert page.get_by_role("button", name=label).count() + page.get_by_role("link", name=label).count() == 0, (path, label)
            if path != "/profile":
                assert page.locator("main").get_by_role("button", name="entnehmen").count() == 0, path
        page.goto("/company")
        page.get_by_role("heading", name="Hier ist nichts").wait_for()


def choose_none(page):
    page.locator("dialog [name=reason]").wait_for()
    for box in page.locator("dialog .choice [name=userIds]").all():
        box.uncheck()


def lead(manager, site, foreman):
    users = [one["userId"] for one in manager.get(f"{manager.company}/sites/{site['id']}")["assignments"]]
    manager.send("PATCH", f"{manager.company}/sites/{site['id']}", {"users": users, "foremen": [foreman["id"]] if foreman else []})


@both_databases
def test_a_foreman_checks_three_people_in_and_out(server, visit):
    manager, site, people = crew(server, "Mara", "Jonas", "Ali")
    foreman = joined(server, manager, "WORKER", "Fritz")
    path = f"{manager.company}/sites/{site['id']}"
    users = [one["userId"] for one in manager.get(path)["assignments"]]
    manager.send("PATCH", path, {"users": users + [foreman["id"]]})
    manager.send("PUT", f"{manager.company}/users/{people[0]['id']}", {"phone": "0171 5556677"})
    entries = lambda: [one for one in manager.get(f"{path}/time-entries") if one["userId"] in {person["id"] for person in people}]

    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}/team")
        page.get_by_role("button", name="Leute einteilen").click()
        page.get_by_role("group", name="Wer ist hier Vorarbeiter?").get_by_label(f"Fritz {foreman['lastName']}").check()
        accessible(page)
        page.locator("dialog form .is-primary").click()
        page.locator("dialog").wait_for(state="hidden")
        page.locator("li.member", has_text=foreman["lastName"]).locator(".chip", has_text="Vorarbeiter").wait_for()

    with visit(server) as page:
        sign_in(page, foreman["email"], PASSWORD)
        page.goto(f"/sites/{site['id']}/team")
        page.get_by_role("link", name=f"Mara {people[0]['lastName']} anrufen").wait_for()
        page.get_by_role("button", name="Team einchecken").click()
        choose_none(page)
        for person in people:
            page.locator("dialog").get_by_label(f"{person['firstName']} {person['lastName']}").check()
        accessible(page)
        page.locator("dialog form .is-primary").click()
        page.locator("dialog").wait_for(state="hidden")
        wait_for(page, lambda: {"count": len(entries())}, count=3)
        assert {one["enteredBy"] for one in entries()} == {foreman["id"]}
        page.goto(f"/sites/{site['id']}/hours")
        page.get_by_text(f"Mara {people[0]['lastName']}").first.wait_for()
        page.get_by_role("button", name="Team auschecken").click()
        choose_none(page)
        for person in people[:2]:
            page.locator("dialog").get_by_label(f"{person['firstName']} {person['lastName']}").check()
        page.locator("dialog form .is-primary").click()
        page.locator("dialog").wait_for(state="hidden")
        wait_for(page, lambda: {"open": len([one for one in entries() if not one["checkedOutAt"]])}, open=1)

        # What they entered they may correct, too.
        page.locator(".time-entry", has_text=f"Mara {people[0]['lastName']}").get_by_role("button").click()
        page.locator("dialog").get_by_text("Eingetragen von Fritz").wait_for()
        page.locator("dialog [name=reason]").fill("War früher da")
        accessible(page)
        page.keyboard.press("Escape")


def test_a_foreman_withdrawn_without_a_signal_loses_nothing(one_server, visit):
    manager, site, [mara] = crew(one_server, "Mara")
    foreman = joined(one_server, manager, "WORKER", "Fritz")
    path = f"{manager.company}/sites/{site['id']}"
    users = [one["userId"] for one in manager.get(path)["assignments"]]
    manager.send("PATCH", path, {"users": users + [foreman["id"]], "foremen": [foreman["id"]]})
    entries = lambda: [one for one in manager.get(f"{path}/time-entries") if one["userId"] == mara["id"]]
    with visit(one_server) as page:
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED", "403")
        sign_in(page, foreman["email"], PASSWORD)
        page.goto(f"/sites/{site['id']}/hours")
        page.get_by_role("button", name="Team einchecken").wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(page)
        page.context.set_offline(True)
        page.get_by_role("button", name="Team einchecken").click()
        choose_none(page)
        page.locator("dialog").get_by_label(f"Mara {mara['lastName']}").check()
        page.locator("dialog [name=reason]").fill("Kein Netz im Keller")
        page.locator("dialog form .is-primary").click()
        page.locator("dialog").wait_for(state="hidden")
        page.get_by_text("wartet auf Empfang").first.wait_for()
        # She isn't offered again, and stands among those who are here.
        page.locator(".row", has_text=f"Mara {mara['lastName']}").locator(".chip", has_text="wartet").wait_for()
        page.get_by_role("button", name="Team einchecken").click()
        page.locator("dialog [name=reason]").wait_for()
        assert page.locator("dialog").get_by_label(f"Mara {mara['lastName']}").count() == 0
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="hidden")
        lead(manager, site, None)
        page.context.set_offline(False)
        page.locator(".status").get_by_text("nicht angenommen").wait_for()
        assert entries() == []
        page.locator(".status").get_by_role("button", name="Ansehen").first.click()
        page.locator(".queue-reason", has_text="Das darf hier nur der Vorarbeiter").wait_for()
        page.get_by_text(f"Mara {mara['lastName']} auf {site['name']}").wait_for()
        # The office made a mistake.
        lead(manager, site, foreman)
        page.get_by_role("button", name="Bearbeiten").click()
        reason = page.locator("dialog [name=reason]")
        assert reason.input_value() == "Kein Netz im Keller"
        reason.fill("Kein Netz im Keller, Fritz")
        page.locator("dialog form .is-primary").last.click()
        wait_for(page, lambda: {"count": len(entries())}, count=1)
        assert entries()[0]["reason"] == "Kein Netz im Keller, Fritz"

"""A manager's first day: she registers her company, invites someone, opens a site, and learns that material runs low."""

import re
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from conftest import both_databases, settle, sign_in
from polier import Client

PASSWORD = "Kelle und Fugbrett"


def fill(page, values):
    for name, value in values.items():
        page.locator(f"[name='{name}']").fill(value)


def send(page):
    page.locator("form .button.is-primary").last.click()


@both_databases
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_nothing_to_a_site_that_runs_low(server, visit, size):
    name = uuid.uuid4().hex[:12]
    manager, worker = f"ada-{name}@kern.example", f"lena-{name}@kern.example"
    with visit(server, size) as page:
        page.goto("/")
        page.get_by_role("link", name="Firma registrieren").click()
        fill(page, {
            "companyName": "Fliesen Kern", "address.street": "Werkstraße", "address.streetNumber": "1a",
            "address.postalCode": "50667", "address.city": "Köln", "firstName": "Ada", "lastName": "Kern",
            "email": manager, "password": "kurz",
        })
        # What is wrong is said at its field, and nothing that was typed is lost.
        page.watch.allow(r"status of 400")
        send(page)
        page.locator("[name=password][aria-invalid=true]").wait_for()
        assert page.locator("[name=companyName]").input_value() == "Fliesen Kern"
        fill(page, {"password": PASSWORD})
        send(page)
        page.get_by_role("heading", level=1, name="Ada").wait_for()

        page.goto("/people/new")
        fill(page, {"firstName": "Lena", "lastName": "Vogt", "email": worker})
        send(page)
        page.get_by_role("heading", level=1, name="Lena Vogt").wait_for()
        page.get_by_text("verschickt").first.wait_for()

        page.goto("/sites/new")
        page.get_by_text("Adresse, Zeitraum, Team und Notizen").click()
        fill(page, {
            "name": "Bad Müller", "address.street": "Am Markt", "address.streetNumber": "12", "address.postalCode": "53111",
            "address.city": "Bonn", "startDate": "2026-11-23", "endDate": "2027-03-18",
        })
        page.get_by_label("Lena Vogt").check()
        send(page)
        page.get_by_role("heading", level=1, name="Bad Müller").wait_for()

        page.get_by_role("button", name="Neues Material").click()
        fill(page, {"name": "Flexkleber", "unit": "Sack", "amount": "6,5", "threshold": "6"})
        send(page)
        page.get_by_text("Flexkleber").first.wait_for()
        assert page.locator(".material.is-low").count() == 0
        page.get_by_role("button", name="1 Sack entnehmen").click()
        page.locator(".material.is-low").wait_for()

        ada = Client(server, manager, PASSWORD)
        site = ada.get(ada.company + "/sites")[0]
        page.locator(".is-moving").first.wait_for(state="detached")
        material = wait_for(page, lambda: ada.get(f"{ada.company}/sites/{site['id']}")["material"][0], amount=5.5)
        assert material["belowThreshold"]
        assert [one["userId"] for one in site["assignments"]] == [
            one["id"] for one in ada.get(ada.company + "/users") if one["email"] == worker]

        page.goto("/")
        page.locator("#low").get_by_text("Flexkleber").wait_for()


def wait_for(page, ask, **wanted):
    """Asks until the answer has what is wanted."""
    for _ in range(150):
        answer = ask()
        if all(answer[name] == value for name, value in wanted.items()):
            return answer
        page.wait_for_timeout(100)
    raise AssertionError(f"{answer} never had {wanted}")


def test_a_site_is_there_by_its_name(server, visit):
    manager = Client(server, server.managers[0])
    with visit(server) as page:
        page.set_viewport_size({"width": 320, "height": 568})
        sign_in(page, server.managers[0], server.password)
        page.goto("/sites/new")
        name = f"Neubau {server.port}"
        page.locator("[name=name]").fill(name)
        assert not page.locator("[name='address.street']").is_visible()
        page.get_by_role("button", name="Baustelle anlegen").click()
        page.get_by_role("heading", level=1, name=name).wait_for()
        site = next(one for one in manager.get(manager.company + "/sites") if one["name"] == name)
        assert (site["address"], site["endDate"], site["progress"]) == ("", None, 0)
        assert site["startDate"] == datetime.now(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d")
        for path in ["/", "/sites", "/hours", f"/sites/{site['id']}/edit"]:
            page.goto(path)
            page.locator("h1").first.wait_for()
            settle(page)
            assert not any(word in page.inner_text("body") for word in ["null", "undefined", "Invalid", "NaN"]), path
        # And what is known later.
        page.locator("[name='address.city']").fill("Bonn")
        page.locator("[name=endDate]").fill("2099-12-24")
        send(page)
        page.get_by_role("heading", level=1, name=name).wait_for()
        site = manager.get(f"{manager.company}/sites/{site['id']}")
        assert site["address"] == "Bonn, Deutschland" and site["endDate"] == "2099-12-24"
        page.goto(f"/sites/{site['id']}/edit")
        fill(page, {"contactName": "Ines Roth", "contactPhone": "+49 30 / 123 45-67"})
        send(page)
        call = page.get_by_role("link", name="+49 30 / 123 45-67")
        call.wait_for()
        assert call.get_attribute("href") == "tel:+49301234567"
        assert page.get_by_text("Ines Roth").is_visible()


def test_people_are_searched_and_chosen(server, visit):
    manager = Client(server, server.managers[0])
    crew = [manager.send("POST", manager.company + "/users", {
        "email": f"{uuid.uuid4().hex}@fliesen-brandt.example", "firstName": "Jörg", "lastName": f"Suchmann-{number}", "role": "WORKER"})
        for number in range(9)]
    site = manager.send("POST", manager.company + "/sites", {"name": "Gesucht und gefunden", "users": [crew[8]["id"]]})
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}/edit")
        boxes = page.locator(".people-field .choice input")
        page.get_by_label("Jörg Suchmann-8").wait_for()
        assert page.get_by_label("Jörg Suchmann-8").is_checked() and boxes.count() < 8
        page.get_by_placeholder("Leute suchen").fill("joerg suchmann-3")
        page.get_by_label("Jörg Suchmann-3").check()
        page.get_by_placeholder("Leute suchen").fill("Suchmann-5")
        page.get_by_placeholder("Leute suchen").press("Enter")
        page.get_by_label("Jörg Suchmann-5").check()
        page.get_by_label("Jörg Suchmann-8").uncheck()
        page.get_by_placeholder("Leute suchen").fill("niemand heißt so")
        send(page)
        page.get_by_role("heading", level=1, name="Gesucht und gefunden").wait_for()
    after = manager.get(f"{manager.company}/sites/{site['id']}")["assignments"]
    assert sorted(one["userId"] for one in after) == sorted([crew[3]["id"], crew[5]["id"]])


def test_an_accident_is_undone(server, visit):
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    material = site["material"][0]
    path = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    before = len(manager.get(path))
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        page.get_by_role("group", name=material["name"]).get_by_role("button", name="auffüllen").click()
        page.get_by_role("button", name="Rückgängig").click()
        for _ in range(60):
            movements = manager.get(path)
            if len(movements) == before + 2:
                break
            page.wait_for_timeout(100)
        assert [one["delta"] for one in movements[:2]] == [-1, 1]
        assert movements[0]["amountAfter"] == material["amount"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(server, visit):
    manager = Client(server, server.managers[0])
    site = manager.get(manager.company + "/sites?status=ACTIVE")[-1]
    path = f"{manager.company}/sites/{site['id']}"
    with visit(server, "desktop") as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}/edit")
        page.locator("[name=notes]").fill("Schlüssel beim Nachbarn")
        manager.send("PATCH", path, {"notes": "Parken im Hof", "name": site["name"] + " neu"})
        page.watch.allow(r"status of 412")
        send(page)
        conflict = page.locator(".conflict")
        conflict.wait_for()
        assert page.locator("[name=notes]").input_value() == "Schlüssel beim Nachbarn"
        assert manager.get(path)["notes"] == "Parken im Hof"
        # What only someone else has changed is taken over, and what both have is chosen.
        assert "Name" in conflict.get_by_text("Hier steht schon der neue Stand").inner_text()
        assert page.locator("[name=name]").input_value() == site["name"] + " neu"
        assert conflict.locator(".conflict-value").all_inner_texts() == ["Schlüssel beim Nachbarn", "Parken im Hof"]
        send(page)
        page.locator(".form-failure").wait_for()
        assert manager.get(path)["notes"] == "Parken im Hof"
        conflict.locator("[data-version=theirs]").click()
        assert page.locator("[name=notes]").input_value() == "Parken im Hof"
        conflict.locator("[data-version=mine]").click()
        assert page.locator("[name=notes]").input_value() == "Schlüssel beim Nachbarn"
        send(page)
        page.locator("[name=notes]").wait_for(state="hidden")
        saved = manager.get(path)
        assert (saved["notes"], saved["name"]) == ("Schlüssel beim Nachbarn", site["name"] + " neu")
        manager.send("PATCH", path, {"name": site["name"]})


def test_a_stale_dialog_has_the_choice_too(one_server, visit):
    """The company, a team and one's own details send the version that they show, too."""
    server = one_server
    manager = Client(server, server.managers[0])
    company = manager.get(manager.company)
    site = manager.get(manager.company + "/sites?status=ACTIVE")[-1]
    path = f"{manager.company}/sites/{site['id']}"
    with visit(server, service_workers="block") as page:
        page.watch.allow(r"status of 412")
        sign_in(page, server.managers[0], server.password)
        dialog = page.locator("dialog")

        page.goto("/company")
        page.get_by_role("button", name="Ändern", exact=True).click()
        dialog.locator("[name='address.city']").fill("Bonn")
        manager.send("PATCH", manager.company, {"address": {**company["addressParts"], "city": "Brühl", "street": "Am Bach"}})
        send(page)
        assert_versions(dialog, ["Bonn", "Brühl"])
        assert dialog.locator("[name='address.street']").input_value() == "Am Bach"
        dialog.locator("[data-version=theirs]").click()
        send(page)
        dialog.wait_for(state="hidden")
        assert manager.get(manager.company)["addressParts"]["city"] == "Brühl"
        manager.send("PATCH", manager.company, {"address": company["addressParts"]})

        page.goto(f"/sites/{site['id']}/team")
        page.get_by_role("button", name="Leute einteilen").click()
        boxes = dialog.locator(".people-field .choice-list input[type=checkbox]")
        names = boxes.evaluate_all("all => all.map((one) => one.labels[0].querySelector('.choice-text').firstChild.nextSibling.textContent)")
        ids = boxes.evaluate_all("all => all.map((one) => one.value)")
        boxes.first.click()
        mine = [one.get_attribute("value") for one in dialog.locator(".people-field input:checked").all()]
        manager.send("PATCH", path, {"users": [ids[-1]]})
        send(page)
        assert_versions(dialog, [", ".join(name for id, name in zip(ids, names) if id in mine) or "(leer)", names[-1]])
        dialog.locator("[data-version=theirs]").click()
        assert [one.get_attribute("value") for one in dialog.locator(".people-field input:checked").all()] == [ids[-1]]
        dialog.locator("[data-version=mine]").click()
        send(page)
        dialog.wait_for(state="hidden")
        assert sorted(one["userId"] for one in manager.get(path)["assignments"]) == sorted(mine)

        page.goto("/profile")
        page.get_by_role("button", name="Ändern").first.click()
        name = dialog.locator("[name=firstName]").input_value()
        dialog.locator("[name=firstName]").fill("Sabrina")
        manager.send("PUT", "/users/me", {"firstName": "Sabin"})
        send(page)
        assert_versions(dialog, ["Sabrina", "Sabin"])
        dialog.locator("[data-version=mine]").click()
        send(page)
        dialog.wait_for(state="hidden")
        assert manager.get("/users/me")["firstName"] == "Sabrina"
        manager.send("PUT", "/users/me", {"firstName": name})


def assert_versions(dialog, versions):
    dialog.locator(".conflict-version").first.wait_for()
    assert dialog.locator(".conflict-value").all_inner_texts() == versions


def test_a_count_is_what_is_there_now(server, visit):
    """Others take while someone counts: both amounts are shown, and what was counted is what stays if they say so."""
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    path = f"{manager.company}/sites/{site['id']}/materials"
    material = manager.send("POST", path, {"name": "Gezähltes", "unit": "Sack", "amount": 8, "threshold": 1})
    with visit(server, service_workers="block") as page:
        page.watch.allow(r"status of 412")
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        page.get_by_role("button", name="Gezähltes", exact=True).wait_for()
        manager.send("POST", f"{path}/{material['id']}/adjust-quantity", {"delta": -3})
        page.get_by_role("button", name="Gezähltes", exact=True).click()
        page.locator("dialog .sheet-amount").get_by_text("5").wait_for()
        page.locator("dialog").get_by_role("button", name="Bestand zählen").click()
        page.locator("dialog").get_by_text("5\u00a0Sack sind gebucht").wait_for()
        settle(page)
        manager.send("POST", f"{path}/{material['id']}/adjust-quantity", {"delta": -2})
        page.locator("dialog [name=amount]").fill("1.200")
        page.locator("dialog [name=note]").fill("Palette hinterm Tor")
        send(page)
        assert_versions(page.locator("dialog"), ["1.200", "3"])
        page.locator("dialog [data-version=mine]").click()
        send(page)
        page.locator("dialog").wait_for(state="hidden")
        last = manager.get(f"{path}/{material['id']}/movements")[0]
        assert (last["kind"], last["delta"], last["note"]) == ("COUNT", 1197, "Palette hinterm Tor")
        now = next(one for one in manager.get(f"{manager.company}/sites/{site['id']}")["material"] if one["name"] == "Gezähltes")
        assert now["amount"] == 1200
    manager.send("DELETE", f"{path}/{material['id']}")


def test_what_is_typed_in_a_dialog_is_not_lost(server, visit):
    """Whether it was Escape, the cross or the way back: it is there when the dialog is opened again, until it is discarded or saved."""
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    with visit(server, service_workers="block") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        sign_in(page, server.managers[0], server.password)
        # Within the app, so that the way back is the app's.
        page.locator("nav a", has_text="Baustellen").first.click()
        page.locator("h1", has_text="Baustellen").wait_for()
        page.locator("main .cards a", has_text=site["name"]).first.click()
        page.get_by_role("button", name="Neues Material").click()
        field = page.locator("dialog [name=name]")
        field.fill("Getipptes")
        for leave in [
            lambda: page.keyboard.press("Escape"), lambda: page.locator("dialog .dialog-head button").first.click(),
            lambda: page.evaluate("history.back()"), page.reload,
        ]:
            leave()
            page.locator("dialog").wait_for(state="hidden")
            if not page.url.endswith(site["id"]):
                page.goto(f"/sites/{site['id']}")
            page.get_by_role("button", name="Neues Material").click()
            page.locator("dialog .draft").wait_for()
            assert field.input_value() == "Getipptes"
            assert page.locator("dialog [name=unit]").input_value() == ""
        page.locator("dialog .draft button").click()
        page.locator("dialog .draft").wait_for(state="hidden")
        assert field.input_value() == ""
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="hidden")
        page.get_by_role("button", name="Neues Material").click()
        field.wait_for()
        assert field.input_value() == "" and page.locator("dialog .draft").count() == 0
        name = f"Gespeichertes {uuid.uuid4().hex[:6]}"
        fill(page, {"name": name, "unit": "Sack", "amount": "1", "threshold": "0"})
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Neues Material").click()
        page.locator("dialog .draft").wait_for()
        send(page)
        page.get_by_role("button", name=name, exact=True).wait_for()
        page.get_by_role("button", name="Neues Material").click()
        field.wait_for()
        assert field.input_value() == "" and page.locator("dialog .draft").count() == 0


def test_an_ended_session_keeps_what_is_typed(server, visit):
    """Ended from elsewhere under someone's hands: the password, and they go on; the way back leads around nothing."""
    manager = Client(server, server.managers[0])
    site = manager.get(manager.company + "/sites?status=ACTIVE")[-1]
    with visit(server, service_workers="block") as page:
        page.watch.allow(r"status of 401")
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        page.locator("a[href$='/edit']").click()
        page.locator("[name=notes]").fill("Schlüssel im Kasten")
        for session in (one for one in manager.get("/auth/sessions") if not one["current"]):
            manager.send("DELETE", f"/auth/sessions/{session['id']}")
        send(page)
        again = page.locator("dialog", has_text="Melde dich wieder an")
        for _ in range(2):
            again.wait_for()
            page.evaluate("history.back()")
            page.wait_for_timeout(300)
            assert page.url.endswith("/edit")
        again.locator("[name=password]").fill(server.password)
        again.locator("form .button.is-primary").click()
        again.wait_for(state="hidden")
        assert page.locator("[name=notes]").input_value() == "Schlüssel im Kasten"
        assert page.locator(".form-failure").count() == 0, "what was said of the session is over too"
        send(page)
        page.locator("[name=notes]").wait_for(state="hidden")
        assert Client(server, server.managers[0]).get(f"{manager.company}/sites/{site['id']}")["notes"] == "Schlüssel im Kasten"


def test_a_session_that_ends_in_one_tab_keeps_what_is_typed_in_another(server, visit):
    manager = Client(server, server.managers[0])
    site = manager.get(manager.company + "/sites?status=ACTIVE")[-1]
    with visit(server, service_workers="block") as page:
        page.watch.allow(r"status of 401")
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}/edit")
        page.locator("[name=notes]").fill("Hier getippt")
        other = page.context.new_page()
        other.goto("/people")
        other.locator("h1").wait_for()
        for session in (one for one in manager.get("/auth/sessions") if not one["current"]):
            manager.send("DELETE", f"/auth/sessions/{session['id']}")
        other.locator(".nav a", has_text="Stunden").click()
        other.locator("dialog", has_text="Melde dich wieder an").wait_for()
        page.wait_for_timeout(500)
        assert page.locator("[name=notes]").input_value() == "Hier getippt"
        # Who signs out on purpose is signed out everywhere.
        page.on("dialog", lambda dialog: dialog.accept())
        other.get_by_role("button", name="Als jemand anderes").click()
        other.locator("input[type=email]").wait_for()
        page.locator("input[type=email]").wait_for()


def test_what_was_taken_is_at_least_what_is_known(server, visit):
    """A list has a hundred movements at most: more of them aren't a sum that claims to be all."""
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    path = f"{manager.company}/sites/{site['id']}/materials"
    material = manager.send("POST", path, {"name": "Vielgenommenes", "unit": "Stück", "amount": 500, "threshold": 0})
    for _ in range(99):
        manager.send("POST", f"{path}/{material['id']}/adjust-quantity", {"delta": -1})
    with visit(server, service_workers="block") as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        said = page.locator("dialog .chart-figure p")
        for expected in ["In 30 Tagen 99 Stück entnommen, 500 Stück aufgefüllt", "In 30 Tagen 100 Stück entnommen, mindestens"]:
            page.get_by_role("button", name="Vielgenommenes", exact=True).click()
            # The answer that is kept comes first.
            expect(said).to_have_text(re.compile("^" + expected.replace(" ", r"\s") + "$"))
            page.keyboard.press("Escape")
            page.locator("dialog").wait_for(state="hidden")
            manager.send("POST", f"{path}/{material['id']}/adjust-quantity", {"delta": -1})
    manager.send("DELETE", f"{path}/{material['id']}")


def test_the_way_back_leads_from_a_person_to_everybody(server, visit):
    with visit(server, service_workers="block") as page:
        sign_in(page, server.managers[0], server.password)
        page.locator(".nav a", has_text="Stunden").click()
        page.get_by_role("button", name="Monat").click()
        page.get_by_role("button", name="Früher").click()
        month = page.locator(".period-name").inner_text()
        name = page.locator(".team-name").first.inner_text()
        page.locator(".team-name").first.click()
        page.locator(".team-name").first.wait_for(state="hidden")
        assert page.locator(".period-name").inner_text() == month
        page.reload()
        page.locator(".period-name", has_text=month).wait_for()
        assert page.locator("#hours-person option:checked").inner_text() == name
        page.go_back()
        page.locator(".team-name").first.wait_for()
        assert page.locator(".period-name").inner_text() == month
        page.go_back()
        page.locator("h1", has_text="Sabine").wait_for()


def test_a_year_that_is_half_typed_is_said_at_its_field(server, visit):
    manager = Client(server, server.managers[0])
    active = {one["id"] for one in manager.get(manager.company + "/sites?status=ACTIVE")}
    entry = next(one for one in manager.get(manager.company + "/time-entries") if one["checkedOutAt"] and one["siteId"] in active)
    with visit(server, service_workers="block") as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{entry['siteId']}/hours")
        page.locator(".time-span").last.click()
        page.locator("dialog [name=reason]").fill("Vertippt")
        for name in ["checkedInAt", "checkedOutAt"]:
            field = page.locator(f"dialog [name={name}]")
            before = field.input_value()
            field.fill("0026-11-23T07:00")
            send(page)
            page.locator(f"dialog [name={name}][aria-invalid=true]").wait_for()
            field.fill(before)


def test_a_card_says_who_took_last_whoever_it_was(server, visit):
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    path = f"{manager.company}/sites/{site['id']}/materials"
    material = manager.send("POST", path, {"name": "Gemeinsames", "unit": "Sack", "amount": 50, "threshold": 5})
    with visit(server, service_workers="block") as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        card = page.locator(".material", has_text="Gemeinsames")
        card.scroll_into_view_if_needed()
        card.get_by_text("+50").wait_for()
        manager.send("POST", f"{path}/{material['id']}/adjust-quantity", {"delta": -7})
        # What it does by itself every minute.
        page.evaluate("import('app/router.js').then(({ currentPage }) => currentPage().refreshLive())")
        card.get_by_text("\u22127").wait_for()
    manager.send("DELETE", f"{path}/{material['id']}")


def test_a_server_that_is_away_is_said_and_comes_back(server, visit):
    with visit(server, service_workers="block") as page:
        page.watch.allow(r"status of 502")
        sign_in(page, server.managers[0], server.password)
        page.goto("/sites")
        page.locator(".cards a").first.wait_for()
        page.route("**/api/**", lambda route: route.fulfill(status=502, body="<html>Bad Gateway</html>"))
        page.reload()
        page.locator(".cards a").first.wait_for()
        page.locator(".status", has_text="Polier antwortet gerade nicht").wait_for()
        page.unroute("**/api/**")
        page.locator(".status", has_text="Polier antwortet gerade nicht").wait_for(state="hidden", timeout=30_000)

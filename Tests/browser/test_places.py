"""Sites and the depot: material is moved between them, a site is finished, and what it has cost is seen. Also without a signal."""

import uuid
from types import SimpleNamespace

import pytest

from conftest import both_databases, settle, sign_in
from polier import Client
from test_every_page import faults
from test_hands import keep_app, lose_signal
from test_manager import wait_for
from test_sessions import wait_until


@pytest.fixture
def manager(server):
    return Client(server, server.managers[0])


def opened(manager, **more):
    """A site of its own, with two materials that no other site has: `fuge`, 8 Sack, and `kleber`, 5 Eimer."""
    tail = uuid.uuid4().hex[:6]
    site = manager.send("POST", manager.company + "/sites", {"name": f"Bad {tail}", **more})
    path = f"{manager.company}/sites/{site['id']}/materials"
    fuge = manager.send("POST", path, {"name": f"Fuge {tail}", "unit": "Sack", "amount": 8, "threshold": 0, "price": 12.5})
    kleber = manager.send("POST", path, {"name": f"Kleber {tail}", "unit": "Eimer", "amount": 5, "threshold": 0})
    return SimpleNamespace(**site, path=f"{manager.company}/sites/{site['id']}", fuge=fuge, kleber=kleber)


def depot_of(manager):
    return manager.get(manager.company + "/sites?kind=DEPOT")[0]


def amounts(manager, path):
    return {one["name"]: one["amount"] for one in manager.get(path)["material"]}


def assert_moved(page, manager, site, **left):
    """What is left on the site and what is in the depot, as soon as it is so."""
    depot = f"{manager.company}/sites/{depot_of(manager)['id']}"
    for material, amount in [(site.fuge, left["fuge"]), (site.kleber, left["kleber"])]:
        wait_until(page, lambda: amounts(manager, site.path)[material["name"]] == amount)
        assert amounts(manager, depot).get(material["name"], 0) == material["amount"] - amount - left.get("scrapped", {}).get(material["name"], 0)


def row(page, name):
    return page.locator("dialog .move-line", has_text=name)


def know_places(page, name):
    """They are fetched in the background: once the dialog has shown them, they are kept for when there is no signal."""
    page.get_by_role("button", name="Umlagern").click()
    row(page, name).wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")


def type_amount(page, name, digits):
    row(page, name).get_by_role("button", name="Menge von").click()
    pad = page.locator("dialog").last
    for digit in digits:
        pad.locator(".pad-key", has_text=digit).first.click()
    pad.locator("form > .actions .is-primary").click()
    page.locator("dialog .pad").wait_for(state="hidden")


def submit(page):
    page.locator("dialog form > .actions .is-primary").click()


@both_databases
def test_material_goes_to_the_depot_and_back(server, visit, manager):
    site = opened(manager)
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto("/sites")
        # One tap from the sites.
        page.locator(".depot a").click()
        page.get_by_role("heading", level=1, name="Lager").wait_for()
        assert page.get_by_role("link", name="Team").count() == 0
        page.goto(f"/sites/{site.id}")
        page.get_by_role("button", name="Umlagern").click()
        submit(page)
        page.get_by_text("Wähl aus, was umgelagert werden soll").wait_for()
        assert page.locator("dialog select option").first.inner_text() == "Lager"
        # More than is there can't be chosen.
        row(page, site.fuge["name"]).get_by_role("button", name="Menge von").click()
        pad = page.locator("dialog").last
        for digit in "25":
            pad.locator(".pad-key", has_text=digit).first.click()
        pad.get_by_text("Es sind nur 8").wait_for()
        pad.get_by_role("button", name="Letzte Ziffer löschen").click()
        pad.get_by_role("button", name="Letzte Ziffer löschen").click()
        pad.locator(".pad-key", has_text="3").first.click()
        pad.get_by_text("dann 5").wait_for()
        pad.locator("form > .actions .is-primary").click()
        page.locator("dialog .pad").wait_for(state="hidden")
        row(page, site.kleber["name"]).get_by_role("button", name="Alles von").click()
        page.locator("dialog [name=note]").fill("Transporter")
        submit(page)
        page.locator("dialog").wait_for(state="hidden")
        page.get_by_text("2 Materialien umgelagert: Lager").first.wait_for()
        assert_moved(page, manager, site, fuge=5, kleber=0)
        page.get_by_role("group", name=site.fuge["name"]).get_by_role("button", name="5 Sack").wait_for()
        page.get_by_role("button", name="Rückgängig").click()
        page.get_by_text("2 Materialien sind wieder hier").first.wait_for()
        assert_moved(page, manager, site, fuge=8, kleber=5)


@both_databases
def test_without_a_signal_both_sides_change_at_once(server, visit, manager):
    site = opened(manager)
    depot = depot_of(manager)
    there = manager.send("POST", f"{manager.company}/sites/{depot['id']}/materials", {**{
        name: site.fuge[name] for name in ["name", "unit"]}, "amount": 1, "threshold": 0})
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto("/sites")
        page.locator(".depot a").click()
        page.get_by_role("heading", level=1, name="Lager").wait_for()
        page.goto(f"/sites/{site.id}")
        page.get_by_role("group", name=site.fuge["name"]).wait_for()
        know_places(page, site.fuge["name"])
        keep_app(page)
        lose_signal(page)
        page.get_by_role("button", name="Umlagern").click()
        type_amount(page, site.fuge["name"], "2")
        row(page, site.kleber["name"]).get_by_role("button", name="Alles von").click()
        submit(page)
        page.get_by_text("wartet auf Empfang, dann 6").wait_for()
        page.reload()
        page.get_by_text("wartet auf Empfang, dann 6").wait_for()
        page.goto(f"/sites/{depot['id']}")
        page.get_by_text("+2 wartet auf Empfang, dann 3").wait_for()
        # It isn't known there yet.
        page.get_by_text(f"5\u00A0Eimer {site.kleber['name']}").wait_for()
        assert manager.get(site.path)["material"][0]["amount"] == 8

        page.context.set_offline(False)
        page.get_by_text("wartet auf Empfang").first.wait_for(state="hidden")
        wait_until(page, lambda: amounts(manager, site.path) == {site.fuge["name"]: 6, site.kleber["name"]: 0})
        stock = amounts(manager, f"{manager.company}/sites/{depot['id']}")
        assert (stock[site.fuge["name"]], stock[site.kleber["name"]]) == (3, 5)
        page.get_by_role("group", name=site.fuge["name"]).get_by_role("button", name="3 Sack").wait_for()
        page.get_by_role("group", name=site.kleber["name"]).get_by_role("button", name="5 Eimer").wait_for()
        assert len(manager.get(f"{site.path}/materials/{site.fuge['id']}/movements")) == 2, "it counted once"
        manager.send("DELETE", f"{manager.company}/sites/{depot['id']}/materials/{there['id']}")


def test_what_is_not_there_any_more_names_its_line(server, visit, manager):
    site = opened(manager)
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site.id}")
        page.get_by_role("group", name=site.fuge["name"]).wait_for()
        know_places(page, site.fuge["name"])
        keep_app(page)
        lose_signal(page)
        page.watch.allow(r"status of 409")
        page.get_by_role("button", name="Umlagern").click()
        for material in [site.kleber, site.fuge]:
            row(page, material["name"]).get_by_role("button", name="Alles von").click()
        submit(page)
        page.get_by_text("wartet auf Empfang").first.wait_for()
        manager.send("POST", f"{site.path}/materials/{site.fuge['id']}/adjust-quantity", {"delta": -6})
        page.context.set_offline(False)
        page.get_by_text("nicht angenommen").first.wait_for()
        assert amounts(manager, site.path)[site.kleber["name"]] == 5, "all or none"

        # Put right, in the list of what waits.
        page.locator(".status-action").first.click()
        page.locator("dialog").get_by_text("nach Lager").wait_for()
        page.locator("dialog").get_by_role("button", name="Bearbeiten").click()
        row(page, site.fuge["name"]).get_by_text("Nur noch 2 Sack").wait_for()
        page.wait_for_timeout(500)
        assert not faults(page, "a move that was refused")
        row(page, site.fuge["name"]).get_by_role("button", name="doch nicht").click()
        row(page, site.fuge["name"]).get_by_role("button", name="Alles von").click()
        page.get_by_role("button", name="Noch einmal senden").last.click()
        wait_until(page, lambda: amounts(manager, site.path) == {site.fuge["name"]: 0, site.kleber["name"]: 0})


def test_an_undo_without_a_signal_leaves_nothing(server, visit, manager):
    site = opened(manager)
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site.id}")
        page.get_by_role("group", name=site.fuge["name"]).wait_for()
        know_places(page, site.fuge["name"])
        keep_app(page)
        lose_signal(page)
        page.get_by_role("button", name="Umlagern").click()
        row(page, site.fuge["name"]).get_by_role("button", name="Alles von").click()
        submit(page)
        page.get_by_text("wartet auf Empfang, dann 0").wait_for()
        page.get_by_role("button", name="Rückgängig").click()
        page.get_by_text("Zurückgenommen").first.wait_for()
        page.get_by_text("wartet auf Empfang, dann 0").wait_for(state="hidden")
        page.context.set_offline(False)
        settle(page)
        assert amounts(manager, site.path)[site.fuge["name"]] == 8


def test_foremen_move_from_the_sites_that_they_lead(server, visit, manager):
    workers = [one for one in manager.get(manager.company + "/users") if one["email"] == server.workers[0]]
    people = [one["id"] for one in workers]
    led, other, unled = (opened(manager, users=people, foremen=foremen) for foremen in [people, people, []])
    with visit(server) as page:
        sign_in(page, server.workers[0], server.password)
        page.goto(f"/sites/{unled.id}")
        page.get_by_role("group", name=unled.fuge["name"]).wait_for()
        assert page.get_by_role("button", name="Umlagern").count() == 0
        page.goto(f"/sites/{led.id}")
        page.get_by_role("button", name="Umlagern").wait_for()
        # Neither prices nor the end of a site are a foreman's.
        for name in ["Baustelle fertig", "Kosten"]:
            assert page.locator("main").get_by_text(name).count() == 0
        page.get_by_role("button", name="Umlagern").click()
        page.locator("dialog select").wait_for()
        names = page.locator("dialog select option").all_inner_texts()
        assert names[0] == "Lager" and other.name in names and unled.name not in names and led.name not in names
        page.locator("dialog select").select_option(label=other.name)
        row(page, led.fuge["name"]).get_by_role("button", name="Alles von").click()
        submit(page)
        page.get_by_text("Ein Material umgelagert").first.wait_for()
        assert amounts(manager, other.path)[led.fuge["name"]] == 8
        page.get_by_role("button", name="Rückgängig").click()
        page.get_by_text("Ein Material ist wieder hier").first.wait_for()
        assert amounts(manager, led.path)[led.fuge["name"]] == 8


@both_databases
def test_a_site_is_finished(server, visit, manager):
    site, target = opened(manager), opened(manager)
    extra = manager.send("POST", f"{site.path}/materials", {"name": f"Rest {site.id[-6:]}", "unit": "kg", "amount": 1.5, "threshold": 0})
    more = manager.send("POST", f"{site.path}/materials", {"name": f"Eimer {site.id[-6:]}", "unit": "Stück", "amount": 2, "threshold": 0})
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        # The form of a site that isn't finished leads to the one way.
        page.goto(f"/sites/{site.id}/edit")
        page.locator(".choice", has_text="ruht").wait_for()
        assert page.locator(".choice", has_text="abgeschlossen").count() == 0
        page.get_by_text("nimm „Baustelle fertig“ auf ihrer Seite").first.wait_for()
        page.goto(f"/sites/{site.id}?finish")
        page.locator("dialog .move-line").first.wait_for()
        assert "finish" not in page.url
        row(page, site.kleber["name"]).get_by_role("button", name="Ändern").click()
        page.locator("dialog .pick", has_text=target.name).click()
        row(page, extra["name"]).get_by_role("button", name="Ändern").click()
        page.locator("dialog [name=reason]").fill("Angebrochen")
        page.get_by_role("button", name="Entsorgen").click()
        row(page, extra["name"]).get_by_text("Angebrochen").wait_for()
        # For the same reason with one tap.
        row(page, more["name"]).get_by_role("button", name="Ändern").click()
        page.locator("dialog .pick", has_text="Auch entsorgen: Angebrochen").click()
        row(page, more["name"]).get_by_text("Angebrochen").wait_for()
        submit(page)
        page.locator("dialog").wait_for(state="hidden")
        page.locator(".page-head .chip", has_text="abgeschlossen").wait_for()
        assert page.get_by_role("button", name="Baustelle fertig").count() == 0
        after = manager.get(site.path)
        assert (after["status"], {one["amount"] for one in after["material"]}) == ("FINISHED", {0})
        depot = amounts(manager, f"{manager.company}/sites/{depot_of(manager)['id']}")
        assert depot[site.fuge["name"]] == 8 and extra["name"] not in depot and more["name"] not in depot
        assert amounts(manager, target.path)[site.kleber["name"]] == 5

        # Among the finished ones, and back.
        page.goto("/sites")
        page.get_by_role("link", name=target.name).wait_for()
        assert page.get_by_role("link", name=site.name).count() == 0
        page.get_by_label("Status").select_option("FINISHED")
        page.get_by_role("link", name=site.name).click()
        page.get_by_role("link", name="Baustelle ändern").click()
        # What is finished stays so, whatever else is changed.
        page.locator("[name=notes]").fill("Schlüssel zurück")
        assert page.locator("[name=status]:checked").input_value() == "FINISHED"
        page.get_by_role("button", name="Speichern").click()
        page.locator(".page-head .chip", has_text="abgeschlossen").wait_for()
        assert manager.get(site.path)["notes"] == "Schlüssel zurück" and manager.get(site.path)["status"] == "FINISHED"
        page.get_by_role("link", name="Baustelle ändern").click()
        page.locator(".choice", has_text="läuft").click()
        page.get_by_role("button", name="Speichern").click()
        page.get_by_role("button", name="Baustelle fertig").wait_for()
        assert manager.get(site.path)["status"] == "ACTIVE"


def test_a_site_that_another_finishes_stays_finished(server, visit, manager):
    """The form was open: what is saved from it takes over that the site is finished."""
    site = opened(manager)
    with visit(server, service_workers="block") as page:
        page.watch.allow("412")
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site.id}/edit")
        page.locator("[name=notes]").fill("Tor klemmt")
        manager.send("POST", f"{site.path}/finish", {})
        page.get_by_role("button", name="Speichern").click()
        page.locator(".conflict").wait_for()
        assert page.locator("[name=status]:checked").input_value() == "FINISHED"
        page.get_by_role("button", name="Speichern").click()
        page.locator(".page-head .chip", has_text="abgeschlossen").wait_for()
    after = manager.get(site.path)
    assert (after["status"], after["notes"]) == ("FINISHED", "Tor klemmt")


def test_a_site_is_finished_without_a_signal(server, visit, manager):
    site = opened(manager)
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto("/sites")
        page.locator(".depot a").wait_for()
        page.goto(f"/sites/{site.id}")
        page.get_by_role("button", name="Baustelle fertig").wait_for()
        keep_app(page)
        lose_signal(page)
        page.get_by_role("button", name="Baustelle fertig").press("Enter")
        row(page, site.fuge["name"]).wait_for()
        submit(page)
        page.locator(".page-head .chip", has_text="wartet auf Empfang").wait_for()
        page.get_by_text("wartet auf Empfang, dann 0").first.wait_for()
        # What opened the dialog is gone.
        wait_for(page, lambda: {"focus": page.evaluate("document.activeElement.localName")}, focus="h1")
        assert manager.get(site.path)["status"] == "ACTIVE"
        page.context.set_offline(False)
        page.locator(".page-head .chip", has_text="wartet").wait_for(state="hidden")
        page.locator(".page-head .chip", has_text="abgeschlossen").wait_for()
        assert_moved(page, manager, site, fuge=0, kleber=0)
        settle(page)
        assert page.get_by_text("wartet auf Empfang").count() == 0


def test_what_a_site_has_cost(server, visit, manager):
    site = opened(manager)
    for material, delta in [(site.fuge, -3), (site.kleber, -1)]:
        manager.send("POST", f"{site.path}/materials/{material['id']}/adjust-quantity", {"delta": delta})
    with visit(server, "desktop") as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site.id}")
        page.get_by_role("link", name="Kosten").click()
        page.locator(".row", has_text=site.fuge["name"]).get_by_text("37,50 €").wait_for()
        page.locator(".row", has_text=site.fuge["name"]).get_by_text("3 Sack zu 12,50 €").wait_for()
        page.locator(".row", has_text=site.kleber["name"]).get_by_text("kein Preis").wait_for()
        page.get_by_text("Bei einer Position fehlt der Preis").wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="Als CSV laden").click()
        text = download.value.path().read_bytes().decode()
        assert text.startswith("\uFEFFArt;Name;Einheit;Preis;")
        assert f"Material;{site.fuge['name']};Sack;12,5;3;0;0;3;37,5\r\n" in text
        # Another time has other costs, and its address keeps it.
        page.get_by_label("Bis").fill("2020-01-01")
        page.get_by_text("Noch keine Kosten").wait_for()
        page.reload()
        assert page.get_by_label("Bis").input_value() == "2020-01-01"
        page.get_by_text("Noch keine Kosten").wait_for()
        # On paper there is only the page.
        page.goto(f"/sites/{site.id}/costs")
        page.locator(".row", has_text=site.fuge["name"]).wait_for()
        page.emulate_media(media="print")
        for hidden in [".nav", ".top", ".costs .actions", ".costs-period"]:
            assert not page.locator(hidden).is_visible(), hidden
    with visit(server) as page:
        sign_in(page, server.workers[0], server.password)
        page.goto(f"/sites/{site.id}/costs")
        page.get_by_role("heading", name="Hier ist nichts").wait_for()


def test_the_depot_has_what_a_place_has(server, visit, manager):
    depot = depot_of(manager)
    path = f"{manager.company}/sites/{depot['id']}"
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{depot['id']}/edit")
        for field in ["startDate", "endDate", "priority", "status", "users"]:
            assert page.locator(f"[name={field}]").count() == 0, field
        assert page.get_by_role("button", name="Baustelle entfernen").count() == 0
        page.locator("[name=contactName]").fill("Hans am Tor")
        page.locator("[name=notes]").fill("Schlüssel im Büro")
        page.get_by_role("button", name="Speichern").click()
        page.get_by_text("Hans am Tor").wait_for()
        wait_for(page, lambda: manager.get(path), contactName="Hans am Tor", notes="Schlüssel im Büro")
        # No one is assigned, and everyone works there.
    with visit(server) as page:
        sign_in(page, server.workers[1], server.password)
        page.goto("/sites")
        page.locator(".depot a").click()
        page.get_by_role("link", name="Stunden").last.wait_for()
        page.get_by_text("Schlüssel im Büro").wait_for()
        for name in ["Umlagern", "Baustelle fertig", "Kosten"]:
            assert page.locator("main").get_by_text(name).count() == 0
    manager.send("PATCH", path, {"contactName": None, "notes": None})

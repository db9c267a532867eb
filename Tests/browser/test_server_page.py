"""Operators see how the server is doing, tell everyone something, and suspend a company, whose people are told so."""

import os
import re
import uuid
from pathlib import Path

import pytest

from conftest import both_databases, sign_in
from polier import ADMIN, Client
from test_manager import PASSWORD


@pytest.fixture
def company(server):
    """One of its own, because it is suspended."""
    email = f"{uuid.uuid4().hex}@kern.example"
    return Client.found(
        server, email, PASSWORD, firstName="Ada", lastName="Kern", companyName="Fliesen Kern " + email[:6],
        address={"streetNumber": "1", "street": "Weg", "city": "Köln", "postalCode": "50667", "country": "Deutschland"})


def photograph(page, name):
    if folder := os.environ.get("POLIER_SCREENSHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@both_databases
def test_everyone_is_told_something(server, visit):
    operator = Client(server, *ADMIN)
    operator.send("PUT", "/notice", {"text": None})
    with visit(server) as page, visit(server) as worker:
        sign_in(page, *ADMIN)
        page.get_by_role("link", name="Server").click()
        page.get_by_role("heading", level=1, name="Server").wait_for()
        for fact in ["Version", "Läuft seit", "Datenbank", "Letztes Backup", "Mail", "Platte der Datenbank"]:
            page.locator("dt", has_text=fact).first.wait_for()
        page.get_by_text("noch keins").wait_for()
        page.get_by_role("button", name="Hinweis schreiben").click()
        page.get_by_role("textbox", name="Was sollen alle wissen?").fill("Morgen früh <b>kurz</b> weg: Wartung von 5 bis 6 Uhr.")
        page.get_by_label("Wie lange?").select_option("4")
        page.get_by_role("button", name="Allen zeigen").click()
        page.get_by_role("dialog").wait_for(state="hidden")
        page.locator(".status", has_text="<b>kurz</b>").wait_for()
        assert fits(page)
        photograph(page, f"phone-de-light-server-{operator.get('/operator/status')['database']}")

        sign_in(worker, server.workers[0], server.password)
        worker.locator(".status", has_text="Wartung von 5 bis 6 Uhr").wait_for()
        page.get_by_role("button", name="Zurücknehmen").click()
        page.get_by_text("Gerade steht bei niemandem ein Hinweis.").wait_for()
        assert operator.get("/notice") == {"text": None, "until": None}
        worker.reload()
        worker.locator("nav").first.wait_for()
        worker.locator(".status", has_text="Wartung").wait_for(state="detached")


@both_databases
def test_companies_are_sorted_by_size_and_by_use(server, visit, company):
    name = company.get(company.company)["name"]
    with visit(server) as page:
        sign_in(page, *ADMIN)
        page.goto("/server")
        rows = page.locator("main .list").last.locator("li")
        rows.first.wait_for()
        page.get_by_role("button", name="Größe").click()
        page.get_by_role("button", name="Größe", pressed=True).wait_for()
        # Other stories found companies too: any of them may be the largest.
        people = [int(re.search(r"(\d+) Person", text)[1]) for text in rows.all_inner_texts()]
        assert people == sorted(people, reverse=True) and people[0] > people[-1] == 1
        page.get_by_role("button", name="Zuletzt aktiv").click()
        page.get_by_role("button", name="Zuletzt aktiv", pressed=True).wait_for()
        assert name in rows.all_inner_texts()[0], "it was founded just now"
        page.get_by_role("link", name=name).click()
        page.wait_for_url(f"**{company.company}/company")


def test_a_suspended_company_is_told_so_and_comes_back(server, visit, company):
    manager = company.user["email"]
    with visit(server) as inside, visit(server) as page:
        inside.watch.allow("status of 403")
        sign_in(inside, manager, PASSWORD)
        sign_in(page, *ADMIN)
        page.goto(f"{company.company}/company")
        page.get_by_role("button", name="Firma sperren").click()
        page.get_by_role("button", name="Firma freigeben").wait_for()
        page.locator(".chip", has_text="gesperrt").wait_for()
        assert fits(page)
        photograph(page, "phone-de-light-suspended")

        inside.goto("/sites")
        inside.get_by_text("Deine Firma ist auf diesem Server gesperrt").wait_for()
        photograph(inside, "phone-de-light-refused")
        with visit(server) as stranger:
            stranger.watch.allow("status of 403")
            stranger.goto("/")
            stranger.locator("input[type=email]").fill(manager)
            stranger.locator("input[type=password]").fill(PASSWORD)
            stranger.locator("form .button.is-primary").click()
            stranger.locator(".form-failure", has_text="Deine Firma ist auf diesem Server gesperrt").wait_for()

        with visit(server) as leaving:
            leaving.watch.allow("status of 403")
            page.get_by_role("button", name="Firma freigeben").click()
            page.get_by_role("button", name="Firma sperren").wait_for()
            sign_in(leaving, manager, PASSWORD)
            page.get_by_role("button", name="Firma sperren").click()
            page.get_by_role("button", name="Firma freigeben").wait_for()
            leaving.goto("/people")
            leaving.get_by_role("button", name="Abmelden").click()
            leaving.locator("input[type=password]").wait_for()

        page.get_by_role("button", name="Firma freigeben").click()
        page.get_by_role("button", name="Firma sperren").wait_for()
        inside.reload()
        inside.get_by_role("heading", level=1, name="Baustellen").wait_for()

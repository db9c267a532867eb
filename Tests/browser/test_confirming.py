"""A phone that lies around does nothing sensitive: the password is asked for, and what was begun goes on."""

import json
import uuid

import pytest

from conftest import sign_in
from polier import ADMIN, Client
from test_manager import PASSWORD

BUSY = {"code": "busy", "params": {}, "detail": "The server is busy.", "fields": [], "requestId": "a-1"}

WORDS = {
    "de": {"title": "Bist du es?", "wrong": "Das Passwort stimmt nicht.", "ended": "ist abgemeldet",
           "data": "Daten herunterladen", "last": "zuletzt benutzt"},
    "en": {"title": "Is it you?", "wrong": "The password is wrong.", "ended": "is signed out",
           "data": "Download data", "last": "last used"},
}


def give(page, title, password):
    """By keys alone: the field has the focus when the dialog opens."""
    dialog = page.get_by_role("dialog", name=title)
    dialog.wait_for()
    field = dialog.locator("[name=password]")
    assert field.evaluate("(field) => field === document.activeElement")
    field.fill("")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    return dialog


@pytest.mark.parametrize("locale, language, size", [("de-DE", "de", "phone"), ("en-GB", "en", "desktop")])
def test_the_profile_asks_before_a_session_ends_and_data_leave(server, visit, locale, language, size):
    words = WORDS[language]
    email = server.managers[0]
    manager = Client(server, email)
    manager.send("PUT", "/users/me", {"language": language})
    try:
        with visit(server, size, language=locale, service_workers="block") as page:
            page.watch.allow(r"status of 403", r"status of 400")
            sign_in(page, email, server.password)
            page.goto("/profile")
            other = page.locator("li.row", has_text=words["last"]).locator("button").first
            other.wait_for()
            server.forget_confirmations()
            other.click()
            dialog = give(page, words["title"], "falsch geraten")
            dialog.get_by_text(words["wrong"]).wait_for()
            # Who changes their mind has ended nothing, and hears of no failure.
            page.keyboard.press("Escape")
            page.locator("dialog .button.is-danger").click()
            dialog.wait_for(state="hidden")
            assert page.locator(".toast").count() == 0
            assert manager.get("/users/me")["email"] == email
            other.click()
            give(page, words["title"], server.password).wait_for(state="hidden")
            page.get_by_text(words["ended"]).first.wait_for()

            server.forget_confirmations()
            with page.expect_download() as download:
                page.get_by_role("link", name=words["data"]).click()
                give(page, words["title"], server.password)
            assert json.loads(open(download.value.path()).read())["user"]["email"] == email
            # For ten minutes no one is asked again.
            with page.expect_download():
                page.get_by_role("link", name=words["data"]).click()
    finally:
        Client(server, email).send("PUT", "/users/me", {"language": "de"})


def test_an_operator_gives_the_password_to_copy_and_to_erase(server, visit):
    stranger = f"chef-{uuid.uuid4().hex[:8]}@wegda.example"
    company = f"Wegda {uuid.uuid4().hex[:6]}"
    anyone = Client(server, server.managers[0])
    user = anyone.send("POST", "/auth/register", {
        "email": stranger, "password": PASSWORD, "firstName": "Ada", "lastName": "Kern", "companyName": company,
        "address": {"street": "Werkstraße", "streetNumber": "1a", "postalCode": "50667", "city": "Köln", "country": "DE"},
    })["user"]
    with visit(server, service_workers="block") as page:
        page.watch.allow(r"status of 403")
        sign_in(page, *ADMIN)
        page.goto(f"/companies/{user['companyId']}/company")
        page.get_by_role("heading", level=1, name=company).wait_for()
        server.forget_confirmations()
        with page.expect_download() as download:
            page.locator("a[href$='/export']").click()
            give(page, WORDS["de"]["title"], ADMIN[1])
        assert json.loads(open(download.value.path()).readline())["name"] == company

        # What goes wrong is said on the page.
        page.watch.allow("429")
        page.route("**/export", lambda route: route.fulfill(
            status=429, headers={"Content-Type": "application/problem+json", "Retry-After": "3"}, body=json.dumps(BUSY)))
        page.locator("a[href$='/export']").click()
        page.locator(".toast.is-problem").wait_for()
        page.unroute("**/export")
        page.context.set_offline(True)
        page.locator("a[href$='/export']").click()
        page.locator(".toast.is-problem", has_text="Empfang").wait_for()
        page.context.set_offline(False)
        assert page.url.endswith("/company")

        server.forget_confirmations()
        page.get_by_role("button", name="Firma löschen").first.click()
        page.locator("dialog [name=name]").fill(company)
        page.locator("dialog .is-danger").click()
        give(page, WORDS["de"]["title"], ADMIN[1])
        page.wait_for_url("**/companies")
    assert all(one["name"] != company for one in Client(server, *ADMIN).get("/companies"))

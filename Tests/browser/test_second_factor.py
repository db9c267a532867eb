"""A second factor: added on a phone, asked for at the next sign-in, lost, and demanded of managers."""

import base64
import hashlib
import hmac
import time
import uuid

from conftest import settle, sign_in
from polier import ADMIN, Client, Server
from test_manager import PASSWORD, send

STEP = 30


def code(secret, steps=0):
    counter = int(time.time()) // STEP + steps
    digest = hmac.new(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def register(server):
    email = f"ada-{uuid.uuid4().hex[:10]}@kern.example"
    Client(server, server.managers[0]).send("POST", "/auth/register", {
        "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Kern", "companyName": "Fliesen Kern",
        "address": {"street": "Werkstraße", "streetNumber": "1a", "postalCode": "50667", "city": "Köln", "country": "DE"},
    })
    return email


def add(page):
    """Adds an authenticator app; returns its secret and the recovery codes."""
    page.get_by_role("button", name="Authenticator-App hinzufügen").click()
    dialog = page.get_by_role("dialog", name="Authenticator-App hinzufügen")
    dialog.locator("svg.qr-code").wait_for()
    secret = dialog.locator(".card-code b").inner_text().replace(" ", "")
    field = dialog.locator("[name=code]")
    assert field.get_attribute("autocomplete") == "one-time-code" and field.get_attribute("inputmode") == "numeric"
    field.fill(code(secret))
    dialog.locator("form .button.is-primary").click()
    codes = page.get_by_role("dialog", name="Notfallcodes")
    codes.wait_for()
    recovery = codes.locator(".recovery-codes b").all_inner_texts()
    assert len(set(recovery)) == 10
    codes.get_by_role("button", name="Ich habe sie").click()
    return secret, recovery


def give_password(page, email):
    page.goto("/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    send(page)
    page.locator("[name=code]").wait_for()


def sign_out(page):
    page.goto("/profile")
    page.get_by_role("button", name="Abmelden").last.click()
    page.locator("input[type=email]").wait_for()


def test_a_factor_is_added_asked_for_and_lost(server, visit):
    email = register(server)
    with visit(server, "phone", service_workers="block") as page:
        page.watch.allow(r"status of 401", r"status of 404")
        sign_in(page, email, PASSWORD)
        page.goto("/profile")
        page.get_by_role("link", name="Zweiter Faktor").click()
        page.get_by_role("heading", level=1, name="Zweiter Faktor").wait_for()
        secret, recovery = add(page)
        page.get_by_text("Noch 10 Codes sind unbenutzt.").wait_for()

        sign_out(page)
        give_password(page, email)
        page.locator("[name=code]").fill("000000")
        send(page)
        page.locator("[name=code][aria-invalid=true]").wait_for()
        # The step that activated it is spent, and the next one counts already.
        page.locator("[name=code]").fill(code(secret, 1))
        send(page)
        page.get_by_role("heading", level=1, name="Ada").wait_for()

        sign_out(page)
        give_password(page, email)
        page.get_by_role("button", name="Notfallcode verwenden").click()
        page.locator("[name=code]").fill(recovery[0].lower().replace("-", " "))
        send(page)
        page.get_by_role("heading", level=1, name="Ada").wait_for()
        page.goto("/second-factor")
        page.get_by_text("Noch 9 Codes sind unbenutzt.").wait_for()
        page.get_by_role("button", name="Entfernen").click()
        page.locator("dialog .is-danger").click()
        page.get_by_text("Notfallcodes", exact=True).wait_for(state="detached")
        settle(page)
    assert Client(server, email, PASSWORD).get("/users/me/factors") == []


def test_a_manager_who_must_have_one_is_led_there(server, visit):
    email = register(server)
    manager = Client(server, email, PASSWORD)
    manager.send("PATCH", manager.company, {"secondFactorFor": "MANAGERS"})
    with visit(server, "desktop", service_workers="block") as page:
        page.watch.allow(r"status of 403")
        page.goto("/")
        page.locator("input[type=email]").fill(email)
        page.locator("input[type=password]").fill(PASSWORD)
        send(page)
        page.get_by_text("ein zweiter Faktor Pflicht").wait_for()
        page.goto("/people")
        page.get_by_text("ein zweiter Faktor Pflicht").wait_for()
        add(page)
        page.get_by_role("heading", level=1, name="Ada").wait_for()
        page.goto("/people")
        page.get_by_role("link", name="Ada Kern").wait_for()


def test_an_operator_of_a_public_server_is_led_there_too(visit):
    own = Server("SQLite")
    try:
        own.stop()
        own.environment["POLIER_OPERATOR_SECOND_FACTOR"] = "required"
        own.start()
        with visit(own, "desktop", service_workers="block") as page:
            page.watch.allow(r"status of 403")
            page.goto("/")
            page.locator("input[type=email]").fill(ADMIN[0])
            page.locator("input[type=password]").fill(ADMIN[1])
            send(page)
            page.get_by_text("ein zweiter Faktor Pflicht").wait_for()
            page.goto("/server")
            page.get_by_text("ein zweiter Faktor Pflicht").wait_for()
            add(page)
            page.wait_for_url("**/companies")
            page.get_by_role("heading", level=1, name="Firmen").wait_for()
            settle(page)
    finally:
        own.remove()

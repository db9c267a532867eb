"""Passkeys, with Chromium's own authenticator: added, used to sign in without a password and after it, to confirm, and removed."""

from contextlib import contextmanager

import pytest
from conftest import settle, sign_in
from polier import Client, Server
from test_manager import PASSWORD, send
from test_second_factor import code, register, sign_out


@pytest.fixture(scope="module")
def named():
    """A server that people reach by a name: an address of numbers has no passkeys."""
    own = Server("SQLite")
    try:
        own.stop()
        own.url = own.environment["POLIER_PUBLIC_URL"] = own.url.replace("127.0.0.1", "localhost")
        own.start()
        yield own
    finally:
        own.remove()


@contextmanager
def authenticator(page):
    """A phone with a finger's sensor, as Chromium plays it. Yields what makes the person there, or not there."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }
    found = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    yield lambda verified: devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": found, "isUserVerified": verified})
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": found})


def add_passkey(page):
    page.goto("/second-factor")
    page.get_by_role("button", name="Passkey hinzufügen").click()
    codes = page.get_by_role("dialog", name="Notfallcodes")
    codes.get_by_role("button", name="Ich habe sie").click()
    page.get_by_text("Noch 10 Codes sind unbenutzt.").wait_for()


def test_a_manager_signs_in_by_passkey_and_confirms_with_it(named, visit):
    email = register(named)
    with visit(named, "phone", service_workers="block") as page:
        # Chromium would have RS256 too, for authenticators that know nothing else.
        page.watch.allow(r"status of 40[013]", r"pubKeyCredParams")
        with authenticator(page) as verify:
            sign_in(page, email, PASSWORD)
            add_passkey(page)
            assert page.locator("li.row", has_text="Passkey").count() == 1

            # Without a password; and a device that doesn't know the person says one sentence.
            sign_out(page)
            verify(False)
            page.get_by_role("button", name="Mit Passkey anmelden").click()
            page.locator(".toast", has_text="Der Passkey wurde nicht verwendet").wait_for()
            page.get_by_role("button", name="Mit Passkey anmelden").click()
            page.wait_for_timeout(1000)
            assert page.locator(".toast.is-problem").count() == 1
            verify(True)

            # A password was set since: the page says so, and goes on in its field.
            page.route("**/auth/passkey", lambda route: route.fulfill(
                status=401, content_type="application/problem+json", body='{"code": "passkey-needs-password", "params": {}}'))
            page.get_by_role("button", name="Mit Passkey anmelden").click()
            page.locator(".toast", has_text="mit dem Passwort und diesem Passkey").wait_for()
            assert page.locator(".toast").count() == 1
            assert page.locator("form [name=password]").evaluate("(field) => field === document.activeElement")
            page.unroute("**/auth/passkey")
            page.get_by_role("button", name="Mit Passkey anmelden").click()
            page.get_by_role("heading", level=1, name="Ada").wait_for()
            assert page.locator(".toast").count() == 0

            # After the password.
            sign_out(page)
            page.goto("/")
            page.locator("input[type=email]").fill(email)
            page.locator("input[type=password]").fill(PASSWORD)
            send(page)
            page.get_by_role("button", name="Passkey verwenden").click()
            page.get_by_role("heading", level=1, name="Ada").wait_for()

            # What changes factors wants one, however often the password is given.
            page.goto("/second-factor")
            renew = page.get_by_role("button", name="Neue Codes machen")
            renew.wait_for()
            named.forget_confirmations()
            renew.click()
            page.locator("dialog").get_by_role("button", name="Neue Codes machen").click()
            dialog = page.get_by_role("dialog", name="Bist du es?")
            dialog.get_by_text("Das Passwort reicht nicht").wait_for()
            assert dialog.locator("[name=password]").count() == 0
            # Its failure stands in the dialog, which covers notes.
            verify(False)
            dialog.get_by_role("button", name="Passkey verwenden").click()
            dialog.locator(".form-failure", has_text="Der Passkey wurde nicht verwendet").wait_for()
            verify(True)
            dialog.get_by_role("button", name="Passkey verwenden").click()
            codes = page.get_by_role("dialog", name="Notfallcodes")
            codes.wait_for()
            recovery = codes.locator(".recovery-codes b").all_inner_texts()
            codes.get_by_role("button", name="Ich habe sie").click()

            named.forget_confirmations()
            page.get_by_role("button", name="Entfernen").click()
            page.locator("dialog .is-danger").click()
            dialog.get_by_role("button", name="Passkey verwenden").click()
            page.get_by_text("Notfallcodes", exact=True).wait_for(state="detached")
            settle(page)
            assert len(recovery) == 10 and Client(named, email, PASSWORD).get("/users/me/factors") == []

            # It signs no one in any more.
            sign_out(page)
            page.get_by_role("button", name="Mit Passkey anmelden").click()
            page.locator(".toast", has_text="Der Passkey wurde nicht angenommen").wait_for()


def test_the_dialog_takes_a_code_and_a_recovery_code(named, visit):
    email = register(named)
    manager = Client(named, email, PASSWORD)
    with visit(named, "desktop", service_workers="block") as page:
        page.watch.allow(r"status of 40[013]")
        sign_in(page, email, PASSWORD)
        page.goto("/second-factor")
        page.get_by_role("button", name="Authenticator-App hinzufügen").click()
        adding = page.get_by_role("dialog", name="Authenticator-App hinzufügen")
        secret = adding.locator(".card-code b").inner_text().replace(" ", "")
        adding.locator("[name=code]").fill(code(secret))
        adding.locator("form .button.is-primary").click()
        page.locator(".recovery-codes b").first.wait_for()
        recovery = page.locator(".recovery-codes b").all_inner_texts()
        page.get_by_role("button", name="Ich habe sie").click()
        settle(page)

        # A sensitive act takes the code in place of the password.
        page.goto("/profile")
        named.forget_confirmations()
        dialog = page.get_by_role("dialog", name="Bist du es?")
        with page.expect_download():
            page.get_by_role("link", name="Daten herunterladen").or_(
                page.get_by_role("button", name="Daten herunterladen")).first.click()
            dialog.get_by_role("button", name="Code der App verwenden").click()
            dialog.locator("[name=code]").fill("000000")
            dialog.locator("form .button.is-primary").click()
            dialog.locator("[name=code][aria-invalid=true]").wait_for()
            dialog.locator("[name=code]").fill(code(secret, 1))
            dialog.locator("form .button.is-primary").click()

        page.goto("/second-factor")
        remove = page.get_by_role("button", name="Entfernen")
        remove.wait_for()
        named.forget_confirmations()
        remove.click()
        page.locator("dialog .is-danger").click()
        dialog.get_by_role("button", name="Notfallcode verwenden").click()
        dialog.locator("[name=code]").fill(recovery[0])
        dialog.locator("form .button.is-primary").click()
        page.get_by_text("Notfallcodes", exact=True).wait_for(state="detached")
        settle(page)
    assert Client(named, email, PASSWORD).get("/users/me/factors") == [] and manager


def test_an_ended_session_goes_on_by_passkey_for_the_same_person_only(named, visit):
    first, second = register(named), register(named)
    with visit(named, "phone", service_workers="block") as page:
        page.watch.allow(r"status of 40[013]", r"pubKeyCredParams")
        with authenticator(page):
            sign_in(page, first, PASSWORD)
            add_passkey(page)
            named.change("DELETE FROM sessions")
            page.goto("/hours")
            dialog = page.get_by_role("dialog", name="Melde dich wieder an")
            dialog.get_by_role("button", name="Mit Passkey anmelden").click()
            dialog.wait_for(state="hidden")
            settle(page)

        sign_out(page)
        with authenticator(page):
            sign_in(page, second, PASSWORD)
            add_passkey(page)
            sign_out(page)
            # The device has the passkey of the second person alone.
            give_first(named, page, first)
            named.change("DELETE FROM sessions")
            page.goto("/hours")
            dialog.get_by_role("button", name="Mit Passkey anmelden").click()
            dialog.get_by_text("Dieser Passkey gehört jemand anderem").wait_for()
            assert page.evaluate("fetch('/api/v1/users/me').then(({ status }) => status)") == 401
            assert page.evaluate("localStorage.getItem('polier.left')") is None


def give_first(server, page, email):
    """Signs the person in without the passkey, which another device has."""
    owner = "(SELECT id FROM users WHERE email = '" + email + "')"
    server.change(f"DELETE FROM factors WHERE user_id = {owner}")
    sign_in(page, email, PASSWORD)


def test_where_there_are_none_they_are_not_offered(one_server, named, visit):
    with visit(one_server, "phone", service_workers="block") as page:
        page.goto("/")
        page.get_by_role("link", name="Mit Karte anmelden").wait_for()
        assert page.get_by_role("button", name="Mit Passkey anmelden").count() == 0
    with visit(named, "phone", service_workers="block") as page:
        page.add_init_script("delete window.PublicKeyCredential")
        page.goto("/")
        page.get_by_role("link", name="Mit Karte anmelden").wait_for()
        assert page.get_by_role("button", name="Mit Passkey anmelden").count() == 0

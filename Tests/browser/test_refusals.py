"""Refusals in the reader's words: by their codes, at their fields, and also those that an earlier app kept."""

import os
import re
import uuid

import pytest

from conftest import settle, sign_in
from polier import Client
from test_manager import PASSWORD, fill, send

LANGUAGES = [("de-DE", "de"), ("en-GB", "en")]


@pytest.fixture
def manager(one_server):
    yield Client(one_server, one_server.managers[0])
    Client(one_server, one_server.managers[0]).send("PUT", "/users/me", {"language": "de"})


@pytest.mark.parametrize("locale, language", LANGUAGES)
def test_the_register_form_says_what_is_wrong(one_server, visit, locale, language):
    with visit(one_server, language=locale, service_workers="block") as page:
        page.watch.allow(r"status of 400")
        page.goto("/register")
        fill(page, {
            "companyName": "Beispiel", "address.street": "Werkstraße", "address.streetNumber": "1a",
            "address.postalCode": "50667", "address.city": "Köln", "firstName": "Ada", "lastName": "Kern",
            "email": "müller@x.example", "password": PASSWORD,
        })
        send(page)
        page.locator("[name=email][aria-invalid=true]").wait_for()
        assert page.locator(".field.has-error .error").inner_text().strip() == {
            "de": "Vor dem @ gehen keine Umlaute oder Akzente. Viele Mailserver nehmen sie nicht an.",
            "en": "No accents or umlauts before the @. Many mail servers refuse them.",
        }[language]


@pytest.mark.parametrize("locale, language", LANGUAGES)
def test_what_is_not_there_is_said_with_its_amount(one_server, visit, manager, locale, language):
    manager.send("PUT", "/users/me", {"language": language})
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    path = f"{manager.company}/sites/{site['id']}/materials"
    name = f"Silikon {uuid.uuid4().hex[:6]}"
    material = manager.send("POST", path, {"name": name, "unit": "Kartusche", "amount": 2, "threshold": 0})
    with visit(one_server, language=locale, service_workers="block") as page:
        page.watch.allow(r"status of 40[49]")
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/sites/{site['id']}")
        stepper = page.get_by_role("group", name=name)
        stepper.wait_for()
        for delta, words in [
                (-0.5, {"de": f"Nur noch 0,5 Kartusche {name} da.", "en": f"Only 0.5 Kartusche of {name} left."}),
                (None, {"de": "Dieses Material gibt es nicht mehr.", "en": "This material no longer exists."})]:
            page.route("**/sites/*", lambda route: route.abort())
            page.watch.allow(r"ERR_FAILED")
            if delta:
                manager.send("POST", f"{path}/{material['id']}/adjust-quantity", {"delta": delta - 1})
            else:
                manager.send("DELETE", f"{path}/{material['id']}")
            stepper.get_by_role("button").first.click()
            page.locator(".toast.is-problem").get_by_text(words[language]).wait_for()


@pytest.mark.parametrize("locale, language", LANGUAGES)
def test_who_is_there_already_is_told_since_when(one_server, visit, manager, locale, language):
    """They come on one phone, and again on another that hasn't heard of it."""
    manager.send("PUT", "/users/me", {"language": language})
    site = next(one for one in manager.get(manager.company + "/sites") if one["status"] == "ACTIVE")
    place = f"{manager.company}/sites/{site['id']}"
    with visit(one_server, language=locale, service_workers="block") as page:
        page.watch.allow(r"status of 409", r"ERR_FAILED")
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/sites/{site['id']}/hours")
        come = page.locator(".clock .button.is-big")
        come.wait_for()
        settle(page)
        manager.send("POST", place + "/check-in")
        try:
            come.click()
            note = page.locator(".toast.is-problem")
            note.wait_for()
            assert re.search({
                "de": r"^Du bist schon seit heute um \d\d:\d\d eingestempelt\. Stempel zuerst aus\.",
                "en": r"^You have been clocked in since today at \d\d:\d\d\. Clock out first\.",
            }[language], note.inner_text().strip())
        finally:
            manager.send("POST", place + "/check-out")


OLD = """async ([user, company, site]) => {
  const database = await new Promise((done) => { const opening = indexedDB.open("polier", 1); opening.onsuccess = () => done(opening.result); });
  const rows = database.transaction("waiting", "readwrite").objectStore("waiting");
  const entry = (material, refused) => ({
    kind: "adjust", lane: `/companies/${company}/sites/${site}/materials/${material.id}`,
    path: `/companies/${company}/sites/${site}/materials/${material.id}/adjust-quantity`, user, key: crypto.randomUUID(),
    at: new Date().toISOString(), body: { delta: -1, at: new Date().toISOString() }, isTried: Boolean(refused), refused,
    about: { company, site, material: material.id, name: material.name, unit: material.unit },
  });
  const material = { id: "01936b7e-5c2a-7d41-9f3e-00000000000a", name: "Altes", unit: "Sack" };
  rows.add(entry(material, { status: 409, reason: "refused", detail: "Only 0 Sack of Altes are left.", fields: [], requestId: "a-1" }));
  rows.add(entry(material, { status: 400, reason: "refused", detail: "at must not be in the future.", requestId: "a-2",
    fields: [{ field: "at", message: "must not be in the future" }] }));
  const adding = rows.add(entry(material));
  await new Promise((done) => { adding.onsuccess = done; });
  database.close();
}"""


def test_what_an_earlier_app_kept_is_shown_and_sent(one_server, visit, manager):
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    with visit(one_server, service_workers="block") as page:
        page.watch.allow(r"status of 404")
        sign_in(page, one_server.managers[0], one_server.password)
        page.evaluate(OLD, [manager.user["id"], manager.user["companyId"], site["id"]])
        page.reload()
        # Two were refused before; the third is sent now, and refused by its code.
        page.get_by_text("3 Einträge wurden nicht angenommen").first.wait_for()
        page.locator(".status-action").click()
        reasons = page.locator(".queue-reason")
        reasons.nth(2).wait_for()
        assert reasons.all_inner_texts() == [
            "Das passt nicht zum jetzigen Stand. Lade die Seite neu und schau nach.",
            "Die Uhrzeit passt nicht: Das stimmt so nicht.",
            "Dieses Material gibt es nicht mehr.",
        ]


def test_a_server_that_takes_no_company_says_whom_to_ask(one_server, visit):
    one_server.stop()
    one_server.environment["POLIER_REGISTRATION"] = "closed"
    one_server.start()
    try:
        with visit(one_server, service_workers="block") as page:
            page.goto("/")
            page.get_by_role("button", name="Anmelden", exact=True).wait_for()
            assert page.get_by_role("link", name="Firma registrieren").count() == 0
            page.goto("/register")
            page.get_by_role("heading", level=1, name="Registrieren geht hier nicht").wait_for()
            page.get_by_text("Auf diesem Server legt Beispiel IT GmbH neue Firmen an.").wait_for()
            assert page.get_by_role("link", name="hallo@polier.example").get_attribute("href") == "mailto:hallo@polier.example"
            if "POLIER_TEST_SHOTS" in os.environ:
                page.screenshot(path=os.environ["POLIER_TEST_SHOTS"] + "/register-closed.png")
    finally:
        one_server.stop()
        del one_server.environment["POLIER_REGISTRATION"]
        one_server.start()

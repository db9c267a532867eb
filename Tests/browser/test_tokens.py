"""A program is let in: a manager makes it a token, it loads hours and can do no more, and it is shut out again."""

import json
import urllib.error
import urllib.request

import pytest

from conftest import both_databases, sign_in
from polier import Client
from test_cards import accessible
from test_confirming import give
from test_hours import done

WORDS = {
    "de": {"company": "Zugriffe für Programme", "make": "Zugriff anlegen", "none": "Kreuze mindestens eins an.", "tick": "Arbeitszeiten lesen",
           "confirm": "Bist du es?", "finish": "Fertig", "revoke": "Beenden", "unused": "noch nie benutzt", "used": "zuletzt benutzt", "copied": "Kopiert."},
    "en": {"company": "API tokens", "make": "Make a token", "none": "Tick at least one.", "tick": "Read hours",
           "confirm": "Is it you?", "finish": "Done", "revoke": "Revoke", "unused": "never used", "used": "last used", "copied": "Copied."},
}


def ask(url, token):
    """The status, and the answer, of a program with a token."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@both_databases
@pytest.mark.parametrize("locale, language, size", [("de-DE", "de", "phone"), ("en-GB", "en", "desktop")])
def test_a_program_is_let_in_and_shut_out(server, visit, locale, language, size):
    words = WORDS[language]
    email = server.managers[0]
    manager = Client(server, email)
    manager.send("PUT", "/users/me", {"language": language})
    try:
        with visit(server, size, language=locale, service_workers="block") as page:
            page.watch.allow(r"status of 403")
            sign_in(page, email, server.password)
            page.goto("/company")
            page.get_by_role("link", name=words["company"]).click()
            page.get_by_role("heading", name=words["company"]).wait_for()
            page.get_by_role("button", name=words["make"]).click()
            dialog = page.get_by_role("dialog").first
            dialog.locator("[name=name]").fill("Lohnbüro")
            dialog.get_by_role("button", name=words["make"]).click()
            dialog.get_by_text(words["none"]).wait_for()
            dialog.get_by_label(words["tick"], exact=True).check()
            accessible(page)
            server.forget_confirmations()
            dialog.get_by_role("button", name=words["make"]).click()
            give(page, words["confirm"], server.password)
            page.locator("#token-text").wait_for()
            accessible(page)
            token, address = (page.locator(f"#token-{one}").input_value() for one in ["text", "address"])
            assert token.startswith("polier_api_")
            page.get_by_role("button", name=words["finish"]).click()
            done(page)
            row = page.locator("li.row", has_text="Lohnbüro")
            row.get_by_text(words["unused"]).wait_for()
            assert words["tick"] in row.inner_text() and token not in page.content()
            accessible(page)

            assert ask(f"{address}/time-entries", token)[0] == 200
            status, refused = ask(f"{address}/sites", token)
            assert (status, refused["code"], refused["params"]) == (403, "token-scope-missing", {"scope": "readSites"})
            page.reload()
            row.get_by_text(words["used"]).wait_for()
            row.get_by_role("button").click()
            page.get_by_role("dialog").get_by_role("button", name=words["revoke"]).click()
            row.wait_for(state="detached")
            assert ask(f"{address}/time-entries", token)[1]["code"] == "token-not-valid"
    finally:
        Client(server, email).send("PUT", "/users/me", {"language": "de"})

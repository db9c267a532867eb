"""Who registers a company at a public address confirms it by the link that is mailed there."""

import json
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from polier import Server
from test_manager import PASSWORD, fill, send

MAILGUN = Path(__file__).parents[1] / "ServerTests/parts/fake_mailgun.py"


class PublicServer(Server):
    """The same at a public address, with a stand-in for Mailgun."""

    public_url = "http://polier.example"

    def start(self):
        self.heard = self.folder / "mailgun"
        self.mailgun = subprocess.Popen([sys.executable, "-B", MAILGUN, self.heard], stdout=subprocess.PIPE, text=True)
        self.environment |= {
            "POLIER_PUBLIC_URL": self.public_url, "POLIER_MAILGUN_API_KEY": "key", "POLIER_MAILGUN_DOMAIN": "mg.example.com",
            "POLIER_MAILGUN_BASE_URL": f"http://127.0.0.1:{self.mailgun.stdout.readline().strip()}",
        }
        super().start()

    def links(self, address, count):
        """As many as were mailed to someone."""
        for _ in range(100):
            lines = self.heard.read_text().splitlines() if self.heard.exists() else []
            texts = [fields["text"] for fields in (json.loads(line)["fields"] for line in lines) if fields["to"] == address]
            if len(texts) >= count:
                found = [re.search(r"http\S+/verify#token=\w+", text)[0] for text in texts]
                return [link.replace(self.public_url, self.url) for link in found]
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address}:\n{self.log()[-2000:]}")

    def pass_days(self, count):
        """As if the companies that wait for a proof had been founded so much earlier, and the links mailed."""
        shift = count * 24 * 3600 * 1000
        self.change(f"UPDATE unproven_founders SET created_at = created_at - {shift}, expires_at = expires_at - {shift}")

    def remove(self):
        super().remove()
        self.mailgun.kill()
        self.mailgun.wait()


@pytest.fixture
def public_server(request):
    server = PublicServer("SQLite")
    yield server
    server.remove()


def register(page, email):
    page.goto("/register")
    fill(page, {
        "companyName": "Dachbau Ost", "address.street": "Weg", "address.streetNumber": "1", "address.postalCode": "50667",
        "address.city": "Köln", "firstName": "Mara", "lastName": "Lenz", "email": email, "password": PASSWORD,
    })
    send(page)
    page.locator("nav").first.wait_for()


def test_a_founder_confirms_the_address(public_server, visit):
    email = f"mara-{uuid.uuid4().hex[:12]}@lenz.example"
    with visit(public_server) as page:
        page.watch.allow(r"status of 40[139]")
        register(page, email)
        strip = page.locator(".status", has_text="Bitte bestätige deine E-Mail-Adresse")
        strip.wait_for()

        # No one is invited yet.
        page.goto("/people/new")
        fill(page, {"firstName": "Kai", "lastName": "Roth", "email": "kai@roth.example"})
        send(page)
        page.locator("main").get_by_text("Das geht erst, wenn die E-Mail-Adresse der Firma bestätigt ist").wait_for()

        [first] = public_server.links(email, 1)
        strip.get_by_role("button", name="Noch einmal schicken").click()
        page.locator("#toasts").get_by_text(f"Ein neuer Link ist unterwegs an {email}").wait_for()
        second = public_server.links(email, 2)[1]

        # A tap, and not the page, spends the link.
        page.goto("/")
        page.goto(first)
        button = page.get_by_role("button", name="Adresse bestätigen")
        button.wait_for()
        assert "token" not in page.url
        button.click()
        page.get_by_role("heading", level=1, name="Der Link gilt nicht mehr").wait_for()

        public_server.pass_days(8)
        page.goto("/")
        page.goto(second)
        button.click()
        page.get_by_role("heading", level=1, name="Der Link ist abgelaufen").wait_for()
        page.get_by_role("link", name="Zur Startseite").click()
        page.locator(".status", has_text="Es lässt sich nichts mehr ändern").wait_for()
        page.locator(".status").get_by_role("button", name="Noch einmal schicken").click()
        third = public_server.links(email, 3)[2]

        page.goto(third)
        button.click()
        page.get_by_role("heading", level=1, name="Deine Adresse ist bestätigt").wait_for()
        page.get_by_role("link", name="Zur Startseite").click()
        page.locator("nav").first.wait_for()
        page.locator("main h1").wait_for()
        assert page.locator(".status").count() == 0


def test_the_strip_goes_where_the_link_was_opened_elsewhere(public_server, visit):
    email = f"mara-{uuid.uuid4().hex[:12]}@lenz.example"
    with visit(public_server, "desktop") as page:
        page.watch.allow(r"status of 409")
        register(page, email)
        page.locator(".status", has_text="Bitte bestätige").wait_for()
        [link] = public_server.links(email, 1)
        with visit(public_server) as phone:
            phone.goto(link)
            phone.get_by_role("button", name="Adresse bestätigen").click()
            phone.get_by_role("heading", level=1, name="Deine Adresse ist bestätigt").wait_for()
        page.locator(".status").get_by_role("button", name="Noch einmal schicken").click()
        page.locator("#toasts").get_by_text("Deine Adresse ist schon bestätigt").wait_for()
        page.locator(".status").wait_for(state="detached")

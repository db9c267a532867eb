"""What every browser test is given: a server, and people in front of it whose browser is watched.

Which browsers and databases a story is told on:

- In Chromium: every story. What the app does of itself is the same in each engine.
- In Firefox and WebKit too: what an engine does in its own way (dates, storage, modules that can't be fetched, dialogs, the end of a
  page), and in short what each role and a card allow. These are in test_engines.py, by the fixture `phone`.
- On SQLite: every story. The app never learns which database answers, and each request's tests run on both (Tests/ServerTests).
- On PostgreSQL too: whole days of a manager and a worker, who may do what and how it ends (owner, foreman, bookkeeper, card, lost
  phone), an act whose answer was lost, and what the server says of its database. These are marked `@both_databases`.

Tests run side by side in a few processes (scripts/check-browser), each with servers, databases and browsers of its own.
"""

import os
import re
import shutil
import time
import urllib.error
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from polier import ENGINES, Server, made_foreign, made_materials

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}


def both_databases(story):
    """For what the database has a part in: see above."""
    return pytest.mark.parametrize("server", ENGINES, indirect=True)(story)


@pytest.fixture(scope="session")
def servers():
    """Gives the server of a name, which is started when it is first asked for."""
    started = {}

    def give(name, engine):
        if name not in started:
            started[name] = Server(engine)
        return started[name]

    yield give
    for server in started.values():
        server.remove()


@pytest.fixture
def server(request, servers):
    engine = getattr(request, "param", "SQLite")
    return servers(engine, engine)


@pytest.fixture(scope="session")
def one_server(servers):
    """Another one on SQLite, for stories that don't mind what others left there."""
    return servers("shared", "SQLite")


@pytest.fixture(autouse=True)
def tidy():
    """No test leaves to the next what it has added to a site, which with much material shows it otherwise, nor its language."""
    made_materials.clear()
    made_foreign.clear()
    yield
    for client, path in made_materials:
        undo(client, "DELETE", path)
    for client in made_foreign:
        undo(client, "PUT", "/users/me", {"language": "de"})


def undo(client, *request):
    """What is gone by now needs none."""
    try:
        client.send(*request)
    except urllib.error.URLError:
        pass


@pytest.fixture(scope="session")
def chromium():
    """Without the parts of it that draw windows, which cost a tenth of the time, where there is such a one."""
    names = ["chromium-headless-shell", "chromium", "chromium-browser"]
    path = os.environ.get("POLIER_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert path, "there is no chromium: scripts/install-packages test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watch:
    """Remembers what no page may do: errors in the console, requests to elsewhere."""

    def __init__(self, page, url):
        self.faults = []
        # Where a test wants no service worker there is none.
        self.allowed = ["Service Worker registration blocked by Playwright"]
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request, url))
        self.asked = 0
        self.unanswered = set()
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda request: self.unanswered.discard(request))

    def _hear(self, message):
        if message.type not in ("error", "warning"):
            return
        text = f"{message.type}: {message.text} ({message.location.get('url', '')})"
        if not any(re.search(pattern, text) for pattern in self.allowed):
            self.faults.append(text)

    def _asked(self, request, url):
        self.asked += 1
        self.unanswered.add(request)
        if urlsplit(request.url).scheme not in ("data", "blob", "about") and not request.url.startswith(url):
            self.faults.append(f"request to elsewhere: {request.url}")

    def allow(self, *patterns):
        """What the browser itself says of a refusal or a lost signal, where the story has one."""
        self.allowed += patterns


@pytest.fixture
def visit(chromium):
    """Opens a browser of someone's own: `with visit(server, "phone") as page`."""

    @contextmanager
    def open(server, size="phone", language="de-DE", scheme="light", **more):
        context = chromium.new_context(
            viewport=SIZES[size], locale=language, color_scheme=scheme, timezone_id="Europe/Berlin",
            base_url=server.url, has_touch=size == "phone", is_mobile=size == "phone", **more)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.watch = Watch(page, server.url)
        try:
            yield page
            assert not page.watch.faults, "\n".join(page.watch.faults)
        except Exception:
            tell(page)
            raise
        finally:
            context.close()

    return open


# Long enough for a page that asks for more because of an answer; a browser that is short of time has no idle moment.
PAUSE = """() => new Promise((done) => {
  setTimeout(() => requestIdleCallback(() => requestAnimationFrame(() => requestAnimationFrame(() => done())), { timeout: 2000 }), 100);
})"""


def settle(page, seconds=20):
    """Until the page shows what it asked for: all is answered, and nothing more is asked."""
    watch, end = page.watch, time.monotonic() + seconds
    page.locator("body:not(.is-busy)").wait_for(state="attached")
    while True:
        asked = watch.asked
        page.evaluate(PAUSE)
        if not watch.unanswered and watch.asked == asked:
            return
        assert time.monotonic() < end, f"never answered: {[request.url for request in watch.unanswered]}"


def tell(page):
    """What was on the screen when a story ended badly, for the reader of the report."""
    try:
        print(f"{page.url} showed:\n{page.locator('body').inner_text(timeout=2000)}\n" + "\n".join(page.watch.faults))
    except Exception as error:
        print(f"nothing to be seen: {error}")


def sign_in(page, email, password):
    page.goto("/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(password)
    page.locator("form .button.is-primary").click()
    page.locator("nav").first.wait_for()

"""What every browser test is given: a server on each engine, and people in front of it whose browser is watched."""

import os
import re
import shutil
import urllib.error
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from polier import ENGINES, Server, made_foreign, made_materials

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}


@pytest.fixture(scope="session", params=ENGINES)
def server(request):
    server = Server(request.param)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def one_server():
    """For what the engine makes no difference to."""
    server = Server("SQLite")
    yield server
    server.remove()


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
    path = os.environ.get("POLIER_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
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
        page.on("request", lambda request: self._asked(request.url, url))

    def _hear(self, message):
        if message.type not in ("error", "warning"):
            return
        text = f"{message.type}: {message.text} ({message.location.get('url', '')})"
        if not any(re.search(pattern, text) for pattern in self.allowed):
            self.faults.append(text)

    def _asked(self, asked, url):
        if urlsplit(asked).scheme not in ("data", "blob", "about") and not asked.startswith(url):
            self.faults.append(f"request to elsewhere: {asked}")

    def allow(self, *patterns):
        """What the browser itself says of a refusal or a lost signal, where the story has one."""
        self.allowed += patterns


@pytest.fixture
def visit(chromium):
    """Opens a browser of somebody's own: `with visit(server, "phone") as page`."""

    @contextmanager
    def open(server, size="phone", language="de-DE", scheme="light", **more):
        context = chromium.new_context(
            viewport=SIZES[size], locale=language, color_scheme=scheme, timezone_id="Europe/Berlin",
            base_url=server.url, has_touch=size == "phone", is_mobile=size == "phone", **more)
        context.set_default_timeout(15_000)
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


def tell(page):
    """What was on the screen when a story ended badly, for whoever reads of it."""
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

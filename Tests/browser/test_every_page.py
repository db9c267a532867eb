"""Every page, in both languages, colours and sizes: nothing in the console, nothing from elsewhere, and nothing that keeps
somebody out (axe-core, WCAG 2.2 AA). With POLIER_SCREENSHOTS=FOLDER each is photographed there."""

import os
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

from conftest import sign_in
from polier import ADMIN, Client

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}

OPEN = ["/", "/register", "/forgot-password", "/set-password?token=" + "0" * 64, "/imprint", "/privacy"]
IN_COMPANY = [
    "/sites", "/sites/new", "/sites/{site}", "/sites/{site}/team", "/sites/{site}/hours", "/sites/{site}/history",
    "/sites/{site}/edit", "/people", "/people/new", "/people/{worker}", "/hours", "/company", "/company/mails",
    "/company/history",
]
MANAGER = ["/", *IN_COMPANY, "/profile", "/nothing-here"]
WORKER = ["/", "/sites", "/sites/{site}", "/sites/{site}/team", "/sites/{site}/hours", "/hours", "/profile"]
OPERATOR = ["/", "/companies", "/companies/{company}", *("/companies/{company}" + path for path in IN_COMPANY), "/profile"]


@pytest.fixture(scope="module")
def places(one_server):
    """What the braces stand for: a site with people and material, and somebody who works there."""
    manager = Client(one_server, one_server.managers[0])
    sites = manager.get(manager.company + "/sites")
    worker = Client(one_server, one_server.workers[0])
    site = next(one for one in worker.get(worker.company + "/sites") if one["material"])
    assert any(one["id"] == site["id"] for one in sites)
    return {"site": site["id"], "worker": worker.user["id"], "company": manager.user["companyId"]}


def speak(server, email, password, language):
    """The person's own setting counts before the browser's, and stays with them from one test to the next."""
    Client(server, email, password).send("PUT", "/users/me", {"language": language})


@pytest.fixture
def german_manager(one_server):
    """German has the longer words."""
    who = (one_server.managers[0], one_server.password)
    speak(one_server, *who, "de")
    return who


def look(page, paths, places, name):
    # What a page says of a link that is no longer good, or of what isn't there, the browser says too.
    page.watch.allow(r"status of 40[014]")
    findings = []
    for path in paths:
        page.goto(path.format(**places))
        page.locator("h1").first.wait_for()
        page.wait_for_load_state("networkidle")
        photograph(page, name, path)
        result = Axe().run(page, options=RULES)
        for violation in result["violations"]:
            nodes = [node["html"][:200] for node in violation["nodes"]]
            findings.append(f"{path}: {violation['id']}: {violation['help']}: {nodes}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            findings.append(f"{path}: is {wide} px wider than the window")
        words = page.evaluate("document.body.innerText")
        if "undefined" in words or "[object" in words or "NaN" in words:
            findings.append(f"{path}: shows a value that isn't there")
    assert not findings, "\n".join(findings)


def photograph(page, name, path):
    folder = os.environ.get("POLIER_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        file = path.split("?")[0].strip("/").replace("/", "-").replace("{", "").replace("}", "") or "start"
        page.screenshot(path=f"{folder}/{name}-{file}.png", full_page=True)


VIEWS = [
    ("phone", "de-DE", "light"), ("phone", "en-GB", "dark"), ("desktop", "de-DE", "dark"), ("desktop", "en-GB", "light"),
]


@pytest.mark.parametrize("size, language, scheme", VIEWS)
def test_strangers(one_server, visit, places, size, language, scheme):
    with visit(one_server, size, language, scheme) as page:
        look(page, OPEN, places, f"{size}-{language[:2]}-{scheme}-door")
        assert page.locator("html").get_attribute("lang") == language[:2]


@pytest.mark.parametrize("size, language, scheme", VIEWS)
@pytest.mark.parametrize("who, paths", [("manager", MANAGER), ("worker", WORKER), ("operator", OPERATOR)])
def test_people(one_server, visit, places, size, language, scheme, who, paths):
    email, password = {
        "manager": (one_server.managers[0], one_server.password), "worker": (one_server.workers[0], one_server.password),
        "operator": ADMIN,
    }[who]
    speak(one_server, email, password, language[:2])
    with visit(one_server, size, language, scheme) as page:
        sign_in(page, email, password)
        look(page, paths, places, f"{size}-{language[:2]}-{scheme}-{who}")
        assert page.locator("html").get_attribute("lang") == language[:2]


def test_on_the_smallest_phone_nothing_is_cut_off(one_server, visit, german_manager, places):
    with visit(one_server, "phone") as page:
        page.set_viewport_size({"width": 320, "height": 568})
        sign_in(page, *german_manager)
        look(page, MANAGER, places, "320")


def test_with_large_text_nothing_is_cut_off(one_server, visit, german_manager, places):
    """Twice the size, as many set their phones: nothing stands beside the screen."""
    with visit(one_server, "phone") as page:
        page.add_init_script("addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })")
        sign_in(page, *german_manager)
        look(page, MANAGER, places, "200-percent")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_navigation_has_words(one_server, visit, german_manager, size):
    with visit(one_server, size) as page:
        sign_in(page, *german_manager)
        assert page.locator(".nav a", has_text="Stunden").locator("span").last.bounding_box()["width"] > 20

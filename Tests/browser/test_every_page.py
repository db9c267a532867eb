"""Every page, in both languages, colours and sizes: nothing in the console, nothing from elsewhere, and nothing that keeps
someone out (axe-core, WCAG 2.2 AA). With POLIER_SCREENSHOTS=FOLDER each is photographed there."""

import datetime
import os
import uuid
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

from conftest import settle, sign_in
from polier import ADMIN, Client
from test_manager import PASSWORD

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}

OPEN = ["/", "/register", "/forgot-password", "/set-password#token=" + "0" * 64, "/confirm-email#token=" + "0" * 64,
        "/card", "/restore-email", "/verify#token=" + "0" * 64, "/imprint", "/privacy"]
IN_COMPANY = [
    "/sites", "/sites/new", "/sites/{site}", "/sites/{site}/team", "/sites/{site}/hours", "/sites/{site}/history",
    "/sites/{site}/costs", "/sites/{site}/edit", "/sites/{depot}", "/sites/{depot}/edit", "/people", "/people/new", "/people/cards",
    "/people/{worker}", "/people/{carded}", "/hours", "/hours/record", "/hours/statement", "/wages", "/clarifications", "/absences", "/company", "/company/mails", "/company/history", "/archive", "/sites/{gone}",
    "/sites/{gone}/history", "/people?former",
]
MANAGER = ["/", *IN_COMPANY, "/company/tokens", "/profile", "/nothing-here"]
WORKER = ["/", "/sites", "/sites/{depot}", "/sites/{site}", "/sites/{site}/team", "/sites/{site}/hours", "/hours", "/hours/record", "/hours/statement", "/clarifications", "/absences", "/profile"]
OPERATOR = ["/", "/companies", "/server", "/companies/{company}", *("/companies/{company}" + path for path in IN_COMPANY), "/profile"]


@pytest.fixture(scope="module")
def places(one_server):
    """What the braces stand for: a site with people and material, and someone who works there. Everyone is on every site, one has only
    been invited, and the workers are on site, so that nothing that pages may show is missing by chance."""
    manager = Client(one_server, one_server.managers[0])
    manager.send("POST", manager.company + "/users", {
        "email": f"{uuid.uuid4().hex}@fliesen-brandt.example", "firstName": "Mara", "lastName": "Neu", "role": "WORKER"})
    carded = manager.send("POST", manager.company + "/users", {
        "firstName": "Ali", "lastName": "Ohne", "role": "WORKER", "phone": "+49 171 2345678", "personnelNumber": uuid.uuid4().hex[:12]})
    users = [user["id"] for user in manager.get(manager.company + "/users")]
    foremen = [user["id"] for user in manager.get(manager.company + "/users") if user["email"] == one_server.workers[0]]
    for site in manager.get(manager.company + "/sites"):
        manager.send("PATCH", f"{manager.company}/sites/{site['id']}", {"users": users, "foremen": foremen})
    sites = manager.get(manager.company + "/sites")
    for email in one_server.workers:
        check_in_somewhere(Client(one_server, email))
    worker = Client(one_server, one_server.workers[0])
    site = next(one for one in worker.get(worker.company + "/sites?status=ACTIVE") if one["material"])
    assert any(one["id"] == site["id"] for one in sites)
    # What comes so late waits for a decision.
    long_ago = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=40)).strftime("%Y-%m-%dT07:00:00Z")
    for act in ("check-in", "check-out"):
        worker.send("POST", f"{worker.company}/sites/{site['id']}/{act}", {"at": long_ago})
    day = datetime.date.today()
    # Another module's places may have been on this server.
    there = {one["kind"] for one in worker.get(f"{worker.company}/absences?from={day}")}
    for kind, days in [("SICK", 1), ("VACATION", 20)]:
        if kind in there:
            continue
        worker.send("POST", f"{worker.company}/absences", {"kind": kind, "from": str(day + datetime.timedelta(days=days))})
    return {
        "site": site["id"], "worker": worker.user["id"], "carded": carded["id"], "company": manager.user["companyId"],
        "gone": removed_site(manager, "Altes Rathaus"), "depot": depot_of(manager)}


def removed_site(manager, name):
    """One that is in the archive, with some material."""
    site = manager.send("POST", manager.company + "/sites", {"name": name})["id"]
    manager.send("POST", f"{manager.company}/sites/{site}/materials", {"name": name, "unit": "Sack", "amount": 4, "threshold": 6})
    manager.send("DELETE", f"{manager.company}/sites/{site}")
    return site


def depot_of(manager):
    return manager.get(manager.company + "/sites?kind=DEPOT")[0]["id"]


def check_in_somewhere(worker):
    """Unless they are on site already."""
    if any(entry["userId"] == worker.user["id"] for entry in worker.get(worker.company + "/overview")["present"]):
        return
    site = next(site for site in worker.get(worker.company + "/sites") if site["status"] == "ACTIVE")
    worker.send("POST", f"{worker.company}/sites/{site['id']}/check-in")


def speak(server, email, password, language):
    """The person's own setting counts before the browser's, and stays with them from one test to the next."""
    Client(server, email, password).send("PUT", "/users/me", {"language": language})


@pytest.fixture
def german_manager(one_server):
    """German has the longer words."""
    who = (one_server.managers[0], one_server.password)
    speak(one_server, *who, "de")
    return who


@pytest.fixture(scope="module")
def long_places(one_server):
    """A company of names as long as they may be, without a blank to break them at; and some that are only long."""
    email = f"{'d' * 40}-{uuid.uuid4().hex[:12]}@{'x' * 60}.{'y' * 60}.example"
    word = "Donaudampfschifffahrtsgesellschaftskapitänswitwenversicherung"
    address = {"streetNumber": "1234567890abcdefghij", "street": word, "city": word, "postalCode": "1" * 20, "country": word[:60]}
    manager = Client.found(
        one_server, email, PASSWORD, firstName=word, lastName=word, companyName=word * 3, address=address)
    crew = []
    for number, (first, last) in enumerate([("Maximiliana-Friederike", "Freifrau von Hohenstaufen-Wittelsbach"), (word, word)]):
        crew.append(manager.send("POST", manager.company + "/users", {
            "email": f"{number}-{email[12:]}", "firstName": first, "lastName": last, "role": "WORKER"})["id"])
    crew.append(manager.send("POST", manager.company + "/users", {
        "firstName": word, "lastName": word, "role": "WORKER", "phone": "1" * 50, "personnelNumber": "W" * 20})["id"])
    sites = [
        manager.send("POST", manager.company + "/sites", {
            "name": name, "address": address, "startDate": "2026-11-23", "endDate": "2027-12-18", "notes": word * 4,
            "users": [manager.user["id"], *crew], "foremen": crew})["id"]
        for name in ["Mehrfamilienhaussanierung Nord", word * 3]]
    for name, unit, amount in [
            ("Flexkleber C2TE", "Sack", 9), (word * 3, "Quadratmeterverpackungseinheitenstapelbehälter", 123456789.125),
            ("Fugenmörtel", "m²", 1234567.5)]:
        manager.send("POST", f"{manager.company}/sites/{sites[1]}/materials", {
            "name": name, "unit": unit, "amount": amount, "threshold": 123456789.5})
    manager.send("POST", f"{manager.company}/sites/{sites[1]}/check-in")
    return {
        "site": sites[1], "worker": crew[1], "carded": crew[2], "company": manager.user["companyId"], "email": email,
        "gone": removed_site(manager, word * 3), "depot": depot_of(manager)}


# Text that is wider than where it stands, or reaches over the edge, and neither ends in "…" nor can be moved.
CUT_OFF = """() => [...document.querySelectorAll('#app *, dialog *')].filter((element) => {
  const style = getComputedStyle(element);
  const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const isMeant = style.textOverflow === 'ellipsis' || ['auto', 'scroll'].includes(style.overflowX) || element.closest('svg');
  if (!hasText || isMeant || !element.checkVisibility() || element.clientWidth <= 2 || element.closest('.tabs')) return false;
  const edge = element.closest('dialog')?.getBoundingClientRect().right ?? document.documentElement.clientWidth;
  return element.scrollWidth > element.clientWidth + 1 || element.getBoundingClientRect().right > edge + 1;
}).map((element) => element.outerHTML.slice(0, 160))"""


def look(page, paths, places, name):
    # What a page says of a link that is no longer good, or of what isn't there, the browser says too.
    page.watch.allow(r"status of 40[014]")
    findings = []
    for path in paths:
        page.goto(path.format(**places))
        page.locator("h1").first.wait_for()
        settle(page)
        photograph(page, name, path)
        findings += faults(page, path)
    assert not findings, "\n".join(findings)


def faults(page, path):
    """What is wrong with what is shown."""
    findings = []
    # What lies under a dialog can't be reached, and is dimmed.
    context = "dialog" if page.locator("dialog").count() else None
    result = Axe().run(page, context=context, options=RULES)
    for violation in result["violations"]:
        nodes = [node["html"][:200] for node in violation["nodes"]]
        findings.append(f"{path}: {violation['id']}: {violation['help']}: {nodes}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        findings.append(f"{path}: is {wide} px wider than the window")
    findings += [f"{path}: is cut off: {element}" for element in page.evaluate(CUT_OFF)]
    words = page.evaluate("document.body.innerText")
    if "undefined" in words or "[object" in words or "NaN" in words:
        findings.append(f"{path}: shows a value that isn't there")
    return findings


def photograph(page, name, path):
    folder = os.environ.get("POLIER_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        file = path.split("?")[0].split("#")[0].strip("/").replace("/", "-").replace("{", "").replace("}", "") or "start"
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


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_with_long_names_nothing_is_cut_off(one_server, visit, long_places, width):
    with visit(one_server, "phone" if width < 500 else "desktop", reduced_motion="reduce") as page:
        page.set_viewport_size({"width": width, "height": 800})
        sign_in(page, long_places["email"], PASSWORD)
        look(page, MANAGER, long_places, f"long-{width}")
        page.goto("/sites/{site}".format(**long_places))
        findings = []
        for index in range(3):
            for opener in [".material-name", ".well"]:
                page.locator(opener).nth(index).click()
                page.locator("dialog .dialog-body > *").first.wait_for()
                photograph(page, f"long-{width}", f"/dialog{opener}-{index}")
                findings += faults(page, f"{opener} {index}")
                page.keyboard.press("Escape")
                page.locator("dialog").wait_for(state="hidden")
        assert not findings, "\n".join(findings)


@pytest.mark.parametrize("size, language, scheme", VIEWS)
def test_what_opens_over_a_page(one_server, visit, places, size, language, scheme):
    """Dialogs, what a tap is answered with, and the strip that says there is no signal."""
    email = one_server.managers[0]
    speak(one_server, email, one_server.password, language[:2])
    openers = {
        "/sites/{site}": [".material-name", ".well", ".material-new", ".site-deeds button", ".site-deeds button:last-child"],
        "/sites/{site}/team": [".crew-actions .button", ".crew-actions .button:nth-child(2)", ".team + .actions .button"],
        "/sites/{site}/hours": [".time-span"],
        "/sites/{site}/edit": [".danger-zone .button"],
        "/people/{worker}": ["main .button:not(a)"],
        "/people/{carded}": [".page-actions .button:not(a)", ".card .button"],
        "/company": ["main .button:not(a)"],
        "/profile": ["main .button:not(a)"],
    }
    findings = []
    # What is still fading in has no contrast yet.
    with visit(one_server, size, language, scheme, reduced_motion="reduce") as page:
        sign_in(page, email, one_server.password)
        for path, buttons in openers.items():
            page.goto(path.format(**places))
            page.locator("h1").first.wait_for()
            settle(page)
            for button in buttons:
                page.locator(button).first.click()
                page.locator("dialog .dialog-body > *").first.wait_for()
                name = f"{path} {button}"
                photograph(page, f"{size}-{language[:2]}-{scheme}-over", f"{path}-{len(findings)}-{buttons.index(button)}")
                findings += faults(page, name)
                if page.locator("dialog .unit").count():
                    unit = page.locator("dialog .unit").first
                    assert unit.evaluate("element => element.scrollWidth <= element.clientWidth"), "a unit is cut off"
                page.keyboard.press("Escape")
                page.locator("dialog").first.wait_for(state="hidden")
        page.goto("/sites/{site}".format(**places))
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.locator(".step.is-add").first.click()
        page.locator(".toast").wait_for()
        findings += faults(page, "a toast")
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        page.wait_for_timeout(1500)
        page.context.set_offline(True)
        page.locator(".step.is-add").first.click()
        page.locator(".status .status-action").first.wait_for()
        findings += faults(page, "without a signal")
        page.locator(".status .status-action").first.click()
        page.locator("dialog .queue-row").first.wait_for()
        findings += faults(page, "what waits")
        page.context.set_offline(False)
        page.locator("dialog .queue-row").first.wait_for(state="hidden")
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_navigation_has_words(one_server, visit, german_manager, size):
    with visit(one_server, size) as page:
        sign_in(page, *german_manager)
        assert page.locator(".nav a", has_text="Stunden").locator("span").last.bounding_box()["width"] > 20

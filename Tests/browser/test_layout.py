"""What small, large and wide screens show: the number pad whole, nothing that jumps, and saving in reach."""

import os
import uuid

import pytest

from conftest import settle, sign_in
from polier import Client
from test_every_page import MANAGER, OPEN, WORKER, places  # noqa: F401
from test_manager import PASSWORD

# Everything that moved, from the first moment of each page on.
SHIFTS = """() => {
  window.shifts = 0;
  window.shifted = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.shifts += entry.value;
      for (const { node } of entry.sources) window.shifted.push(`${entry.value.toFixed(3)} ${(node?.outerHTML ?? String(node?.nodeName)).slice(0, 100)}`);
    }
  }).observe({ type: 'layout-shift', buffered: true });
}"""
MOST = 0.1


def jumping(page, paths, places):  # noqa: F811
    findings = []
    for path in paths:
        page.goto(path.format(**places))
        page.locator("h1").first.wait_for()
        settle(page)
        page.wait_for_timeout(300)
        shifts, shifted = page.evaluate("[window.shifts, window.shifted]")
        if shifts >= MOST:
            findings.append(f"{path} jumps by {shifts:.3f}: {shifted}")
    return findings


@pytest.mark.parametrize("size", [(320, 568), (390, 844), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("who", ["manager", "worker"])
def test_nothing_jumps(one_server, visit, places, size, who):  # noqa: F811
    email = one_server.managers[0] if who == "manager" else one_server.workers[0]
    with visit(one_server, "phone" if size[0] < 500 else "desktop") as page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.add_init_script(f"({SHIFTS})()")
        page.watch.allow(r"status of 40[014]")
        findings = jumping(page, OPEN, places) if who == "worker" else []
        sign_in(page, email, one_server.password)
        # At the first visit nothing is kept, at the second much is.
        paths = MANAGER if who == "manager" else WORKER
        findings += jumping(page, paths, places) + jumping(page, paths, places)
        assert not findings, "\n".join(findings)


# The page waits a moment for what comes later: here a longer one, however busy the machine is.
PATIENT = """() => {
  const after = setTimeout;
  window.setTimeout = (run, time, ...more) => after(run, time === 300 ? 10_000 : time, ...more);
}"""


def test_what_comes_a_little_later_moves_nothing(one_server, visit, places):  # noqa: F811
    with visit(one_server, "desktop") as page:
        page.add_init_script(f"({SHIFTS})()")
        page.add_init_script(f"({PATIENT})()")
        sign_in(page, one_server.managers[0], one_server.password)
        page.route("**/sites/user/**", lambda route: (page.wait_for_timeout(60), route.continue_()))
        jumping(page, ["/people/{worker}"], places)
        # The jump is as large as the person's list of sites.
        assert page.evaluate("window.shifts") < 0.01


@pytest.mark.parametrize("size", [(320, 568), (568, 320), (390, 844), (844, 390)])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_number_pad_is_whole(one_server, visit, places, size, language):  # noqa: F811
    email = one_server.managers[0]
    Client(one_server, email).send("PUT", "/users/me", {"language": language})
    with visit(one_server, "phone", reduced_motion="reduce") as page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        sign_in(page, email, one_server.password)
        page.goto("/sites/{site}".format(**places))
        page.locator(".well").first.click()
        page.locator("dialog .pad").wait_for()
        covered = page.evaluate("""() => [...document.querySelectorAll(
            'dialog .pad-key, dialog [name=quantity], dialog .pad-result, dialog .pad .choice, dialog .actions .button')].filter((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          const seen = (x, y) => element.contains(document.elementFromPoint(x, y));
          const [x, y] = [(left + right) / 2, (top + bottom) / 2];
          return top < 0 || bottom > innerHeight || left < 0 || right > innerWidth || !seen(x, top + 3) || !seen(x, bottom - 3) || !seen(x, y);
        }).map((element) => element.outerHTML.slice(0, 120))""")
        assert not covered, "\n".join(covered)
        small = page.evaluate("""() => [...document.querySelectorAll('dialog .pad-key')]
            .map((key) => key.getBoundingClientRect()).filter(({ width, height }) => width < 44 || height < 44).length""")
        assert small == 0
        for digit in "12":
            page.locator("dialog .pad-key", has_text=digit).first.click()
        assert page.locator("dialog [name=quantity]").input_value() == "12"
        page.on("dialog", lambda dialog: dialog.accept())


@pytest.mark.parametrize("path", ["/sites/new", "/sites/{site}/edit", "/people/new"])
def test_saving_stays_in_reach(one_server, visit, places, path):  # noqa: F811
    with visit(one_server, "phone") as page:
        page.set_viewport_size({"width": 320, "height": 568})
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(path.format(**places))
        button = page.locator("form > .actions .button").first
        button.wait_for()
        if page.locator("details.more").count():
            page.locator("details.more summary").click()
        for y in [0, 400, 100_000]:
            page.evaluate(f"scrollTo(0, {y})")
            page.wait_for_timeout(100)
            box, nav = button.bounding_box(), page.locator(".nav").bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= nav["y"], (y, box, nav)


# What of an element can't be seen: it is out of sight, or something is in front of it.
UNSEEN = """(element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [top + 3, bottom - 3].filter((y) => {
    const there = document.elementFromPoint((left + right) / 2, y);
    return !(element.contains(there) || there?.contains(element));
  });
}"""


def test_an_error_is_in_sight(one_server, visit):
    with visit(one_server, "phone", reduced_motion="reduce") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto("/hours")
        page.get_by_role("button", name="Stunden eintragen").click()
        dialog = page.locator("dialog")
        dialog.locator("[name=reason]").fill("Zettel vom Vorarbeiter")
        if dialog.locator("[name=siteId]").input_value() == "":
            dialog.locator("[name=siteId]").select_option(index=1)
        dialog.locator("form .button.is-primary").click()
        error = dialog.get_by_text("Wähl mindestens eine Person.")
        error.wait_for()
        page.wait_for_timeout(100)
        assert error.evaluate(UNSEEN) == []
        assert page.evaluate("Boolean(document.activeElement.closest('.people-field'))")
        # One for which something is missing stands at the end of a field with many controls.
        dialog.locator(".choice [name=userIds]").first.check()
        dialog.get_by_role("button", name="Pause mit Uhrzeit").click()
        dialog.locator("form .button.is-primary").click()
        error = dialog.get_by_text("Bei einer Pause fehlt noch etwas")
        error.wait_for()
        page.wait_for_timeout(100)
        assert error.evaluate(UNSEEN) == []


def test_what_has_the_focus_is_in_sight(one_server, visit):
    with visit(one_server, "phone", reduced_motion="reduce") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto("/hours")
        page.get_by_role("button", name="Stunden eintragen").click()
        page.locator("dialog form").wait_for()
        for _ in range(24):
            page.keyboard.press("Tab")
            page.wait_for_timeout(30)
            unseen = page.evaluate(f"document.activeElement.closest('dialog') ? ({UNSEEN})(document.activeElement) : []")
            assert unseen == [], page.evaluate("document.activeElement.outerHTML")


# Where everything stands that can be tapped, by its name.
PLACES = """() => [...document.querySelectorAll('main :is(a, button, input, summary), .nav a')].filter((one) => one.checkVisibility())
    .map((one) => { const { x, y } = one.getBoundingClientRect(); return `${one.textContent.trim().slice(0, 30)} ${one.name ?? ''} ${x} ${y}`; })"""
# What the finger would not reach in its middle, of all that is within the window.
COVERED = """() => [...document.querySelectorAll('main :is(a, button, input)')].filter((one) => one.checkVisibility()).filter((one) => {
  const { left, right, top, bottom } = one.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  if (y < 0 || y > innerHeight || x < 0 || x > innerWidth) return false;
  const there = document.elementFromPoint(x, y);
  return !(one.contains(there) || there?.contains(one));
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", ["/", "/sites", "/sites/{site}", "/sites/{site}/edit", "/hours", "/profile"])
@pytest.mark.parametrize("place", ["top", "end"])
def test_a_lost_signal_moves_nothing(one_server, visit, places, path, place):  # noqa: F811
    with visit(one_server, "phone", reduced_motion="reduce") as page:
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED")
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(path.format(**places))
        page.locator("h1").first.wait_for()
        settle(page)
        if place == "end":
            page.evaluate("scrollTo(0, 100_000)")
            page.wait_for_timeout(100)
        before = page.evaluate(PLACES)
        page.context.set_offline(True)
        strip = page.locator(".status p", has_text="Kein Empfang")
        strip.wait_for()
        page.wait_for_timeout(300)
        assert page.evaluate(PLACES) == before
        box, nav = strip.bounding_box(), page.locator(".nav").bounding_box()
        assert box["y"] + box["height"] <= nav["y"] and box["y"] > 600, (box, nav)
        # At its end the page is above the strip.
        page.evaluate("scrollTo(0, 100_000)")
        page.wait_for_timeout(100)
        assert page.evaluate(COVERED) == []
        if folder := os.environ.get("POLIER_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/strip-{place}-{path.strip('/').format(**places)[:5]}{path.count('/')}.png")
        page.context.set_offline(False)


@pytest.fixture(scope="module")
def large(one_server):
    """A company with sixty active sites, of which most have the same material running low."""
    email = f"gross-{uuid.uuid4().hex[:12]}@kern.example"
    address = {"street": "Am Markt", "streetNumber": "12", "postalCode": "53111", "city": "Bonn", "country": "Deutschland"}
    manager = Client.found(
        one_server, email, PASSWORD, firstName="Greta", lastName="Groß", companyName="Groß GmbH", address=address)
    manager.send("PUT", "/users/me", {"language": "de"})
    sites = []
    for number in range(60):
        site = {"name": f"Haus {number + 1}", "address": address, "endDate": "2099-12-24", "users": [manager.user["id"]]}
        sites.append(manager.send("POST", manager.company + "/sites", site))
    for number, site in enumerate(sites[:30]):
        for name in ["Flexkleber C2TE", "Fugenmörtel", *([f"Silikon {number}"] if number > 20 else [])]:
            manager.send("POST", f"{manager.company}/sites/{site['id']}/materials", {
                "name": name, "unit": "Sack", "amount": 2, "threshold": 5})
    for number in range(14):
        manager.send("POST", f"{manager.company}/sites/{sites[59]['id']}/materials", {
            "name": f"Wandfliese {10 * number} x 60", "unit": "m²", "amount": 3.5, "threshold": 1})
    manager.send("POST", f"{manager.company}/sites/{sites[0]['id']}/check-in")
    return manager, email, sites


def test_the_start_page_of_sixty_sites_is_a_glance(one_server, visit, large):
    _, email, _ = large
    with visit(one_server, "phone") as page:
        sign_in(page, email, PASSWORD)
        page.locator("#low").wait_for()
        settle(page)
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height < 4 * 844, height
        # Her own clock, one line for each material, and a way to all of it.
        page.get_by_role("button", name="Gehen").wait_for()
        group = page.locator("#low .low-group").first
        assert "Baustellen" in group.inner_text() and group.get_by_role("link").count() == 0
        group.locator("summary").click()
        assert group.get_by_role("link").count() > 20
        page.get_by_role("link", name="Alle 60 Baustellen").click()
        page.get_by_role("heading", level=1, name="Baustellen").wait_for()
        names = page.locator(".cards h3").all_inner_texts()
        assert names == [f"Haus {number + 1}" for number in range(60)]
        page.get_by_role("searchbox").fill("haus 1")
        assert page.locator(".cards h3").first.inner_text() == "Haus 1"


def test_many_materials_are_lines_that_open(one_server, visit, large):
    _, email, sites = large
    with visit(one_server, "phone") as page:
        sign_in(page, email, PASSWORD)
        page.goto(f"/sites/{sites[59]['id']}")
        line = page.get_by_role("button", name="Wandfliese 30 x 60")
        line.wait_for()
        assert page.locator(".stepper").count() == 0 and page.evaluate("document.documentElement.scrollHeight") < 2 * 844
        line.click()
        page.get_by_role("group", name="Wandfliese 30 x 60").wait_for()
        assert page.locator(".stepper").count() == 1
        page.get_by_role("button", name="Wandfliese 30 x 60 einklappen").click()
        assert page.locator(".stepper").count() == 0
        # Found as people write it.
        page.get_by_role("searchbox").fill("e 30x60")
        page.get_by_role("group", name="Wandfliese 30 x 60").wait_for()
        # 130 x 60 too, and both are few enough to be whole.
        assert page.locator(".stepper").count() == 2


AGENTS = {
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": "maps:?q=",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36": "geo:0,0?q=",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": "https://www.openstreetmap.org/search?query=",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_an_address_opens_a_map(one_server, visit, large, agent):
    _, email, sites = large
    with visit(one_server, "phone", user_agent=agent) as page:
        sign_in(page, email, PASSWORD)
        page.goto(f"/sites/{sites[0]['id']}")
        link = page.locator("a.address")
        link.wait_for()
        assert link.get_attribute("href") == AGENTS[agent] + "Am%20Markt%2012%2C%2053111%20Bonn%2C%20Deutschland"

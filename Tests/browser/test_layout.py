"""What small, large and wide screens show: the number pad whole, nothing that jumps, and saving in reach."""

import pytest

from conftest import sign_in
from polier import Client
from test_every_page import MANAGER, OPEN, WORKER, places  # noqa: F401

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


def jumping(page, paths, places):
    findings = []
    for path in paths:
        page.goto(path.format(**places))
        page.locator("h1").first.wait_for()
        page.wait_for_load_state("networkidle")
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

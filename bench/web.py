"""How long somebody with a phone on a building site waits for the start page."""

import os
import shutil

from playwright.sync_api import Browser, sync_playwright

from processes import BenchError

LATENCY = 150
"""Milliseconds to the server and back."""
THROUGHPUT = 1_600_000 / 8
"""Bytes a second."""

# When the sites stand there and nothing is on its way that would replace them: the list is what one came for.
USABLE = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".cards a")) return;
  observer.disconnect();
  window.usableAt = performance.now();
}).observe(document, { childList: true, subtree: true });
"""


def visits(url: str, email: str, password: str, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds until the start page is usable: on first visits of somebody who is signed in, and on second ones."""
    path = os.environ.get("POLIER_TEST_CHROMIUM") or shutil.which("chromium")
    if not path:
        raise BenchError("there is no chromium: scripts/install-packages bench installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            state = signed_in(browser, url, email, password)
            pairs = [first_and_second(browser, url, state) for _ in range(rounds)]
        finally:
            browser.close()
    first, second = zip(*pairs)
    return list(first), list(second)


def signed_in(browser: Browser, url: str, email: str, password: str) -> dict:
    with browser.new_context(base_url=url) as context:
        page = context.new_page()
        page.goto("/")
        page.locator("[name=email]").fill(email)
        page.locator("[name=password]").fill(password)
        page.locator("form .button.is-primary").click()
        page.locator(".cards a").first.wait_for()
        return context.storage_state()


def first_and_second(browser: Browser, url: str, state: dict) -> tuple[float, float]:
    with browser.new_context(
        base_url=url, storage_state=state, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    ) as context:
        context.add_init_script(USABLE)
        first = timed(context)
        # The service worker keeps the app after the first visit.
        page = context.new_page()
        page.goto("/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.close()
        return first, timed(context)


def timed(context) -> float:
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": LATENCY, "downloadThroughput": THROUGHPUT, "uploadThroughput": THROUGHPUT})
    page.goto("/", wait_until="commit")
    page.locator(".cards a").first.wait_for()
    seconds = page.evaluate("window.usableAt") / 1000
    page.wait_for_load_state("networkidle")
    page.close()
    return seconds

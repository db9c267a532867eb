"""How long someone with a phone on a building site waits for the start page."""

import contextlib
import os
import shutil

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from processes import BenchError

LATENCY = 150
"""Milliseconds to the server and back."""
THROUGHPUT = 1_600_000 / 8
"""Bytes a second."""

# When the sites are shown and nothing is on its way that would replace them: the list is what the person came for.
USABLE = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".cards a")) return;
  observer.disconnect();
  window.usableAt = performance.now();
}).observe(document, { childList: true, subtree: true });
"""


def visits(url: str, email: str, password: str, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds until the start page is usable: on first visits of someone who is signed in, and on second ones."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            state = signed_in(browser, url, email, password)
            pairs = [first_and_second(browser, url, state) for _ in range(rounds)]
        finally:
            browser.close()
    first, second = zip(*pairs)
    return list(first), list(second)


def starts(urls: dict[str, str], email: str, password: str, rounds: int) -> dict[str, list[tuple[float, int]]]:
    """By the name of a server, seconds until its start page is usable on a second visit, and the bytes that the API sent for it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            results: dict[str, list[tuple[float, int]]] = {name: [] for name in urls}
            with contextlib.ExitStack() as stack:
                contexts = {
                    name: stack.enter_context(phone(browser, url, signed_in(browser, url, email, password)))
                    for name, url in urls.items()}
                for context in contexts.values():
                    keep_app(context)
                for _ in range(rounds):
                    for name, context in contexts.items():
                        results[name].append(timed(context))
            return results
        finally:
            browser.close()


def chromium() -> str:
    path = os.environ.get("POLIER_TEST_CHROMIUM") or shutil.which("chromium")
    if not path:
        raise BenchError("there is no chromium: scripts/install-packages bench installs it")
    return path


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
    with phone(browser, url, state) as context:
        first, _ = timed(context)
        keep_app(context)
        second, _ = timed(context)
        return first, second


def phone(browser: Browser, url: str, state: dict) -> BrowserContext:
    context = browser.new_context(
        base_url=url, storage_state=state, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    context.add_init_script(USABLE)
    return context


def keep_app(context: BrowserContext) -> None:
    """Waits for the service worker, which keeps the app after the first visit."""
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()


def timed(context: BrowserContext) -> tuple[float, int]:
    page = context.new_page()
    line = context.new_cdp_session(page)
    answers, sizes = set(), {}
    line.on("Network.responseReceived", lambda event: "/api/" in event["response"]["url"] and answers.add(event["requestId"]))
    line.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": LATENCY, "downloadThroughput": THROUGHPUT, "uploadThroughput": THROUGHPUT})
    page.goto("/", wait_until="commit")
    page.locator(".cards a").first.wait_for()
    seconds = page.evaluate("window.usableAt") / 1000
    page.wait_for_load_state("networkidle")
    page.close()
    return seconds, round(sum(sizes.get(answer, 0) for answer in answers))

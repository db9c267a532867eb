"""What the first and the second visit carry over the line. How long they take is measured by `bench/run web`."""

import time
import urllib.request

from conftest import sign_in

KILOBYTE = 1000


def wait_until_smallest(server):
    """For the first half second or so a server has its files as gzip only."""
    request = urllib.request.Request(server.url + "/", headers={"Accept-Encoding": "br"})
    for _ in range(300):
        with urllib.request.urlopen(request, timeout=10) as answer:
            if answer.headers["Content-Encoding"] == "br":
                return
        time.sleep(0.1)
    raise AssertionError("the files never came as brotli")


def carried(page, path):
    """Bytes over the wire, heads included, until the line is quiet."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    total = 0

    def loaded(event):
        nonlocal total
        total += event["encodedDataLength"]

    session.on("Network.loadingFinished", loaded)
    page.goto(path)
    page.locator("h1").first.wait_for()
    # Nothing is left out that comes late, as `settle` may leave it.
    page.wait_for_load_state("networkidle")
    session.detach()
    return total


def test_the_sign_in_page_is_light(one_server, visit):
    wait_until_smallest(one_server)
    # The worker fetches the rest of the app afterwards, for the next visit.
    with visit(one_server, service_workers="block") as page:
        assert (size := carried(page, "/")) <= 39.5 * KILOBYTE, size


def test_the_start_page_is_light(one_server, visit):
    wait_until_smallest(one_server)
    with visit(one_server, service_workers="block") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        state = page.context.storage_state()
    with visit(one_server, service_workers="block", storage_state=state) as page:
        # All else that may be opened is fetched behind it.
        page.route("**/app/ahead.*.js", lambda route: route.fulfill(
            content_type="text/javascript", body="export const fetchAllFor = async () => true;"))
        assert 10 * KILOBYTE < (size := carried(page, "/")) <= 70 * KILOBYTE, size
    with visit(one_server, service_workers="block", storage_state=state) as page:
        assert (size := carried(page, "/")) <= 200 * KILOBYTE, size

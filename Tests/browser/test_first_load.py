"""What the first and the second visit carry over the line. How long they take is measured by `bench/run web`."""

from conftest import sign_in

KILOBYTE = 1000


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
    page.wait_for_load_state("networkidle")
    session.detach()
    return total


def test_the_sign_in_page_is_light(one_server, visit):
    # The worker fetches the rest of the app afterwards, for the next visit.
    with visit(one_server, service_workers="block") as page:
        assert carried(page, "/") <= 60 * KILOBYTE


def test_the_start_page_is_light(one_server, visit):
    with visit(one_server, service_workers="block") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        state = page.context.storage_state()
    with visit(one_server, service_workers="block", storage_state=state) as page:
        assert 10 * KILOBYTE < carried(page, "/") <= 120 * KILOBYTE

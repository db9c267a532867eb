"""The pictures of the README: what people see first of Polier. With POLIER_PICTURES=FOLDER they are written there."""

import base64
import os
from pathlib import Path

from conftest import sign_in
from polier import Client

MOST_BYTES = 300_000


def picture(page):
    """What the window shows, as WebP, which Chromium writes itself."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    return base64.b64decode(session.send("Page.captureScreenshot", {"format": "webp", "quality": 80})["data"])


def test_the_app_fits_into_two_pictures(one_server, visit, tmp_path):
    folder = Path(os.environ.get("POLIER_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    worker, manager = one_server.workers[0], one_server.managers[0]
    for email in (worker, manager):
        Client(one_server, email).send("PUT", "/users/me", {"language": "en"})
    client = Client(one_server, worker)
    site = max(client.get(client.company + "/sites"), key=lambda site: (site["status"] == "ACTIVE", len(site["material"])))

    with visit(one_server, "phone", "en-GB", device_scale_factor=2, reduced_motion="reduce") as page:
        sign_in(page, worker, one_server.password)
        page.goto(f"/sites/{site['id']}")
        page.locator(".material-name").first.wait_for()
        (folder / "phone.webp").write_bytes(picture(page))
    with visit(one_server, "desktop", "en-GB", device_scale_factor=1.5, reduced_motion="reduce") as page:
        sign_in(page, manager, one_server.password)
        page.locator("h1").first.wait_for()
        (folder / "desk.webp").write_bytes(picture(page))

    for email in (worker, manager):
        Client(one_server, email).send("PUT", "/users/me", {"language": "de"})
    sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
    assert set(sizes) == {"phone.webp", "desk.webp"} and min(sizes.values()) > 5_000
    assert sum(sizes.values()) <= MOST_BYTES, sizes

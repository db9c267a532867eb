"""What people write is shown as text, whatever it looks like."""

import uuid

from conftest import sign_in
from polier import Client

MARKUP = "<img src=x onerror=alert(1)><b>"


def test_what_looks_like_markup_is_text(one_server, visit):
    manager = Client(one_server, one_server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    path = f"{manager.company}/sites/{site['id']}"
    name = f"{MARKUP} {uuid.uuid4().hex[:6]}"
    material = manager.send("POST", path + "/materials", {"name": name, "unit": "<i>", "amount": 2, "threshold": 0})
    try:
        with visit(one_server, service_workers="block") as page:
            sign_in(page, one_server.managers[0], one_server.password)
            page.goto(f"/sites/{site['id']}")
            page.get_by_role("group", name=name).wait_for()
            assert page.locator("img[src=x], main b:empty").count() == 0
    finally:
        manager.send("DELETE", f"{path}/materials/{material['id']}")

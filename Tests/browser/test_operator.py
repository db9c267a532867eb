"""The operator looks after all companies, and may do no more than that."""

from conftest import sign_in
from polier import ADMIN, Client


def test_every_company_is_found_and_looked_into(server, visit):
    manager = Client(server, server.managers[0])
    demo = manager.get(manager.company)
    site = manager.get(manager.company + "/sites")[0]
    with visit(server, "desktop") as page:
        sign_in(page, *ADMIN)
        page.get_by_role("link", name=demo["name"]).click()
        page.wait_for_url(f"**/companies/{demo['id']}**")
        page.get_by_role("link", name=site["name"]).first.click()
        page.get_by_role("heading", level=1, name=site["name"]).wait_for()
        assert f"/companies/{demo['id']}/" in page.url
        # Operators don't work on sites.
        assert page.get_by_role("button", name="Kommen").count() == 0


def test_what_one_may_not_do_is_not_shown(server, visit):
    worker = Client(server, server.workers[0])
    site = worker.get(worker.company + "/sites")[0]
    with visit(server) as page:
        sign_in(page, server.workers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        page.get_by_role("heading", level=1, name=site["name"]).wait_for()
        for label in ["Neues Material", "Ändern", "Leute", "Firma"]:
            assert page.get_by_role("link", name=label, exact=True).count() == 0
            assert page.get_by_role("button", name=label, exact=True).count() == 0
        for path in ["/people", "/company", "/companies", f"/sites/{site['id']}/edit", "/sites/new"]:
            page.goto(path)
            page.get_by_role("heading", level=1, name="Hier ist nichts").wait_for()

"""A person changes their email address: the new one confirms it, and the old one takes it back."""

import uuid

from polier import Client

PASSWORD = "Kelle und Fugbrett"


def test_an_address_is_changed_and_had_back(server, visit):
    name = uuid.uuid4().hex[:12]
    old, new = f"mara-{name}@kern.example", f"mara-{name}@neu.example"
    manager = Client(server, server.managers[0])
    user = manager.send("POST", manager.company + "/users", {
        "email": old, "firstName": "Mara", "lastName": "Lenz", "role": "WORKER", "language": "de"})

    def link(address, path):
        return server.link_in_log(address, path).replace("http://127.0.0.1:8080", server.url)

    with visit(server) as page:
        page.watch.allow(r"status of 40[01]")
        page.goto(link(old, "set-password"))
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form .button.is-primary").click()
        page.locator("nav").first.wait_for()

        page.goto("/profile")
        page.get_by_role("button", name="Adresse ändern").click()
        page.locator("[name=email]").fill(new)
        page.locator("[name=currentPassword]").fill("falsch")
        page.locator("dialog form .button.is-primary").click()
        page.locator("[name=currentPassword][aria-invalid=true]").wait_for()
        page.locator("[name=currentPassword]").fill(PASSWORD)
        page.locator("dialog form .button.is-primary").click()
        page.get_by_text(f"{new} gilt, sobald").wait_for()
        page.get_by_role("button", name="Link noch einmal schicken").wait_for()

        page.goto(link(new, "confirm-email"))
        page.get_by_role("button", name="Adresse bestätigen").wait_for()
        assert "token" not in page.url
        page.get_by_role("button", name="Adresse bestätigen").click()
        page.get_by_role("heading", level=1, name="Die neue Adresse gilt").wait_for()
        page.goto("/profile")
        page.get_by_text(f"{new}. Damit meldest du dich an.").wait_for()

        # A manager gives another name, and sees both.
        manager.send("PUT", f"{manager.company}/users/{user['id']}", {"lastName": "Lenz-Kern"})

        page.goto(link(old, "restore-email"))
        page.get_by_role("button", name="Rückgängig machen").wait_for()
        page.get_by_role("button", name="Rückgängig machen").click()
        page.get_by_role("heading", level=1, name="Deine bisherige Adresse gilt").wait_for()
        person = next(one for one in manager.get(manager.company + "/users") if one["id"] == user["id"])
        assert person["email"] == old and person["pendingEmail"] is None

        page.goto("/")
        page.locator("[name=password]").wait_for()

    with visit(server) as page:
        page.goto("/")
        page.locator("input[type=email]").fill(server.managers[0])
        page.locator("input[type=password]").fill(server.password)
        page.locator("form .button.is-primary").click()
        page.locator("nav").first.wait_for()
        page.goto(f"/people/{user['id']}")
        page.get_by_text("Mara Lenz (bis").wait_for()
        page.goto("/company/history")
        page.get_by_text("(damals Mara Lenz)").first.wait_for()

"""A worker's day: she takes the invitation, sees her sites only, clocks in, takes material, also without a signal, and clocks out."""

import json
import uuid

from conftest import both_databases, settle, sign_in
from polier import Client
from test_manager import PASSWORD, send, wait_for


def invite(server, manager):
    """Someone new on the first active site with material to take from, and on no other."""
    email = f"mara-{uuid.uuid4().hex[:12]}@kern.example"
    user = manager.send("POST", manager.company + "/users", {
        "email": email, "firstName": "Mara", "lastName": "Lenz", "role": "WORKER", "language": "de"})
    site = next(
        one for one in manager.get(manager.company + "/sites?status=ACTIVE")
        if any(material["amount"] >= 8 for material in one["material"]))
    people = [one["userId"] for one in site["assignments"]] + [user["id"]]
    manager.send("PATCH", f"{manager.company}/sites/{site['id']}", {"users": people})
    return user, site


@both_databases
def test_a_day_with_and_without_a_signal(server, visit):
    manager = Client(server, server.managers[0])
    user, site = invite(server, manager)
    others = [one["name"] for one in manager.get(manager.company + "/sites") if one["id"] != site["id"]]
    material = next(one for one in site["material"] if one["amount"] >= 3)
    place = f"{manager.company}/sites/{site['id']}"

    with visit(server) as page:
        page.goto(server.link_in_log(user["email"]).replace("http://127.0.0.1:8080", server.url))
        page.locator("[name=password]").fill(PASSWORD)
        assert "token" not in page.url
        send(page)
        page.get_by_role("heading", level=1, name="Mara").wait_for()
        page.get_by_role("link", name=site["name"]).first.wait_for()
        for other in others:
            assert page.get_by_text(other).count() == 0

        page.goto("/hours")
        page.get_by_role("button", name="Kommen").click()
        page.get_by_role("button", name="Gehen").wait_for()
        hours = f"{manager.company}/time-entries?userId={user['id']}"
        entry = wait_for(page, lambda: (manager.get(hours) or [{"userId": None}])[0], userId=user["id"])
        assert entry["checkedOutAt"] is None

        page.goto(f"/sites/{site['id']}")
        stepper = page.get_by_role("group", name=material["name"])
        stepper.get_by_role("button", name="entnehmen").click()
        movements = f"{place}/materials/{material['id']}/movements"
        first = wait_for(page, lambda: manager.get(movements)[0], userId=user["id"])
        assert first["delta"] == -1

        # The app is on the phone by now.
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        # The cellar: what is done there is shown as waiting, never as saved.
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        page.context.set_offline(True)
        stepper.get_by_role("button", name="entnehmen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        page.wait_for_timeout(1200)
        stepper.get_by_role("button", name="entnehmen").click()
        page.wait_for_timeout(1200)
        # The phone is locked and the app opened again.
        page.reload()
        page.get_by_role("group", name=material["name"]).wait_for()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        page.goto("/hours")
        page.get_by_role("button", name="Gehen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        assert manager.get(movements)[0]["id"] == first["id"]

        page.context.set_offline(False)
        entry = wait_for_end(page, lambda: manager.get(hours)[0])
        page.get_by_text("wartet auf Empfang").first.wait_for(state="hidden")
        mine = [one for one in manager.get(movements) if one["userId"] == user["id"]]
        assert [one["delta"] for one in mine] == [-1, -1, -1]
        assert manager.get(place)["material"][[one["id"] for one in site["material"]].index(material["id"])]["amount"] == (
            material["amount"] - 3)
        assert len(manager.get(hours)) == 1


def wait_for_end(page, ask):
    for _ in range(150):
        entry = ask()
        if entry["checkedOutAt"]:
            return entry
        page.wait_for_timeout(100)
    raise AssertionError(f"never ended: {entry}")


@both_databases
def test_an_answer_that_was_lost_counts_once(server, visit):
    manager = Client(server, server.managers[0])
    user, site = invite(server, manager)
    link = manager.send("POST", f"{manager.company}/users/{user['id']}/invitation")["link"]
    material = next(one for one in site["material"] if one["amount"] >= 2)
    movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    with visit(server) as page:
        page.goto("/set-password#" + link.split("#")[1])
        page.locator("[name=password]").fill(PASSWORD)
        send(page)
        page.get_by_role("heading", level=1, name="Mara").wait_for()
        page.goto(f"/sites/{site['id']}")
        lost = []

        def lose(route):
            # The server did it, and the phone never heard.
            route.fetch()
            lost.append(route.request.headers["idempotency-key"])
            route.abort()

        page.watch.allow(r"ERR_FAILED")
        page.route("**/adjust-quantity", lose, times=2)
        page.get_by_role("group", name=material["name"]).get_by_role("button", name="entnehmen").click()
        for _ in range(200):
            if len(lost) == 2:
                break
            page.wait_for_timeout(100)
        page.get_by_text("wartet auf Empfang").first.wait_for(state="hidden", timeout=60_000)
        assert lost[0] == lost[1]
        mine = [one for one in manager.get(movements) if one["userId"] == user["id"]]
        assert [one["delta"] for one in mine] == [-1]


def test_too_much_at_once_waits_and_is_not_refused(server, visit):
    """A limit of changes a minute or of rows a day makes a phone wait: what was done stays in its list and comes later."""
    manager = Client(server, server.managers[0])
    user, site = invite(server, manager)
    link = manager.send("POST", f"{manager.company}/users/{user['id']}/invitation")["link"]
    material = next(one for one in site["material"] if one["amount"] >= 2)
    movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    with visit(server) as page:
        page.goto("/set-password#" + link.split("#")[1])
        page.locator("[name=password]").fill(PASSWORD)
        send(page)
        page.get_by_role("heading", level=1, name="Mara").wait_for()
        page.goto(f"/sites/{site['id']}")
        codes = ["too-many-writes", "too-many-rows"]

        def wait(route):
            code = codes.pop(0)
            route.fulfill(
                status=429, headers={"Retry-After": "3"}, content_type="application/problem+json", body=json.dumps({
                    "type": f"/problems/{code}", "code": code, "params": {"limit": "person-writes", "value": 600},
                    "title": "Too Many Requests", "status": 429, "detail": "-", "error": "-", "fields": [],
                    "requestId": "a-1"}))

        page.watch.allow(r"status of 429")
        page.route("**/adjust-quantity", wait, times=2)
        page.get_by_role("group", name=material["name"]).get_by_role("button", name="entnehmen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        page.get_by_text("wartet auf Empfang").first.wait_for(state="hidden", timeout=60_000)
        assert codes == []
        mine = [one for one in manager.get(movements) if one["userId"] == user["id"]]
        assert [one["delta"] for one in mine] == [-1]


def test_what_is_not_there_any_more_is_explained(server, visit):
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    path = f"{manager.company}/sites/{site['id']}/materials"
    name = f"Silikon {uuid.uuid4().hex[:6]}"
    material = manager.send("POST", path, {"name": name, "unit": "Kartusche", "amount": 2, "threshold": 0})
    with visit(server) as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED", r"status of 409")
        stepper = page.get_by_role("group", name=name)
        stepper.wait_for()
        page.context.set_offline(True)
        stepper.get_by_role("button", name="entnehmen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        manager.send("POST", f"{path}/{material['id']}/adjust-quantity", {"delta": -2})
        page.context.set_offline(False)
        # The frame says that something needs a look, and what.
        page.get_by_text("nicht angenommen").first.wait_for()
        assert len(manager.get(f"{path}/{material['id']}/movements")) == 2


def test_signing_out_leaves_nothing_behind(server, visit):
    with visit(server) as page:
        sign_in(page, server.workers[0], server.password)
        page.goto("/sites")
        page.locator("h1").first.wait_for()
        page.goto("/profile")
        page.get_by_role("button", name="Abmelden", exact=True).last.click()
        page.locator("[name=password]").wait_for()
        kept = page.evaluate("""async () => {
          const found = [];
          for (const { name } of await indexedDB.databases()) {
            const database = await new Promise((done) => { const opening = indexedDB.open(name); opening.onsuccess = () => done(opening.result); });
            for (const store of database.objectStoreNames) {
              const count = await new Promise((done) => { const asking = database.transaction(store).objectStore(store).count(); asking.onsuccess = () => done(asking.result); });
              if (count) found.push(`${name}.${store}: ${count}`);
            }
            database.close();
          }
          return found;
        }""")
        assert kept == []
        assert page.evaluate("Object.keys(localStorage).filter((key) => key !== 'polier.language')") == []
        page.goto("/sites")
        page.locator("[name=password]").wait_for()


def test_a_tap_outlives_the_page(server, visit):
    """What was tapped a moment before the page goes away is made by the next one, once."""
    manager = Client(server, server.managers[0])
    _, site = invite(server, manager)
    material = next(one for one in site["material"] if one["amount"] >= 8)
    path = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    before = len(manager.get(path))
    with visit(server, service_workers="block") as page:
        page.watch.allow(r"ERR_ABORTED", r"ERR_FAILED")
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        for number, leave in enumerate([page.reload, lambda: page.goto("/hours"), page.reload]):
            take = page.get_by_role("group", name=material["name"]).get_by_role("button", name="entnehmen")
            take.click()
            take.click()
            page.wait_for_timeout(100 + 300 * number)
            leave()
            for _ in range(100):
                if len(manager.get(path)) > before + number:
                    break
                page.wait_for_timeout(100)
            page.wait_for_timeout(500)
            assert [one["delta"] for one in manager.get(path)[: number + 1]] == [-2] * (number + 1)
            page.goto(f"/sites/{site['id']}")
        assert len(manager.get(path)) == before + 3


def test_hours_without_a_signal_have_their_button(server, visit):
    """Who never saw these pages, and who opens them in another week, clocks in and out all the same."""
    manager = Client(server, server.managers[0])
    _, site = invite(server, manager)
    with visit(server) as page:
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        sign_in(page, server.managers[0], server.password)
        page.get_by_role("link", name=site["name"]).first.wait_for()
        page.goto(f"/sites/{site['id']}")
        page.locator(".material").first.wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.goto(f"/sites/{site['id']}")
        page.locator(".material").first.wait_for()
        page.context.set_offline(True)
        page.get_by_role("link", name="Stunden").first.click()
        page.get_by_role("button", name="Kommen").or_(page.get_by_role("button", name="Gehen")).first.wait_for()
        page.goto(f"/sites/{site['id']}/hours")
        page.get_by_role("button", name="Kommen").or_(page.get_by_role("button", name="Gehen")).first.wait_for()
        page.get_by_text("noch nicht gespeichert").wait_for()


def test_what_came_without_a_signal_comes_when_it_is_back(server, visit):
    """A page that no one has opened before can't be shown without a signal, and shows itself when it is back. A site can: the
    list knows it."""
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    with visit(server, "desktop") as page:
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        sign_in(page, server.managers[0], server.password)
        page.goto("/sites")
        page.locator(".cards a").first.wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(page)
        page.context.set_offline(True)
        page.locator(".cards a", has_text=site["name"]).first.click()
        page.get_by_role("group", name=site["material"][0]["name"]).wait_for()
        page.locator(".nav a", has_text="Firma").click()
        page.locator("a[href='/company/mails']").click()
        page.get_by_role("heading", name="Kein Empfang").wait_for()
        page.context.set_offline(False)
        page.get_by_role("heading", level=1, name="Mails").wait_for()


def test_a_link_outlives_a_reload(server, visit):
    manager = Client(server, server.managers[0])
    user, _ = invite(server, manager)
    link = manager.send("POST", f"{manager.company}/users/{user['id']}/invitation")["link"]
    with visit(server) as page:
        page.watch.allow(r"status of 401")
        page.goto("/set-password#" + link.split("#")[1])
        page.locator("[name=password]").wait_for()
        page.reload()
        page.locator("[name=password]").fill(PASSWORD)
        send(page)
        page.get_by_role("heading", level=1, name="Mara").wait_for()
        assert page.evaluate("sessionStorage.length") == 0


def test_what_is_discarded_is_not_said_to_be_taken(server, visit):
    """A note that something waits goes with it: there is nothing to undo."""
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    with visit(server) as page:
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(page)
        page.context.set_offline(True)
        page.locator(".step.is-add").first.click()
        note = page.locator(".toast", has_text="wartet noch auf Empfang")
        note.wait_for()
        page.locator(".status-action").first.click()
        page.locator("dialog").get_by_role("button", name="Verwerfen").click()
        note.wait_for(state="hidden", timeout=4000)
        assert page.locator(".toast", has_text="Rückgängig").count() == 0

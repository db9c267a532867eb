"""What a phone keeps once its session has ended, and what managers see of sign-ins."""

import json
import os

from conftest import Watch, settle, sign_in
from polier import Client
from test_manager import PASSWORD, send, wait_for
from test_worker import invite

KEPT = """async () => {
  const found = {};
  const names = await indexedDB.databases();
  for (const { name } of names) {
    const database = await new Promise((done) => { const opening = indexedDB.open(name); opening.onsuccess = () => done(opening.result); });
    for (const store of database.objectStoreNames) {
      found[store] = await new Promise((done) => {
        const asking = database.transaction(store).objectStore(store).getAll(); asking.onsuccess = () => done(asking.result); });
    }
    database.close();
  }
  found.cached = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) if (url.includes("/api/")) found.cached.push(url);
  }
  return found;
}"""


def kept(page):
    return page.evaluate(KEPT)


def wait_until(page, ask):
    for _ in range(150):
        if ask():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came about")


def join(server, page, manager):
    """A new worker, signed in on this phone."""
    user, site = invite(server, manager)
    link = manager.send("POST", f"{manager.company}/users/{user['id']}/invitation")["link"]
    page.goto("/set-password#" + link.split("#")[1])
    page.locator("[name=password]").fill(PASSWORD)
    send(page)
    page.get_by_role("heading", level=1, name="Mara").wait_for()
    return user, site


def end_sessions(server, email):
    """As on another device: ends all sessions but its own."""
    client = Client(server, email, PASSWORD)
    for session in client.get("/auth/sessions"):
        if not session["current"]:
            client.send("DELETE", f"/auth/sessions/{session['id']}")


def test_an_ended_session_takes_what_was_kept_but_not_what_waits(server, visit):
    manager = Client(server, server.managers[0])
    with visit(server) as page:
        user, site = join(server, page, manager)
        material = next(one for one in site["material"] if one["amount"] >= 1)
        movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
        page.goto(f"/sites/{site['id']}")
        stepper = page.get_by_role("group", name=material["name"])
        stepper.wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(page)
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED", r"status of 401")
        page.context.set_offline(True)
        stepper.get_by_role("button", name="entnehmen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        page.wait_for_timeout(1200)
        assert len(kept(page)["answers"]) > 2 and len(kept(page)["waiting"]) == 1

        # The session is ended elsewhere, and the app is opened again.
        end_sessions(server, user["email"])
        page.goto("about:blank")
        page.context.set_offline(False)
        page.goto("/")
        page.get_by_role("heading", name="Melde dich wieder an").or_(page.locator("[name=email]")).first.wait_for()
        wait_until(page, lambda: not kept(page)["answers"])
        left = kept(page)
        assert left["answers"] == [] and left["cached"] == [] and len(left["waiting"]) == 1
        assert site["name"] not in page.evaluate("JSON.stringify([localStorage])")

        # Another person neither sees nor sends nor loses it.
        page.goto("/")
        sign_in(page, server.workers[0], server.password)
        page.goto("/profile")
        page.locator("h1").first.wait_for()
        assert page.get_by_text("wartet auf Empfang").count() == 0
        page.get_by_role("button", name="Abmelden", exact=True).last.click()
        page.locator("[name=password]").wait_for()
        assert len(kept(page)["waiting"]) == 1
        assert not any(one["userId"] == user["id"] for one in manager.get(movements))

        # It goes on when she is back.
        sign_in(page, user["email"], PASSWORD)
        wait_for(page, lambda: manager.get(movements)[0], userId=user["id"])
        assert [one["delta"] for one in manager.get(movements) if one["userId"] == user["id"]] == [-1]
        wait_until(page, lambda: not kept(page)["waiting"])


def test_other_tabs_hear_of_the_end(one_server, visit):
    server = one_server
    manager = Client(server, server.managers[0])
    with visit(server, "desktop") as page:
        user, site = join(server, page, manager)
        page.watch.allow(r"status of 401")
        other = page.context.new_page()
        other.watch = Watch(other, server.url)
        other.goto("/sites")
        other.get_by_role("link", name=site["name"]).first.wait_for()
        settle(other)
        end_sessions(server, user["email"])
        page.goto("/hours")
        dialog = "Melde dich wieder an"
        page.get_by_role("heading", name=dialog).wait_for()
        other.get_by_role("heading", name=dialog).wait_for()
        wait_until(page, lambda: not kept(page)["answers"])
        page.locator("dialog [name=password]").fill(PASSWORD)
        page.locator("dialog .button.is-primary").click()
        page.get_by_role("heading", name=dialog).wait_for(state="hidden")
        other.get_by_role("heading", name=dialog).wait_for(state="hidden")
        other.get_by_role("link", name=site["name"]).first.wait_for()


def test_who_takes_over_leaves_what_waits(one_server, visit):
    """"Sign in as another person" after the end of a session is no sign-out of the one whose acts wait."""
    server = one_server
    manager = Client(server, server.managers[0])
    with visit(server) as page:
        user, site = join(server, page, manager)
        material = next(one for one in site["material"] if one["amount"] >= 1)
        page.goto(f"/sites/{site['id']}")
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED", r"status of 401")
        stepper = page.get_by_role("group", name=material["name"])
        stepper.wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(page)
        page.context.set_offline(True)
        stepper.get_by_role("button", name="entnehmen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        page.wait_for_timeout(1200)
        end_sessions(server, user["email"])
        page.context.set_offline(False)
        page.get_by_role("heading", name="Melde dich wieder an").wait_for()
        page.get_by_role("button", name="Als jemand anderes anmelden").click()
        page.locator("[name=email]").wait_for()
        left = kept(page)
        assert left["answers"] == [] and len(left["waiting"]) == 1


def test_what_was_kept_grows_old(one_server, visit):
    server = one_server
    with visit(server) as page:
        sign_in(page, server.workers[0], server.password)
        page.goto("/sites")
        page.locator("h1").first.wait_for()
        settle(page)
        page.evaluate("""async () => {
          const database = await new Promise((done) => { const opening = indexedDB.open("polier"); opening.onsuccess = () => done(opening.result); });
          const transaction = database.transaction("answers", "readwrite");
          const user = JSON.parse(localStorage.getItem("polier.user")).id;
          for (const [path, days] of [["/old", 15], ["/young", 13]]) {
            transaction.objectStore("answers").put({ user, path, value: 1, at: Date.now() - days * 86_400_000 });
          }
          await new Promise((done) => { transaction.oncomplete = done; });
          database.close();
        }""")
        page.reload()
        page.locator("h1").first.wait_for()
        wait_until(page, lambda: "/old" not in json.dumps(kept(page)["answers"]))
        assert "/young" in json.dumps(kept(page)["answers"])


def test_managers_see_who_signed_in_and_who_tried(one_server, visit):
    server = one_server
    other = server.managers[1]
    with visit(server) as page:
        page.watch.allow(r"status of 401")
        page.goto("/")
        page.locator("input[type=email]").fill(other)
        page.locator("input[type=password]").fill("falsch geraten")
        page.locator("form .button.is-primary").click()
        page.locator("#main").get_by_text("E-Mail oder Passwort stimmt nicht.").wait_for()
        sign_in(page, server.managers[0], server.password)
        # What was refused is counted in memory and written every few seconds.
        for _ in range(15):
            page.goto("/company/history")
            page.get_by_role("button", name="Sicherheit").click()
            page.get_by_text("hat sich angemeldet.").first.wait_for()
            # It stands where its hour began, and other stories have signed in since.
            while not page.get_by_text("Falsches Passwort für das Konto von").count() and (more := page.get_by_role("button", name="Mehr")).count():
                shown = page.locator("#main li").count()
                more.click()
                page.locator("#main li").nth(shown).wait_for()
            if page.get_by_text("Falsches Passwort für das Konto von").count():
                break
            page.wait_for_timeout(1000)
        page.get_by_text("Falsches Passwort für das Konto von").first.wait_for()
        page.get_by_text("von 127.0.0.1").first.wait_for()
        if "POLIER_SCREENSHOTS" in os.environ:
            page.screenshot(path=os.path.join(os.environ["POLIER_SCREENSHOTS"], "history-security.png"), full_page=True)
        page.get_by_role("button", name="Änderungen").click()
        page.get_by_text("hat sich angemeldet.").wait_for(state="hidden")

"""Hands make mistakes, and browsers forget: what was tapped wrongly is undone or put right, and what a browser refuses to keep or has lost
is said to be unsaved and is sent all the same."""

from contextlib import closing
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from conftest import settle, sign_in
from engines import Signal
from polier import Client
from test_sessions import join, kept, wait_until

UNKEPT = "Nicht gesichert: App offen lassen"

REFUSE = """() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...all) {
    if (this.name === "waiting" && window.isFull !== false) throw new DOMException("The disk is full.", "QuotaExceededError");
    return put.apply(this, all);
  };
}"""


@pytest.fixture
def manager(one_server):
    return Client(one_server, one_server.managers[0])


def entries_of(manager, user):
    return manager.get(f"{manager.company}/time-entries?userId={user['id']}")


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def movements_of(manager, site, material, user):
    path = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    return [one for one in manager.get(path) if one["userId"] == user["id"]]


def stock(manager, site, **more):
    """A material of its own."""
    path = f"{manager.company}/sites/{site['id']}/materials"
    return manager.send("POST", path, {"name": f"Fuge {datetime.now().timestamp()}", "unit": "Sack", "amount": 8, "threshold": 0, **more})


def keep_app(page):
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    settle(page)


def lose_signal(page):
    page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
    page.context.set_offline(True)


def hide(page):
    page.evaluate("""() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }""")


def test_coming_and_going_can_be_undone(server, visit):
    manager = Client(server, server.managers[0])
    with visit(server) as page:
        user, _ = join(server, page, manager)
        page.goto("/hours")
        come, go = (page.get_by_role("button", name=name, exact=True) for name in ("Kommen", "Gehen"))
        undo = page.get_by_role("button", name="Rückgängig")
        come.click()
        go.wait_for()
        undo.click()
        come.wait_for()
        page.locator(".toast", has_text="Zurückgenommen.").wait_for()
        assert kept(page)["waiting"] == []

        tapped = datetime.now(timezone.utc)
        page.wait_for_timeout(1600)
        come.click()
        page.locator(".toast", has_text="Eingestempelt um").wait_for()
        page.wait_for_timeout(7000)
        assert entries_of(manager, user) == [], "it is sent when it can't be undone any more"
        assert page.get_by_text("wartet auf Empfang").count() == 0
        wait_until(page, lambda: entries_of(manager, user))
        undo.wait_for(state="hidden")
        (entry,) = entries_of(manager, user)
        # The time is that of the tap.
        assert instant(entry["checkedInAt"]) - tapped < timedelta(seconds=6)

        go.click()
        come.wait_for()
        undo.click()
        go.wait_for()
        page.wait_for_timeout(11_000)
        assert entries_of(manager, user)[0]["checkedOutAt"] is None
        # Who goes on doesn't wait.
        go.click()
        page.wait_for_timeout(1600)
        come.click()
        wait_until(page, lambda: entries_of(manager, user)[0]["checkedOutAt"])
        wait_until(page, lambda: len(entries_of(manager, user)) == 2)


@pytest.mark.parametrize("way", ["hidden", "elsewhere", "reload", "signed out"])
def test_what_can_be_undone_is_sent_when_the_person_leaves(one_server, visit, manager, way):
    with visit(one_server, service_workers="block") as page:
        page.watch.allow(r"ERR_ABORTED")
        user, _ = join(one_server, page, manager)
        page.goto("/hours")
        page.get_by_role("button", name="Kommen").click()
        page.get_by_role("button", name="Rückgängig").wait_for()
        if way == "hidden":
            hide(page)
        elif way == "elsewhere":
            page.goto("about:blank")
        elif way == "reload":
            page.reload()
        else:
            page.goto("/profile")
            page.get_by_role("button", name="Abmelden", exact=True).last.click()
        for _ in range(40):
            if entries := entries_of(manager, user):
                break
            page.wait_for_timeout(100)
        assert len(entries) == 1, "it should have been sent at once"
        if way == "hidden":
            page.get_by_role("button", name="Rückgängig").wait_for(state="hidden")
        page.wait_for_timeout(500)
        assert len(entries_of(manager, user)) == 1


def test_what_can_be_undone_survives_a_reload(one_server, visit, manager):
    with visit(one_server) as page:
        user, _ = join(one_server, page, manager)
        page.goto("/hours")
        page.get_by_role("button", name="Kommen").wait_for()
        keep_app(page)
        lose_signal(page)
        tapped = datetime.now(timezone.utc)
        page.get_by_role("button", name="Kommen").click()
        page.get_by_role("button", name="Rückgängig").wait_for()
        page.reload()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        page.context.set_offline(False)
        wait_until(page, lambda: entries_of(manager, user))
        assert abs(instant(entries_of(manager, user)[0]["checkedInAt"]) - tapped) < timedelta(seconds=5)


def test_what_the_browser_refuses_to_keep_is_not_said_to_wait(one_server, visit, manager):
    with visit(one_server) as page:
        page.watch.allow(r"Nothing is kept in this browser")
        user, site = join(one_server, page, manager)
        material = stock(manager, site)
        page.goto(f"/sites/{site['id']}")
        stepper = page.get_by_role("group", name=material["name"])
        stepper.wait_for()
        keep_app(page)
        page.evaluate(REFUSE)
        lose_signal(page)
        stepper.get_by_role("button", name="entnehmen").click()
        card = page.locator(".material", has=stepper)
        card.get_by_text(UNKEPT).wait_for()
        page.locator(".status").get_by_text(UNKEPT).wait_for()
        page.locator(".toast", has_text=UNKEPT).wait_for()
        page.get_by_role("link", name="Stunden").first.click()
        page.get_by_role("button", name="Kommen").click()
        page.locator(".clock").get_by_text(UNKEPT).wait_for()
        page.locator(".status-action").first.click()
        page.locator("dialog .chip", has_text="nicht gesichert").nth(1).wait_for()
        page.keyboard.press("Escape")
        assert page.get_by_text("wartet auf Empfang").count() == 0
        page.get_by_role("link", name="Profil").first.click()
        page.get_by_text("Dieser Browser speichert nichts.").wait_for()

        # Closing the app warns.
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.evaluate("setTimeout(() => location.reload())")
        wait_until(page, lambda: asked)
        assert asked == ["beforeunload"]
        assert kept(page)["waiting"] == []

        # And it is sent while the page lives.
        page.context.set_offline(False)
        wait_until(page, lambda: movements_of(manager, site, material, user) and entries_of(manager, user))
        page.locator(".status").wait_for(state="hidden")
        assert [one["delta"] for one in movements_of(manager, site, material, user)] == [-1]


def test_what_was_refused_is_kept_when_there_is_room(one_server, visit, manager):
    """In the order in which it was done: the coming before the going."""
    with visit(one_server) as page:
        page.watch.allow(r"Nothing is kept in this browser")
        user, _ = join(one_server, page, manager)
        page.goto("/hours")
        page.get_by_role("button", name="Kommen").wait_for()
        keep_app(page)
        page.evaluate(REFUSE)
        lose_signal(page)
        page.get_by_role("button", name="Kommen").click()
        page.locator(".clock").get_by_text(UNKEPT).wait_for()
        page.wait_for_timeout(1600)
        page.evaluate("window.isFull = false")
        page.get_by_role("button", name="Gehen").click()
        page.locator(".clock").get_by_text("wartet auf Empfang").wait_for()
        page.get_by_text(UNKEPT).first.wait_for(state="hidden")
        assert [one["kind"] for one in kept(page)["waiting"]] == ["check-in", "check-out"]
        page.reload()
        page.get_by_text("2 Einträge warten auf Empfang").first.wait_for()
        page.context.set_offline(False)
        wait_until(page, lambda: any(one["checkedOutAt"] for one in entries_of(manager, user)))


def test_what_vanished_behind_the_page_is_not_lost(one_server, visit, manager):
    with visit(one_server) as page:
        page.watch.allow(r"Nothing is kept in this browser")
        user, site = join(one_server, page, manager)
        material = stock(manager, site)
        page.goto(f"/sites/{site['id']}")
        stepper = page.get_by_role("group", name=material["name"])
        stepper.wait_for()
        keep_app(page)
        lose_signal(page)
        stepper.get_by_role("button", name="entnehmen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        wait_until(page, lambda: len(kept(page)["waiting"]) == 1)
        # As "clear site data" does it.
        page.evaluate("""async () => {
          localStorage.clear();
          sessionStorage.clear();
          await new Promise((done) => { const asking = indexedDB.deleteDatabase("polier"); asking.onsuccess = done; });
        }""")
        # It is written anew, soon.
        page.wait_for_timeout(1000)
        page.get_by_text("wartet auf Empfang").first.wait_for()
        wait_until(page, lambda: len(kept(page).get("waiting", [])) == 1)
        page.evaluate("localStorage.clear()")
        page.context.set_offline(False)
        wait_until(page, lambda: movements_of(manager, site, material, user))
        page.get_by_text("wartet auf Empfang").first.wait_for(state="hidden")
        assert [one["delta"] for one in movements_of(manager, site, material, user)] == [-1]


def test_what_another_tab_gave_up_does_not_come_back(one_server, visit, manager):
    """Each tab knows what the other has done with it; what is missing in the store isn't taken for lost."""
    with visit(one_server) as page:
        user, site = join(one_server, page, manager)
        material = stock(manager, site)
        page.goto(f"/sites/{site['id']}")
        page.get_by_role("group", name=material["name"]).wait_for()
        keep_app(page)
        other = page.context.new_page()
        other.goto("/sites")
        other.locator("h1").first.wait_for()
        lose_signal(page)
        page.get_by_role("group", name=material["name"]).get_by_role("button", name="entnehmen").click()
        other.get_by_text("1 Eintrag wartet auf Empfang").first.wait_for()
        other.locator(".status-action").first.click()
        other.locator("dialog").get_by_role("button", name="Verwerfen").click()
        page.get_by_text("1 Eintrag wartet auf Empfang").first.wait_for(state="hidden")
        page.evaluate("dispatchEvent(new Event('visibilitychange'))")
        page.context.set_offline(False)
        page.wait_for_timeout(1500)
        assert kept(page)["waiting"] == []
        assert movements_of(manager, site, material, user) == []


def test_the_first_act_asks_for_lasting_storage(one_server, visit, manager):
    with visit(one_server, service_workers="block") as page:
        page.add_init_script("""
          let isGiven = false;
          window.asked = 0;
          navigator.storage.persist = async () => { window.asked += 1; isGiven = true; return true; };
          navigator.storage.persisted = async () => isGiven;
        """)
        join(one_server, page, manager)
        page.goto("/profile")
        page.locator("#storage").get_by_text("darf der Browser es löschen").wait_for()
        assert page.evaluate("window.asked") == 0
        page.locator("nav a", has_text="Stunden").click()
        for name in ["Kommen", "Gehen"]:
            page.get_by_role("button", name=name).click()
            page.wait_for_timeout(1700)
        assert page.evaluate("window.asked") == 1
        page.locator("nav a", has_text="Profil").click()
        page.locator("#storage").get_by_text("dauerhaft gespeichert").wait_for()


def test_no_storage_at_all_is_no_reason_to_fail(one_server, visit, manager):
    """A browser that is told to keep nothing throws where storage is only asked for."""
    with visit(one_server, service_workers="block") as page:
        page.watch.allow(r"Nothing is kept in this browser")
        page.add_init_script("""
          for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
            Object.defineProperty(window, name, { get() { throw new DOMException("Not allowed.", "SecurityError"); } });
          }
        """)
        user, site = join(one_server, page, manager)
        material = stock(manager, site)
        page.locator("nav a", has_text="Baustellen").click()
        page.locator("h1", has_text="Baustellen").wait_for()
        page.locator("main .cards a", has_text=site["name"]).first.click()
        page.get_by_role("group", name=material["name"]).get_by_role("button", name="entnehmen").click()
        wait_until(page, lambda: movements_of(manager, site, material, user))
        page.on("dialog", lambda dialog: dialog.accept())


def test_what_is_refused_at_once_is_shown_as_it_was_typed(one_server, visit, manager):
    with visit(one_server, service_workers="block") as page:
        page.watch.allow(r"status of 409", r"ERR_FAILED")
        user, site = join(one_server, page, manager)
        material = stock(manager, site)
        page.goto(f"/sites/{site['id']}")
        stepper = page.get_by_role("group", name=material["name"])
        stepper.locator(".well").click()
        page.locator("dialog [name=quantity]").fill("6,5")
        page.locator("dialog [name=note]").fill("für das Bad oben")
        page.route("**/sites/*", lambda route: route.abort())
        manager.send("POST", f"{manager.company}/sites/{site['id']}/materials/{material['id']}/adjust-quantity", {"delta": -5})
        page.locator("dialog form .button.is-primary").click()
        page.locator("dialog .error", has_text="Nur noch 3").wait_for()
        assert page.locator("dialog [name=quantity]").input_value() == "6,5"
        assert page.locator("dialog [name=note]").input_value() == "für das Bad oben"
        assert page.locator("dialog [name=at]").count() == 0
        # Closed by mistake, it is in the list of what wasn't taken.
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="hidden")
        page.locator(".status-action").click()
        page.locator("dialog").get_by_role("button", name="Bearbeiten").click()
        page.locator("dialog .error", has_text="Nur noch 3").wait_for()
        page.locator("dialog [name=quantity]").fill("2,5")
        page.locator("dialog form .button.is-primary").click()
        wait_until(page, lambda: movements_of(manager, site, material, user))
        (movement,) = movements_of(manager, site, material, user)
        assert (movement["delta"], movement["note"]) == (-2.5, "für das Bad oben")
        page.get_by_text("Alles ist gesendet.").wait_for()


def test_what_was_refused_later_is_put_right(one_server, visit, manager):
    """Its reason stands at its field: a time that the server doesn't take is another time then."""
    signal = Signal(one_server.port)
    with closing(signal), visit(SimpleNamespace(url=signal.url)) as page:
        user, _ = join(one_server, page, manager)
        page.goto("/hours")
        page.get_by_role("button", name="Kommen").wait_for()
        keep_app(page)
        signal.refused = b"/check-in"
        page.watch.allow(r"status of 4\d\d", r"ERR_")
        page.get_by_role("button", name="Kommen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        # The phone's clock was wrong by years: a month would wait for a manager. No page of the app is open meanwhile, which would know better
        # what was done.
        page.goto("/docs")
        age(page)
        signal.find()
        page.goto("/hours")
        page.get_by_text("1 Eintrag wurde nicht angenommen").first.wait_for()
        page.locator(".status-action").click()
        page.locator("dialog").get_by_role("button", name="Bearbeiten").click()
        page.locator("dialog .error").wait_for()
        came = page.locator("dialog [name=at]")
        assert came.get_attribute("aria-invalid") == "true"
        right = datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(minutes=90)
        came.fill(right.strftime("%Y-%m-%dT%H:%M"))
        page.locator("dialog form .button.is-primary").last.click()
        wait_until(page, lambda: entries_of(manager, user))
        assert instant(entries_of(manager, user)[0]["checkedInAt"]) == right.replace(second=0, microsecond=0)
        page.get_by_text("nicht angenommen").first.wait_for(state="hidden")


def age(page):
    """As if all that waits had been done six years ago, by the phone's clock."""
    page.evaluate("""async () => {
      const database = await new Promise((done) => { const opening = indexedDB.open("polier"); opening.onsuccess = () => done(opening.result); });
      const rows = database.transaction("waiting", "readwrite").objectStore("waiting");
      const all = await new Promise((done) => { const asking = rows.getAll(); asking.onsuccess = () => done(asking.result); });
      const at = new Date(Date.now() - 6 * 366 * 86_400_000).toISOString();
      for (const row of all) rows.put({ ...row, at, body: { ...row.body, at } });
      await new Promise((done) => { rows.transaction.oncomplete = done; });
      database.close();
    }""")


def test_a_draft_meets_what_others_changed_since(one_server, visit, manager):
    """Input that outlived its dialog is of a version that someone else has changed meanwhile: neither is overwritten unseen."""
    path = manager.company
    company = manager.get(path)
    with visit(one_server, service_workers="block") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto("/company")
        page.get_by_role("button", name="Ändern", exact=True).click()
        city = page.locator("dialog [name='address.city']")
        city.fill("Bonn")
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="hidden")
        manager.send("PATCH", path, {"address": {**company["addressParts"], "city": "Brühl"}})
        page.reload()
        page.get_by_text("Brühl").first.wait_for()
        page.get_by_role("button", name="Ändern", exact=True).click()
        page.locator("dialog .conflict-version").first.wait_for()
        assert page.locator("dialog .conflict-value").all_inner_texts() == ["Bonn", "Brühl"]
        page.locator("dialog [data-version=mine]").click()
        page.locator("dialog form .button.is-primary").click()
        page.locator("dialog").wait_for(state="hidden")
        assert manager.get(path)["addressParts"]["city"] == "Bonn"
    manager.send("PATCH", path, {"address": company["addressParts"]})


def test_a_break_without_a_signal(one_server, visit, manager):
    """In, a break, out, and the question after that, on a page that is loaded anew; then there is a signal, and it is there once."""
    with visit(one_server) as page:
        user, site = join(one_server, page, manager)
        page.goto("/hours")
        page.get_by_role("button", name="Kommen").wait_for()
        keep_app(page)
        lose_signal(page)
        page.get_by_role("button", name="Kommen").click()
        page.locator(".clock").get_by_text("wartet auf Empfang").wait_for()
        page.evaluate(EARLIER, 6)
        page.locator(".clock", has_text="6:00:").wait_for()
        page.reload()
        page.get_by_role("button", name="Gehen").click()
        page.locator(".clock-ask", has_text="Pause gemacht?").wait_for()
        page.reload()
        page.locator(".clock-ask", has_text="Pause gemacht?").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="30 Minuten").click()
        page.locator(".clock-ask").wait_for(state="hidden")
        page.get_by_text("Pause: 30 min").first.wait_for()
        assert [one["kind"] for one in kept(page)["waiting"]] == ["check-in", "check-out", "break-stated"]
        page.locator(".status-action").first.click()
        page.locator("dialog .queue-row", has_text="30 min Pause: " + site["name"]).wait_for()
        page.keyboard.press("Escape")
        page.context.set_offline(False)
        wait_until(page, lambda: any(one["breaks"] for one in entries_of(manager, user)))
        (entry,) = entries_of(manager, user)
        # A minute may end between the taps.
        assert entry["minutes"] in (360, 361)
        assert entry["breaks"] == [{"from": None, "to": None, "minutes": 30, "source": "STATED"}]
        page.locator(".time-entry", has_text="30 min Pause, angegeben").wait_for()


def test_a_break_that_was_refused_is_put_right(one_server, visit, manager):
    """Longer than the hours that the office shortened meanwhile."""
    with visit(one_server) as page:
        user, site = join(one_server, page, manager)
        page.goto("/hours")
        page.get_by_role("button", name="Kommen").wait_for()
        keep_app(page)
        lose_signal(page)
        page.watch.allow(r"status of 4\d\d")
        page.get_by_role("button", name="Kommen").click()
        page.locator(".clock").get_by_text("wartet auf Empfang").wait_for()
        page.evaluate(EARLIER, 5)
        page.locator(".clock", has_text="5:00:").wait_for()
        page.get_by_role("button", name="Gehen").click()
        page.locator(".clock-ask").wait_for()
        page.wait_for_timeout(1600)
        page.context.set_offline(False)
        wait_until(page, lambda: any(one["checkedOutAt"] for one in entries_of(manager, user)))
        page.get_by_text("wartet auf Empfang").first.wait_for(state="hidden")
        lose_signal(page)
        page.get_by_role("button", name="Andere Zeit").click()
        page.locator("dialog [name=minutes]").fill("400")
        page.locator("dialog form .button.is-primary").click()
        page.locator("dialog .error", has_text="länger als der Eintrag").wait_for()
        page.locator("dialog [name=minutes]").fill("45")
        page.locator("dialog form .button.is-primary").click()
        page.locator(".clock-ask").wait_for(state="hidden")
        (entry,) = entries_of(manager, user)
        came = (instant(entry["checkedOutAt"]) - timedelta(minutes=40)).isoformat().replace("+00:00", "Z")
        manager.send("PATCH", f"{manager.company}/sites/{site['id']}/time-entries/{entry['id']}", {"checkedInAt": came, "reason": "Stau"})
        page.context.set_offline(False)
        page.get_by_text("1 Eintrag wurde nicht angenommen").first.wait_for()
        page.locator(".status-action").click()
        page.locator("dialog").get_by_role("button", name="Bearbeiten").click()
        page.locator("dialog .error", has_text="länger als der Eintrag").wait_for()
        page.locator("dialog [name=minutes]").fill("15")
        page.locator("dialog form .button.is-primary").last.click()
        wait_until(page, lambda: entries_of(manager, user)[0]["breaks"])
        assert [one["minutes"] for one in entries_of(manager, user)[0]["breaks"]] == [15]
        page.get_by_text("nicht angenommen").first.wait_for(state="hidden")


# As if all that waits had been done some hours ago.
EARLIER = """async (hours) => {
  const database = await new Promise((done) => { const opening = indexedDB.open("polier"); opening.onsuccess = () => done(opening.result); });
  const rows = database.transaction("waiting", "readwrite").objectStore("waiting");
  const all = await new Promise((done) => { const asking = rows.getAll(); asking.onsuccess = () => done(asking.result); });
  for (const row of all) {
    const at = new Date(Date.parse(row.at) - hours * 3_600_000).toISOString();
    rows.put({ ...row, at, body: { ...row.body, at } });
  }
  await new Promise((done) => { rows.transaction.oncomplete = done; });
  database.close();
  // The page looks at what is stored.
  dispatchEvent(new Event("visibilitychange"));
}"""

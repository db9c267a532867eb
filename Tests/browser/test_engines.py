"""The working day on other engines than Chromium, at a phone's size: what each of them does in its own way (dates, modules that can't
be fetched, storage, dialogs)."""

import os
import re
import shutil
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engines import ENGINES, Phone, Signal
from polier import Client
from test_cards import PIN, card_of, crew
from test_manager import PASSWORD
from test_people import joined, lead
from test_places import depot_of, opened
from test_worker import invite


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def phone(request, one_server):
    folder = Path(tempfile.mkdtemp(prefix="polier-phone-"))
    signal = Signal(one_server.port)
    browser = None
    try:
        browser = request.param(folder)
        phone = Phone(browser, signal.url)
        phone.signal = signal
        yield phone
    finally:
        if browser and (pictures := os.environ.get("POLIER_SCREENSHOTS")):
            Path(pictures, f"{browser.name}-{request.node.originalname}.png").write_bytes(browser.picture())
        if browser:
            browser.close()
        signal.close()
        shutil.rmtree(folder, ignore_errors=True)


def sign_in(phone, email, password):
    phone.go("/")
    phone.fill("input[type=email]", email)
    phone.fill("input[type=password]", password)
    phone.tap("form button.is-primary")
    phone.find("nav a", "Baustellen")


def open_site(phone, site):
    """By the list of sites: the start page names sites too, above links to other pages of theirs."""
    phone.tap("nav a", "Baustellen")
    phone.find("h1", "Baustellen")
    phone.tap("main .cards a", site["name"])


def worker(server):
    """Someone new on one site with material, with a password."""
    manager = Client(server, server.managers[0])
    user, site = invite(server, manager)
    link = manager.send("POST", f"{manager.company}/users/{user['id']}/invitation")["link"]
    user["link"] = "/set-password#" + link.split("#")[1]
    return manager, user, site


def wait_until(phone, ask):
    for _ in range(150):
        if answer := ask():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"never became so; on the screen:\n{phone.text()}")


def test_a_day_on_site(phone, one_server):
    manager, user, site = worker(one_server)
    material = next(one for one in site["material"] if one["amount"] >= 3)
    movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    hours = f"{manager.company}/time-entries?userId={user['id']}"
    mine = lambda: [one for one in manager.get(movements) if one["userId"] == user["id"]]

    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    phone.tap("nav a", "Stunden")
    phone.tap("button", "Kommen")
    phone.find("button", "Gehen")
    wait_until(phone, lambda: manager.get(hours))

    # The cellar. Nothing of this was opened before.
    phone.tap("nav a", "Baustellen")
    phone.find("h1", "Baustellen")
    phone.find("main .cards a", site["name"])
    phone.signal.lose()
    phone.tap("main .cards a", site["name"])
    phone.find(".status p", "Kein Empfang")
    phone.tap(f"[role=group][aria-label*='{material['name']}'] button", "entnehmen")
    phone.find("body", "wartet auf Empfang")
    phone.tap("nav a", "Stunden")
    phone.tap("button", "Gehen")
    phone.find("body", "wartet auf Empfang")
    assert mine() == []

    phone.signal.find()
    entry = wait_until(phone, lambda: next((one for one in manager.get(hours) if one["checkedOutAt"]), None))
    wait_until(phone, mine)
    phone.gone(".status p", "wartet")
    assert [one["delta"] for one in mine()] == [-1]

    # Their hours say something, whatever a date looks like here.
    manager.send("PATCH", f"{manager.company}/sites/{site['id']}/time-entries/{entry['id']}", {
        "checkedInAt": (datetime.now(timezone.utc) - timedelta(hours=1, minutes=5)).isoformat().replace("+00:00", "Z"), "reason": "Vergessen"})
    phone.go("/hours")
    phone.find("body", "1 h 0")


def test_a_customs_check_on_a_site_without_a_signal(phone, one_server):
    """She worked a night in between, came today, and the cellar has no signal: one tap shows all of it, with what waits here."""
    manager, user, site = worker(one_server)
    berlin = ZoneInfo("Europe/Berlin")
    night = datetime.combine(datetime.now(berlin).date() - timedelta(days=3), datetime.min.time(), berlin).replace(hour=22)
    manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [user["id"]], "checkedInAt": night.isoformat(), "checkedOutAt": (night + timedelta(hours=8)).isoformat(),
        "breaks": [{"from": (night + timedelta(hours=4)).isoformat(), "to": (night + timedelta(hours=4, minutes=30)).isoformat()}],
        "reason": "Nachtschicht"})
    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    # What the phone keeps comes in the background; the page for a check was never opened.
    time.sleep(3)
    phone.tap("nav a", "Stunden")
    phone.find("button", "Kommen")
    phone.signal.lose()
    phone.tap("button", "Kommen")
    phone.find("body", "wartet auf Empfang")

    phone.tap("main a", "Für die Kontrolle")
    phone.find("#record-as-of", "Kein Empfang. Stand:")
    first, second = night.date(), night.date() + timedelta(days=1)
    # Divided at midnight, net of the break that was after it.
    for day, span, hours in [(first, "22:00–24:00 Uhr", "2:00 Std."), (second, "00:00–06:00 Uhr", "5:30 Std.")]:
        text = phone.run("return arguments[0].textContent;", phone.find(".record-day", f"{day:%d.%m.%Y}"))
        assert span in text and hours in text and site["name"] in text, text
    phone.find(".record-who", user["lastName"])
    phone.find(".record-waiting", "Noch nicht übertragen")
    phone.find(".record-waiting li", "Kommen, ")
    assert phone.run("return getComputedStyle(document.querySelector('.record-day')).fontSize;") == "20px"

    phone.signal.find()
    phone.gone(".record-waiting", "Noch nicht übertragen")
    phone.find("#record-as-of", "Stand:")
    phone.find(".record-day", "seit ")


def test_a_lost_signal_moves_nothing(phone, one_server):
    _, _, site = worker(one_server)
    sign_in(phone, one_server.managers[0], one_server.password)
    open_site(phone, site)
    phone.find("[role=group] button", "entnehmen")
    # What is optional comes a moment later, and the person's other sites in the background.
    phone.wait("return !document.body.classList.contains('is-busy');")
    time.sleep(2)
    tops = """return [...document.querySelectorAll("main :is(a, button)")].map((one) => one.getBoundingClientRect().top);"""
    before = phone.run(tops)
    phone.signal.lose()
    phone.run("dispatchEvent(new Event('offline'));")
    strip = phone.find(".status", "Kein Empfang")
    assert phone.run(tops) == before
    space = phone.run(
        "return document.querySelector('.nav').getBoundingClientRect().top - arguments[0].getBoundingClientRect().bottom;", strip)
    assert abs(space) <= 1
    # At its end the page has the strip below it.
    phone.run("scrollTo(0, 100000);")
    time.sleep(0.3)
    assert phone.run("""
        const last = [...document.querySelectorAll("main :is(a, button)")].filter((one) => one.getClientRects().length > 0).at(-1);
        return last.getBoundingClientRect().bottom <= arguments[0].getBoundingClientRect().top;""", strip)


def test_an_hour_is_corrected(phone, one_server):
    manager, _, site = worker(one_server)
    berlin = ZoneInfo("Europe/Berlin")
    sign_in(phone, one_server.managers[0], one_server.password)
    phone.go(f"/sites/{site['id']}/hours")
    phone.find("h1", site["name"])
    phone.tap(".time-entry button")
    shown = phone.wait("return document.querySelector('dialog [name=checkedInAt]')?.value || null;", what="time in the field")
    came = datetime.fromisoformat(shown).replace(tzinfo=berlin) - timedelta(minutes=7)
    phone.set("dialog [name=checkedInAt]", came.strftime("%Y-%m-%dT%H:%M"))
    reason = f"Tor war zu, {phone.browser.name}"
    phone.fill("dialog [name=reason]", reason)
    phone.tap("dialog form button.is-primary")
    phone.gone("dialog")
    entries = manager.get(f"{manager.company}/sites/{site['id']}/time-entries")
    corrected = [one for one in entries if one["corrections"] and one["corrections"][-1]["reason"] == reason]
    assert len(corrected) == 1
    assert datetime.fromisoformat(corrected[0]["checkedInAt"].replace("Z", "+00:00")) == came


def test_a_removed_site_is_restored(phone, one_server):
    manager = Client(one_server, one_server.managers[0])
    site = manager.send("POST", manager.company + "/sites", {"name": f"Remise {phone.browser.name}"})
    path = f"{manager.company}/sites/{site['id']}"
    manager.send("POST", path + "/materials", {"name": "Kalkputz", "unit": "Sack", "amount": 4, "threshold": 0})
    sign_in(phone, one_server.managers[0], one_server.password)
    phone.go(f"/sites/{site['id']}/edit")
    phone.tap(".danger-zone .button")
    phone.find("dialog .left li", "Kalkputz")
    phone.tap("dialog .button.is-danger")
    phone.find("h1", "Baustellen")
    phone.tap("main a", "Archiv")
    phone.find("h1", "Archiv")
    phone.tap("main a", site["name"])
    phone.find(".notice.removed", "Entfernt am")
    phone.find(".material", "Kalkputz")
    phone.tap(".notice.removed button")
    phone.gone(".notice.removed")
    phone.find(".stepper")
    assert manager.get(path)["removedAt"] is None
    manager.send("DELETE", path)


def test_a_module_that_was_not_to_be_had_comes_by_itself(phone, one_server):
    """Firefox and WebKit keep it that a module couldn't be fetched for as long as the page lives."""
    phone.signal.refused = b"/pages/people."
    sign_in(phone, one_server.managers[0], one_server.password)
    phone.find("h1")
    phone.signal.lose()
    phone.tap("nav a", "Leute")
    phone.find("h1", "Kein Empfang")
    phone.signal.find()
    phone.find("h1", "Leute", seconds=40)
    phone.find("main a", "Lena Vogt")


@pytest.mark.parametrize("part", [b"/app/first.", b"/words/", b"/app/door."])
def test_a_page_that_lost_its_signal_while_it_loaded_comes_by_itself(phone, part):
    """Nothing of the app runs where a module that comes with the page can't be had, and nothing is shown without words or a frame."""
    phone.signal.last = part
    phone.go("/")
    phone.find(".stuck a", "Neu laden", seconds=40)
    phone.signal.find()
    try:
        phone.find("input[type=email]", seconds=30)
    except AssertionError:
        # What loads the page anew was cut off too: the link needs no script.
        phone.tap(".stuck a", "Neu laden")
        phone.find("input[type=email]")


def test_what_is_tapped_on_site_is_there_at_once(phone, one_server):
    """A second after signing in the signal is gone, and everything that is done on site goes on: no page of it was opened before."""
    _, user, site = worker(one_server)
    material = next(one for one in site["material"] if one["amount"] >= 3)
    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    time.sleep(1)
    phone.signal.lose()
    open_site(phone, site)
    phone.tap(f"[role=group][aria-label*='{material['name']}'] button.well")
    phone.find("dialog h2")


def entries_of(manager, user):
    return manager.get(f"{manager.company}/time-entries?userId={user['id']}")


def test_a_wrong_tap_is_undone(phone, one_server):
    """And what isn't undone is sent by a page that is left: each engine ends pages in its own way."""
    manager, user, _ = worker(one_server)
    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    phone.tap("nav a", "Stunden")
    phone.tap("button", "Kommen")
    phone.find("button", "Gehen")
    phone.tap(".toast button", "Rückgängig")
    phone.find("button", "Kommen")
    time.sleep(11)
    assert entries_of(manager, user) == []

    phone.tap("button", "Kommen")
    phone.find(".toast button", "Rückgängig")
    phone.go("/profile")
    end = time.monotonic() + 5
    while not entries_of(manager, user):
        assert time.monotonic() < end, "it should have been sent when the page was left"
        time.sleep(0.1)
    phone.find("#storage", "gespeichert")
    phone.go("/hours")
    phone.find("button", "Gehen")
    time.sleep(1)
    assert len(entries_of(manager, user)) == 1


REFUSE = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...all) {
  if (this.name === "waiting") throw new DOMException("The disk is full.", "QuotaExceededError");
  return put.apply(this, all);
};
"""


def test_what_is_not_kept_is_not_said_to_wait(phone, one_server):
    manager, user, site = worker(one_server)
    material = next(one for one in site["material"] if one["amount"] >= 3)
    movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    phone.tap("nav a", "Baustellen")
    phone.find("h1", "Baustellen")
    phone.find("main .cards a", site["name"])
    time.sleep(1)
    phone.run(REFUSE)
    phone.signal.lose()
    phone.tap("main .cards a", site["name"])
    phone.find(".status p", "Kein Empfang")
    phone.tap(f"[role=group][aria-label*='{material['name']}'] button", "entnehmen")
    phone.find(".status p", "Nicht gesichert: App offen lassen")
    phone.tap("nav a", "Stunden")
    phone.tap("button", "Kommen")
    phone.find(".clock p", "Nicht gesichert: App offen lassen")
    assert "wartet auf Empfang" not in phone.text()
    phone.tap("nav a", "Profil")
    phone.find("#storage", "Dieser Browser speichert nichts.")
    asks = "const closing = new Event('beforeunload', { cancelable: true }); dispatchEvent(closing); return closing.defaultPrevented;"
    assert phone.run(asks), "closing the app warns"
    phone.signal.find()
    wait_until(phone, lambda: [one for one in manager.get(movements) if one["userId"] == user["id"]])
    wait_until(phone, lambda: entries_of(manager, user))
    phone.gone(".status p", "Nicht gesichert")
    assert not phone.run(asks)


FORGET = """
localStorage.clear();
sessionStorage.clear();
indexedDB.deleteDatabase("polier").onsuccess = () => { window.isForgotten = true; };
"""

COUNT = """
const opening = indexedDB.open("polier");
opening.onsuccess = () => {
  const database = opening.result;
  if (!database.objectStoreNames.contains("waiting")) return database.close();
  const asking = database.transaction("waiting").objectStore("waiting").count();
  asking.onsuccess = () => { window.countKept = asking.result; database.close(); };
};
return window.countKept ?? 0;
"""


def test_what_vanished_behind_the_page_is_written_anew(phone, one_server):
    manager, user, _ = worker(one_server)
    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    phone.tap("nav a", "Stunden")
    # The start page has the button, too.
    phone.find("h1", "Stunden")
    phone.find("button", "Kommen")
    phone.signal.lose()
    phone.tap("button", "Kommen")
    phone.find("body", "wartet auf Empfang")
    phone.wait(COUNT, what="act in its store")
    phone.run(FORGET)
    phone.wait("return window.isForgotten;", what="empty storage")
    phone.run("window.countKept = 0;")
    phone.wait(COUNT, seconds=20, what="act in its store again")
    phone.signal.find()
    wait_until(phone, lambda: entries_of(manager, user))
    assert len(entries_of(manager, user)) == 1


def test_a_long_word_breaks_between_syllables(phone, one_server):
    """Where there is no room for it, as with text of 200 % on a small phone."""
    phone.go("/")
    phone.find("h1")
    lines = phone.run(
        """
        const word = document.createElement("p");
        word.style.inlineSize = "6em";
        word.textContent = "Treppenhausgeländer";
        document.querySelector("main").append(word);
        const letter = (at) => { const one = new Range(); one.setStart(word.firstChild, at); one.setEnd(word.firstChild, at + 1); return one; };
        const lines = [];
        for (let at = 0, top; at < word.textContent.length; at++) {
          const here = Math.round(letter(at).getBoundingClientRect().top);
          if (here !== top) lines.push("");
          lines[lines.length - 1] += word.textContent[at];
          top = here;
        }
        return lines;
        """)
    assert lines in (["Treppen", "haus", "geländer"], ["Treppen", "hausge", "länder"]) or (phone.browser.name == "WebKit" and len(lines) > 1), lines


def open_card(phone, person, card):
    phone.go("/card#" + card["link"].split("#")[1])
    phone.find("h1", f"{person['firstName']}!")
    assert "token" not in phone.where()
    for name in ("pin", "again"):
        phone.fill(f"[name={name}]", PIN)
    phone.tap("form button.is-primary")
    phone.find("nav a", "Stunden")
    phone.run("document.querySelector('dialog .is-primary')?.click();")


def give_pin(phone, form):
    phone.fill(f"{form} [name=pin]", PIN)
    phone.tap(f"{form} button.is-primary")


def another_place(phone, server):
    """Someone else in the same browser: another host has cookies and storage of its own."""
    return Phone(phone.browser, server.url.replace("127.0.0.1", "localhost"))


def test_a_foreman_signs_in_by_card_and_checks_three_people_in_without_a_signal(phone, one_server):
    manager, site, [fritz, *crew_of_three] = crew(one_server, "Fritz", "Mara", "Jonas", "Ali")
    lead(manager, site, fritz)
    open_card(phone, fritz, card_of(manager, fritz))
    open_site(phone, site)
    phone.tap(".tabs a", "Team")
    phone.find(".crew-actions button", "Team einchecken")
    time.sleep(1)
    phone.signal.lose()
    phone.tap(".crew-actions button", "Team einchecken")
    phone.find("dialog h2", "Team einchecken")
    ids = {one["id"] for one in crew_of_three}
    phone.run(
        """
        const ids = arguments[0];
        for (const box of document.querySelectorAll("dialog .choice [name=userIds]")) if (box.checked !== ids.includes(box.value)) box.click();
        """, list(ids))
    came = datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(hours=26)
    phone.set("dialog [name=checkedInAt]", came.strftime("%Y-%m-%dT%H:%M"))
    phone.set("dialog [name=checkedOutAt]", (came + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))
    phone.tap("dialog form button.is-primary")
    phone.gone("dialog")
    phone.find(".status p", "wartet auf Empfang")
    entries = lambda: [one for one in manager.get(f"{manager.company}/sites/{site['id']}/time-entries") if one["enteredBy"] == fritz["id"]]
    assert entries() == []
    phone.signal.find()
    assert {one["userId"] for one in wait_until(phone, entries)} == ids
    assert all(one["minutes"] == 120 for one in entries())

    # The next person on the same phone.
    phone.gone(".status p", "wartet")
    phone.tap("button.top-switch")
    phone.find("h1", "Fritz")
    give_pin(phone, "form")
    phone.find("nav a", "Stunden")


def test_a_finished_site(phone, one_server):
    """What is left goes to the depot in one act, from a cellar."""
    manager = Client(one_server, one_server.managers[0])
    site = opened(manager)
    depot = f"{manager.company}/sites/{depot_of(manager)['id']}"
    sign_in(phone, one_server.managers[0], one_server.password)
    phone.tap("nav a", "Baustellen")
    phone.find(".depot a", "Lager")
    phone.tap("main a", site.name)
    phone.find("button", "Baustelle fertig")
    time.sleep(1)
    phone.signal.lose()
    phone.tap("button", "Baustelle fertig")
    phone.tap(".move-line button", site.kleber["name"])
    phone.fill("dialog [name=reason]", "Angebrochen")
    phone.tap("dialog button.is-danger", "Entsorgen")
    phone.find(".move-line button", "Angebrochen")
    phone.tap("dialog form button.is-primary", "Baustelle fertig")
    phone.find(".page-head .chip", "wartet auf Empfang")
    assert manager.get(site.path)["status"] == "ACTIVE"

    phone.signal.find()
    phone.gone(".page-head .chip", "wartet", seconds=40)
    phone.find(".page-head .chip", "abgeschlossen")
    stock = {one["name"]: one["amount"] for one in manager.get(depot)["material"]}
    assert stock[site.fuge["name"]] == 8 and site.kleber["name"] not in stock
    movements = manager.get(f"{site.path}/materials/{site.kleber['id']}/movements")
    assert (movements[0]["kind"], movements[0]["note"], movements[0]["delta"]) == ("SCRAP", "Angebrochen", -5)

    phone.go(f"/sites/{site.id}/costs")
    phone.find(".row", "5 Eimer")


def test_what_comes_late_moves_no_site_away_from_under_a_finger(phone, one_server):
    manager, site, [mara] = crew(one_server, "Mara")
    phone.signal.slow = b"kind=DEPOT"
    open_card(phone, mara, card_of(manager, mara))
    phone.tap("nav a", "Baustellen")
    # The start page has cards too.
    phone.find("h1", "Baustellen")
    phone.find("main .cards a", site["name"])
    top = lambda: phone.run("return document.querySelector('main .cards').getBoundingClientRect().top;")
    first = top()
    assert not phone.run("return document.querySelector('.depot')?.textContent.includes('Lager');"), "it came at once"
    phone.find(".depot a", "Lager")
    assert top() == first


def test_who_signed_in_by_card_takes_material_without_a_signal_and_loses_the_phone(phone, one_server):
    manager, site, [mara] = crew(one_server, "Mara")
    material = next(one for one in site["material"] if one["amount"] >= 3)
    movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    mine = lambda: [one["delta"] for one in manager.get(movements) if one["userId"] == mara["id"]]
    stepper = f"[role=group][aria-label*='{material['name']}'] button"
    open_card(phone, mara, card_of(manager, mara))
    open_site(phone, site)
    phone.find(stepper)
    phone.signal.lose()
    open_site(phone, site)
    phone.find(".status p", "Kein Empfang")
    phone.tap(stepper, "entnehmen")
    phone.find(".status p", "wartet auf Empfang")
    assert mine() == []
    phone.signal.find()
    assert wait_until(phone, mine) == [-1]
    phone.gone(".status p", "wartet")

    # In the office her phone is ended: its session, and the key for which her PIN signed in.
    office = another_place(phone, one_server)
    sign_in(office, one_server.managers[0], one_server.password)
    office.go(f"/people/{mara['id']}")
    office.find("#phones li")
    office.tap("main button", "Handy verloren")
    office.tap("dialog button", "Abmelden und neue Karte zeigen")
    office.find("dialog .qr-dark")
    assert manager.get(f"{manager.company}/users/{mara['id']}/phones") == []
    phone.go("/hours")
    phone.find("dialog h2", "Melde dich wieder an")
    give_pin(phone, "dialog form")
    phone.find("dialog .form-failure", "gilt deine PIN nicht mehr")
    phone.gone("[name=pin]")
    phone.tap("dialog button", "Mit Karte anmelden")
    phone.find("[name=code]")


def test_the_owner_ends_a_managers_access(phone, one_server):
    manager = joined(one_server, Client(one_server, one_server.managers[0]), "MANAGER")
    sign_in(phone, manager["email"], PASSWORD)
    office = another_place(phone, one_server)
    sign_in(office, one_server.managers[0], one_server.password)
    office.go(f"/people/{manager['id']}")
    office.tap("main button", "Zugang sperren")
    office.tap("dialog button", "Zugang sperren")
    office.find(".toast", f"Der Zugang von {manager['firstName']} {manager['lastName']} ist gesperrt.")
    phone.go("/people")
    phone.find("dialog h2", "Melde dich wieder an")
    phone.fill("dialog [name=password]", PASSWORD)
    phone.tap("dialog form button.is-primary")
    phone.find("dialog .form-failure", "E-Mail oder Passwort stimmt nicht")


CHANGING = """
const reads = "[type=search], .segment, .team-name, .material-name, .time-span, .explained, .hours-void input, .hours-chain button, [href^='tel:'], [href$='/clarifications']";
return [...document.querySelectorAll(":is(main, dialog) :is(button, input, textarea, a.button)")]
  .filter((one) => one.getClientRects().length && !one.matches(reads))
  .map((one) => one.getAttribute("aria-label") ?? one.textContent.trim());
"""


def test_the_bookkeeper_sees_hours_and_nothing_that_changes(phone, one_server):
    owner = Client(one_server, one_server.managers[0])
    keeper = joined(one_server, owner, "BOOKKEEPER", "Ute")
    site = next(one for one in owner.get(owner.company + "/sites?status=ACTIVE") if one["material"])
    # Others may have asked for days off.
    offered = lambda: {re.sub(r": N Antr\w+", "", re.sub(r"\d+", "N", one)) for one in phone.run(CHANGING)}
    sign_in(phone, keeper["email"], PASSWORD)
    phone.find("h1", "Stunden")
    # Once all is there, so that nothing moves away below the finger.
    phone.find(".team-name")
    phone.gone("[aria-busy=true]")
    time.sleep(1)
    # On a Monday morning this week has no hours yet.
    phone.tap("button", "Früher")
    phone.wait(
        "return [...document.querySelectorAll('.team-row .row-number')].some((one) => /[1-9]:\\d\\d/.test(one.textContent));",
        what="hours of the team")
    hers = {"Früher", "Später", "Als CSV laden", "Nachweis", "Lohn", "Abwesenheit"}
    assert offered() == hers | {"Für N Personen freigeben"}
    phone.tap(".team-name", "Lena Vogt")
    phone.find(".time-span")
    phone.gone("[aria-busy=true]")
    time.sleep(1)
    phone.tap(".time-span")
    phone.find("dialog h2")
    assert offered() == hers | {"Für Lena Vogt freigeben", "Schließen"}
    phone.tap("dialog button", "Schließen")
    phone.tap("nav a", "Leute")
    phone.find("h1", "Leute")
    phone.find("main a", "Lena Vogt")
    assert offered() == set()
    phone.tap("main a", "Lena Vogt")
    phone.find("main a", "Stunden ansehen")
    phone.find("main button", "Soll ändern")
    assert offered() == {"Soll ändern", "Nummer ändern"}
    phone.tap("nav a", "Baustellen")
    phone.find("h1", "Baustellen")
    phone.find("main a", site["name"])
    assert offered() == set()
    phone.tap("main a", site["name"])
    phone.find(".material-name")
    assert offered() == {"Kosten", "Entfernte Materialien"}
    for tab, shown in (("Team", "main a.row-arrow"), ("Stunden", ".time-span")):
        phone.tap(".tabs a", tab)
        phone.find(shown)
        assert offered() == {"Kosten"}, tab


# Who has stood at work since a while ago, for what asks after some hours.
EARLIER = """
const [hours] = arguments;
const opening = indexedDB.open("polier");
opening.onsuccess = () => {
  const database = opening.result;
  const rows = database.transaction("waiting", "readwrite").objectStore("waiting");
  rows.getAll().onsuccess = ({ target }) => {
    for (const row of target.result) {
      const at = new Date(Date.parse(row.at) - hours * 3600000).toISOString();
      rows.put({ ...row, at, body: { ...row.body, at } });
    }
  };
  rows.transaction.oncomplete = () => { database.close(); window.isEarlier = true; };
};
"""


def test_a_day_with_a_break_and_no_signal(phone, one_server):
    """In, a break, out and the question after that, also on a page that is loaded anew; then there is a signal, and it is there once."""
    manager, user, site = worker(one_server)
    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    phone.tap("nav a", "Stunden")
    phone.find("h1", "Stunden")
    time.sleep(1)
    phone.signal.lose()

    phone.tap("button", "Kommen")
    phone.find(".clock p", "wartet auf Empfang")
    # In the morning.
    phone.run(EARLIER, 5)
    phone.wait("return window.isEarlier;", what="morning")
    phone.run("dispatchEvent(new Event('visibilitychange'));")
    phone.find(".clock", "5:00:")
    phone.tap("button", "Gehen")
    phone.find(".clock-ask", "Pause gemacht?")
    # Too early: undone, it is a break first.
    phone.tap(".toast button", "Rückgängig")
    phone.find("button", "Pause")
    phone.gone(".clock-ask")
    time.sleep(1.6)
    phone.tap("button", "Pause")
    phone.find(".clock p", "Pause seit")
    phone.find(".clock p", "wartet auf Empfang")
    time.sleep(1.6)
    phone.tap("button", "Weiter")
    phone.find(".clock p", "Pause zu Ende")
    time.sleep(1.6)
    phone.tap("button", "Gehen")
    phone.find("button", "Kommen")
    # Who clocked a break isn't asked.
    time.sleep(1)
    phone.gone(".clock-ask")
    assert entries_of(manager, user) == []

    phone.signal.find()
    entry = wait_until(phone, lambda: next((one for one in entries_of(manager, user) if one["checkedOutAt"]), None))
    phone.gone(".status p", "wartet")
    (taken,) = entry["breaks"]
    assert (taken["source"], taken["to"] is not None) == ("TAKEN", True)
    # A minute may end between the taps.
    assert entry["minutes"] in (300, 301)
    assert len(entries_of(manager, user)) == 1

    # And once more, with a break that wasn't clocked.
    path = f"{manager.company}/sites/{site['id']}/time-entries/{entry['id']}"
    manager.send("POST", path + "/void", {"reason": "Probe"})
    phone.go("/hours")
    phone.find("button", "Kommen")
    time.sleep(1)
    phone.signal.lose()
    phone.tap("button", "Kommen")
    phone.find(".clock p", "wartet auf Empfang")
    phone.run(EARLIER, 6)
    phone.wait("return window.isEarlier;", what="morning")
    phone.run("dispatchEvent(new Event('visibilitychange'));")
    phone.find(".clock", "6:00:")
    phone.tap("button", "Gehen")
    phone.find(".clock-ask", "Pause gemacht?")
    time.sleep(1.6)
    phone.tap(".clock-ask button", "Andere Zeit")
    phone.fill("dialog [name=minutes]", "45")
    phone.tap("dialog form button.is-primary")
    phone.gone(".clock-ask")
    phone.find("body", "Pause: 45 min")
    phone.signal.find()
    entry = wait_until(phone, lambda: next((one for one in entries_of(manager, user) if one["breaks"]), None))
    assert entry["minutes"] in (360, 361)
    assert entry["breaks"] == [{"from": None, "to": None, "minutes": 45, "source": "STATED"}]
    assert len(entries_of(manager, user)) == 1
    phone.gone(".status p", "wartet")
    phone.find(".time-entry", "45 min Pause, angegeben")


def ago(**more):
    return (datetime.now(timezone.utc) - timedelta(**more)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_two_phones_of_one_person_count_once(phone, one_server):
    """She comes on this one without a signal, and goes on the other, which knew nothing of it."""
    manager, user, site = worker(one_server)
    phone.go(user["link"])
    phone.fill("[name=password]", PASSWORD)
    phone.tap("form button.is-primary")
    phone.find("h1", "Mara")
    phone.tap("nav a", "Stunden")
    phone.find("button", "Kommen")
    time.sleep(1)
    phone.signal.lose()
    phone.tap("button", "Kommen")
    phone.find(".clock p", "wartet auf Empfang")
    phone.run(EARLIER, 9)
    phone.wait("return window.isEarlier;", what="morning")
    phone.run("dispatchEvent(new Event('visibilitychange'));")
    phone.find(".clock", "9:00:")
    phone.signal.find()
    wait_until(phone, lambda: entries_of(manager, user))

    other = Client(one_server, user["email"], PASSWORD)
    place = f"{manager.company}/sites/{site['id']}"
    assert other.send("POST", place + "/check-in", {"at": ago(minutes=61)})["state"] == "OPEN"
    other.send("POST", place + "/check-out", {"at": ago(minutes=60)})
    [entry] = entries_of(manager, user)
    # A minute may end between the taps.
    assert entry["minutes"] in (479, 480, 481)
    phone.go("/hours")
    phone.find("#own-clarifications li", "Zu dieser Zeit lief schon ein anderer Eintrag.")
    phone.find("button", "Kommen")


def test_a_list_is_cleared_by_the_office_and_by_a_foreman(phone, one_server):
    """One visit is booked in one tap, one declined with a reason; of a third a foreman books the part that is new."""
    manager, site, _ = crew(one_server)
    mara = joined(one_server, manager, "WORKER", "Mara")
    fritz = joined(one_server, manager, "WORKER", "Fritz")
    path = f"{manager.company}/sites/{site['id']}"
    users = [one["userId"] for one in manager.get(path)["assignments"]]
    manager.send("PATCH", path, {"users": [*users, mara["id"], fritz["id"]], "foremen": [fritz["id"]]})
    name = f"{mara['firstName']} {mara['lastName']}"
    day = (datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(days=2)).replace(hour=7, minute=0, second=0, microsecond=0)
    text = lambda moment: moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    manager.send("POST", path + "/time-entries", {
        "userIds": [mara["id"]], "checkedInAt": text(day), "checkedOutAt": text(day + timedelta(hours=8)), "reason": "Zettel"})
    cellar = Client(one_server, mara["email"], PASSWORD)

    def reports(come, hours):
        for act, moment in (("check-in", come), ("check-out", come + timedelta(hours=hours))):
            assert cellar.send("POST", f"{path}/{act}", {"at": text(moment)})["state"] == "OPEN"

    mine = lambda: [one for one in manager.get(manager.company + "/clarifications?state=OPEN") if one["userId"] == mara["id"]]
    reports(day - timedelta(days=45), 5)
    reports(day + timedelta(hours=1), 2)
    sign_in(phone, one_server.managers[0], one_server.password)
    phone.tap("main a", "zu klären")
    phone.find("h1", "Zu klären")
    phone.tap("#clarifications button", f"Buchen: {name}")
    wait_until(phone, lambda: len(mine()) == 2)
    phone.tap("#clarifications button", f"Ablehnen: {name}")
    phone.fill("dialog [name=reason]", "Steht schon auf dem Zettel")
    phone.tap("dialog form button.is-danger")
    wait_until(phone, lambda: not mine())
    phone.gone("#clarifications li", name)
    assert sorted(one["minutes"] for one in entries_of(manager, mara)) == [300, 480]

    reports(day + timedelta(hours=7), 3)
    foreman = another_place(phone, one_server)
    sign_in(foreman, fritz["email"], PASSWORD)
    foreman.go("/hours")
    foreman.tap("main a", "Zu klären")
    foreman.tap("#clarifications button", f"Prüfen und buchen: {name}")
    foreman.find("dialog [name=checkedInAt]")
    foreman.set("dialog [name=checkedInAt]", (day + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"))
    foreman.tap("dialog form button.is-primary")
    foreman.gone("dialog")
    assert not mine()
    assert sorted(one["minutes"] for one in entries_of(manager, mara)) == [120, 300, 480]
    # She reads what became of each.
    ended = {one["state"]: one for one in cellar.get(f"{manager.company}/clarifications?userId={mara['id']}")}
    assert ended["DECLINED"]["reason"] == "Steht schon auf dem Zettel"
    assert ended["BOOKED"]["decidedByName"] in (f"Fritz {fritz['lastName']}", "Sabine Brandt")

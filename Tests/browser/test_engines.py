"""The working day on other engines than Chromium, at a phone's size: what each of them does in its own way (dates, modules that can't
be fetched, storage, dialogs)."""

import os
import shutil
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engines import ENGINES, Phone, Signal
from polier import Client
from test_worker import invite, wait_for_end
from test_manager import PASSWORD


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


def worker(server):
    """Somebody new on one site with material, with a password."""
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
    phone.find("a", site["name"])
    phone.signal.lose()
    phone.tap("main a", site["name"])
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


def test_an_hour_is_corrected(phone, one_server):
    manager, user, site = worker(one_server)
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


def test_the_teams_week_has_hours(phone, one_server):
    sign_in(phone, one_server.managers[0], one_server.password)
    phone.go("/hours")
    phone.wait(
        "return [...document.querySelectorAll('.team-row .row-number')].some((one) => /[1-9]:\\d\\d/.test(one.textContent));",
        what="hours of the team")


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


@pytest.mark.parametrize("part", [b"/app/router.", b"/words/de.", b"/parts/door."])
def test_a_page_that_lost_its_signal_while_it_loaded_comes_by_itself(phone, part):
    """Nothing of the app runs where a module that comes with the page can't be had, and nothing is shown without words or a frame."""
    phone.signal.last = part
    phone.go("/")
    phone.find(".stuck a", "Neu laden", seconds=20)
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
    phone.tap("nav a", "Baustellen")
    phone.tap("main a", site["name"])
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
    phone.find("main a", site["name"])
    time.sleep(1)
    phone.run(REFUSE)
    phone.signal.lose()
    phone.tap("main a", site["name"])
    # What comes above the page moves it.
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
    assert phone.run(asks), "whoever closes the app is warned"
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
    assert lines in (["Treppen", "haus", "geländer"], ["Treppen", "hausge", "länder"]) or phone.browser.name == "WebKit" and len(lines) > 1, lines

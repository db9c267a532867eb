"""The office's side of hours: entered for several people, corrected with their breaks, moved, declared void, by two at once."""

import datetime
import re
import uuid
import zoneinfo

from conftest import both_databases, settle, sign_in
from test_cards import accessible, crew
from test_manager import send, wait_for

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def day_before(days=1):
    return (datetime.datetime.now(BERLIN) - datetime.timedelta(days=days)).date()


def at(day, clock):
    """The instant of a clock time there, as the API says it."""
    moment = datetime.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN)
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def same(one, other):
    return datetime.datetime.fromisoformat(one) == datetime.datetime.fromisoformat(other)


def name_of(person):
    return f"{person['firstName']} {person['lastName']}"


def entered(manager, site, person, day, come="07:00", go="15:30", **more):
    [entry] = manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [person["id"]], "checkedInAt": at(day, come), "checkedOutAt": at(day, go), "reason": "Handy leer", **more})
    return entry


def hours_of(manager, person, more=""):
    return manager.get(f"{manager.company}/time-entries?userId={person['id']}{more}")


def done(page):
    wait_for(page, lambda: {"dialogs": page.locator("dialog").count()}, dialogs=0)
    settle(page)


def week_of(page, person, day):
    """The person's page of hours, in the week of the day."""
    page.goto(f"/hours?person={person['id']}&from={day}")
    page.locator(".time-entry").first.wait_for()


@both_databases
def test_hours_are_entered_for_two_corrected_moved_and_voided(server, visit):
    manager, site, [mara, jonas] = crew(server, "Mara", "Jonas")
    other = manager.send("POST", manager.company + "/sites", {"name": f"Ausweich {uuid.uuid4().hex[:6]}"})
    day = day_before(9)
    with visit(server, "desktop") as page:
        sign_in(page, server.managers[0], server.password)
        page.goto("/hours")
        page.get_by_role("button", name="Stunden eintragen").click()
        dialog = page.locator("dialog")
        for person in (mara, jonas):
            dialog.get_by_label("Leute suchen").or_(dialog.locator("input[type=search]")).first.fill(person["lastName"])
            dialog.get_by_label(name_of(person)).check()
        # Which site it was isn't guessed.
        assert dialog.locator("[name=siteId]").input_value() == ""
        names = dialog.locator("[name=siteId] option").all_inner_texts()[1:-1]
        assert names == sorted(names, key=str.casefold) and other["name"] in names, names
        dialog.locator("[name=siteId]").select_option(site["id"])
        dialog.locator("[name=checkedInAt]").fill(f"{day}T07:00")
        dialog.locator("[name=checkedOutAt]").fill(f"{day}T16:00")
        dialog.get_by_role("button", name="Pause mit Uhrzeit").click()
        send(page)
        dialog.get_by_text("Bei einer Pause fehlt noch etwas").wait_for()
        dialog.get_by_label("Beginn der Pause").fill("12:00")
        dialog.get_by_label("Ende der Pause").fill("12:30")
        dialog.locator("[name=reason]").fill("Zettel vom Vorarbeiter")
        accessible(page)
        send(page)
        done(page)
        for person in (mara, jonas):
            [entry] = hours_of(manager, person)
            assert (entry["minutes"], entry["source"], entry["siteId"]) == (540, "MANUAL", site["id"])
            assert [(one["minutes"], one["source"]) for one in entry["breaks"]] == [(30, "STATED")]

        # Twice is refused, and says whose they are.
        page.goto(f"/people/{mara['id']}")
        page.get_by_role("button", name="Stunden eintragen").click()
        dialog.locator(".choice [name=userIds]:checked").wait_for()
        dialog.locator("[name=siteId]").select_option(other["id"])
        dialog.locator("[name=checkedInAt]").fill(f"{day}T15:00")
        dialog.locator("[name=checkedOutAt]").fill(f"{day}T17:00")
        dialog.locator("[name=reason]").fill("Noch ein Zettel")
        page.watch.allow("409")
        send(page)
        dialog.get_by_text(f"{name_of(mara)} hat in dieser Zeit schon einen anderen Eintrag").wait_for()
        page.keyboard.press("Escape")

        # Corrected: the start by five minutes, and another break in place of the first. The end stays as it is.
        week_of(page, mara, day)
        page.locator(".time-entry .time-span").click()
        dialog.get_by_text("Eingetragen von").wait_for()
        dialog.locator("[name=checkedInAt]").fill(f"{day}T06:55")
        dialog.get_by_role("button", name="Pause 1 entfernen").click()
        dialog.get_by_role("button", name="Pause in Minuten").click()
        dialog.get_by_label("Länge der Pause in Minuten").fill("45")
        dialog.locator("[name=reason]").fill("War früher da")
        accessible(page)
        send(page)
        done(page)
        [entry] = hours_of(manager, mara)
        assert same(entry["checkedInAt"], at(day, "06:55")) and same(entry["checkedOutAt"], at(day, "16:00"))
        assert [(one["from"], one["minutes"]) for one in entry["breaks"]] == [(None, 45)]
        assert [one["minutes"] for one in entry["corrections"][0]["breaks"]] == [30]
        page.locator(".time-entry", has_text="45 min Pause").wait_for()

        # The number of the day is the server's, and explains itself.
        page.locator(".day-total .explained").click()
        dialog.get_by_text("9 h 05 min").wait_for()
        dialog.get_by_text("angegeben").wait_for()
        dialog.get_by_text("8 h 20 min").wait_for()
        dialog.get_by_text("Mehr als acht Stunden gearbeitet.").wait_for()
        accessible(page)
        page.keyboard.press("Escape")

        # Moved, and it says from where.
        page.locator(".time-entry .time-span").click()
        dialog.locator(f"[name=siteId] option[value='{other['id']}']").wait_for(state="attached")
        dialog.locator("[name=siteId]").select_option(other["id"])
        dialog.locator("[name=kind][value=TRAVEL]").check()
        dialog.locator("[name=reason]").fill("Falsche Baustelle")
        send(page)
        done(page)
        [entry] = hours_of(manager, mara)
        assert (entry["siteId"], entry["kind"]) == (other["id"], "TRAVEL") and entry["movedFrom"]
        page.locator(".time-entry", has_text="verschoben").locator(".time-span").click()
        dialog.get_by_text(f"Verschoben von {site['name']}.").wait_for()
        page.keyboard.press("Escape")

        # Void, and shown with the switch only.
        week_of(page, jonas, day)
        page.locator(".time-entry .time-span").click()
        dialog.get_by_role("button", name="Streichen").click()
        page.locator("dialog").last.locator("[name=reason]").fill("War gar nicht da")
        accessible(page)
        page.locator("dialog").last.get_by_role("button", name="Streichen").click()
        done(page)
        assert hours_of(manager, jonas) == []
        page.get_by_text("In dieser Zeit war niemand da").wait_for()
        page.get_by_label("Gestrichene zeigen").check()
        row = page.locator(".time-entry.is-void")
        row.get_by_text(re.compile("Gestrichen von .*Grund: War gar nicht da")).wait_for()
        accessible(page)
        row.locator(".time-span").click()
        dialog.get_by_text("Gestrichen von").wait_for()
        assert dialog.locator("form").count() == 0, "what is void isn't corrected"
        page.keyboard.press("Escape")

        # The history says it in words.
        page.goto("/company/history")
        page.get_by_text(f"eine Arbeitszeit von {name_of(jonas)} gestrichen").wait_for()
        page.get_by_text(f"eine Arbeitszeit von {name_of(mara)} auf eine andere Baustelle verschoben").wait_for()


@both_databases
def test_two_managers_at_once_have_the_choice(server, visit):
    manager, site, [mara] = crew(server, "Mara")
    day = day_before(8)
    entry = entered(manager, site, mara, day, breaks=[{"minutes": 20}])
    path = f"{manager.company}/sites/{site['id']}/time-entries/{entry['id']}"
    with visit(server) as page:
        page.watch.allow("412")
        sign_in(page, server.managers[0], server.password)
        week_of(page, mara, day)
        page.locator(".time-entry .time-span").click()
        dialog = page.locator("dialog")
        dialog.locator("[name=checkedInAt]").fill(f"{day}T06:30")
        dialog.locator("[name=reason]").fill("Laut Tor")
        manager.send("PATCH", path, {
            "checkedInAt": at(day, "06:45"), "breaks": [{"from": at(day, "12:00"), "to": at(day, "12:30")}], "reason": "Laut Zettel"})
        send(page)
        dialog.get_by_text("Jemand anderes hat das inzwischen geändert.").wait_for()
        versions = dialog.locator(".conflict-value").all_inner_texts()
        assert [text[-5:] for text in versions] == ["06:30", "06:45"], versions
        dialog.get_by_text("Hier steht schon der neue Stand: Pausen.").wait_for()
        assert dialog.get_by_label("Beginn der Pause").input_value() == "12:00"
        assert dialog.locator("[name=reason]").input_value() == "Laut Tor"
        dialog.get_by_text("Laut Zettel").wait_for()
        accessible(page)
        dialog.locator("[data-version=mine]").click()
        send(page)
        done(page)
        [now] = hours_of(manager, mara)
        assert same(now["checkedInAt"], at(day, "06:30"))
        assert [(one["minutes"], bool(one["from"])) for one in now["breaks"]] == [(30, True)]
        assert [one["reason"] for one in now["corrections"]] == ["Laut Zettel", "Laut Tor"]

        # What someone else has declared void meanwhile isn't corrected.
        page.locator(".time-entry .time-span").click()
        dialog.locator("[name=checkedOutAt]").fill(f"{day}T15:45")
        dialog.locator("[name=reason]").fill("Laut Tor")
        manager.send("POST", path + "/void", {"reason": "Doppelt"})
        page.watch.allow("409")
        send(page)
        dialog.get_by_text("wurde für ungültig erklärt").or_(dialog.get_by_text("Grund: Doppelt")).first.wait_for()


def test_a_correction_without_a_signal_meets_what_others_changed(one_server, visit):
    manager, site, [mara] = crew(one_server, "Mara")
    day = day_before(8)
    entry = entered(manager, site, mara, day)
    path = f"{manager.company}/sites/{site['id']}/time-entries/{entry['id']}"
    with visit(one_server) as page:
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED", "412")
        sign_in(page, one_server.managers[0], one_server.password)
        week_of(page, mara, day)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(page)
        page.context.set_offline(True)
        page.locator(".time-entry .time-span").click()
        dialog = page.locator("dialog")
        dialog.locator("[name=checkedInAt]").fill(f"{day}T06:30")
        dialog.get_by_role("button", name="Pause in Minuten").click()
        dialog.get_by_label("Länge der Pause in Minuten").fill("15")
        dialog.locator("[name=reason]").fill("Laut Tor")
        send(page)
        dialog.wait_for(state="hidden")
        manager.send("PATCH", path, {"checkedInAt": at(day, "06:45"), "reason": "Laut Zettel"})
        page.context.set_offline(False)
        page.locator(".status").get_by_text("nicht angenommen").wait_for()
        page.locator(".status").get_by_role("button", name="Ansehen").first.click()
        assert dialog.get_by_role("button", name="Noch einmal senden").count() == 0, "that would be refused again"
        dialog.get_by_role("button", name="Bearbeiten").click()
        last = page.locator("dialog").last
        last.get_by_text("Jemand anderes hat das inzwischen geändert.").wait_for()
        assert last.get_by_label("Länge der Pause in Minuten").input_value() == "15"
        last.locator("[data-version=mine]").click()
        last.locator("form .button.is-primary").click()
        wait_for(page, lambda: {"count": len(hours_of(manager, mara)[0]["corrections"])}, count=2)
        [now] = hours_of(manager, mara)
        assert same(now["checkedInAt"], at(day, "06:30")) and [one["minutes"] for one in now["breaks"]] == [15]


def test_the_doubled_hour_is_asked_for_and_a_long_entry_is_meant(one_server, visit):
    """The night in which the clocks are put back: 25 October 2026."""
    manager, site, [mara] = crew(one_server, "Mara")
    [entry] = manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [mara["id"]], "checkedInAt": "2026-10-25T00:10:20Z", "checkedOutAt": "2026-10-25T01:40:40Z", "reason": "Nachtschicht"})
    with visit(one_server) as page:
        page.watch.allow("400")
        sign_in(page, one_server.managers[0], one_server.password)
        week_of(page, mara, "2026-10-25")
        page.locator(".time-entry .time-span").click()
        dialog = page.locator("dialog")
        dialog.locator("[name=checkedInAt]").fill("2026-10-25T02:15")
        assert dialog.get_by_role("group", name="Diese Stunde gab es zweimal").count() == 2
        dialog.locator("[name=reason]").fill("Fünf Minuten später")
        send(page)
        done(page)
        [now] = hours_of(manager, mara)
        assert same(now["checkedInAt"], "2026-10-25T00:15:00+00:00") and now["checkedOutAt"] == entry["checkedOutAt"] and now["minutes"] == 85

        # Of a time that is new there it is asked, and it is sent with the answer only.
        page.get_by_role("button", name="Stunden eintragen").click()
        dialog.locator("[name=siteId]").select_option(site["id"])
        dialog.locator("[name=checkedInAt]").fill("2027-03-28T02:30")
        dialog.locator("[name=reason]").fill("Nachtschicht")
        send(page)
        dialog.get_by_text("02:30 Uhr gab es am").wait_for()
        dialog.locator("[name=checkedInAt]").fill("2026-10-26T20:00")
        dialog.locator("[name=checkedOutAt]").fill("2026-10-27T21:00")
        send(page)
        page.get_by_role("heading", name="Mehr als 24 Stunden?").wait_for()
        page.get_by_role("button", name="Nein, ändern").click()
        dialog.get_by_text("Das sind mehr als 24 Stunden. Stimmt das?").wait_for()
        send(page)
        page.get_by_role("button", name="Ja, das stimmt").click()
        done(page)
        assert sorted(one["minutes"] for one in hours_of(manager, mara)) == [85, 1500]


def test_who_forgot_to_leave_stands_first(one_server, visit):
    manager, site, [mara] = crew(one_server, "Mara")
    start = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=15)).strftime("%Y-%m-%dT%H:%M:%SZ")
    manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {"userIds": [mara["id"]], "checkedInAt": start, "reason": "Handy leer"})
    with visit(one_server) as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto("/hours")
        row = page.locator(".list.is-columns .row", has_text=name_of(mara))
        row.locator(".chip", has_text="lange offen").wait_for()
        accessible(page)
        row.get_by_role("button", name="Gehen eintragen").click()
        dialog = page.locator("dialog")
        dialog.locator("[name=reason]").fill("Hat angerufen")
        send(page)
        done(page)
        [entry] = hours_of(manager, mara)
        assert entry["state"] == "CLOSED"
        row.wait_for(state="detached")

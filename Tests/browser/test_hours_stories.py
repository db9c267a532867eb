"""Hours as a crew has them: two phones of one person, a foreman's day, a list that a manager clears, a day in the cellar."""

import datetime
import uuid

from conftest import both_databases, settle, sign_in
from polier import Client
from test_cards import accessible, card_of, crew, open_card
from test_clarifications import comes_and_goes, reported_late, waiting
from test_hands import EARLIER, keep_app, lose_signal
from test_hours import BERLIN, at, day_before, done, entered, hours_of, name_of, same
from test_manager import PASSWORD, send, wait_for
from test_people import choose_none, joined
from test_sessions import join, kept, wait_until

PIN = "407192"


def waits_on(page, *kinds):
    """What is tapped is stored before anything else happens to it."""
    wait_until(page, lambda: [one["kind"] for one in kept(page)["waiting"]] == list(kinds))


def tap(page, name, *kinds):
    """A button of the clock, without a signal. Afterwards these acts wait."""
    page.locator(".clock").get_by_role("button", name=name, exact=True).click()
    waits_on(page, *kinds)
    # A double tap counts once.
    page.wait_for_timeout(1600)


def earlier(page, hours):
    page.evaluate(EARLIER, hours)
    page.wait_for_timeout(300)


def with_a_signal(page):
    page.context.set_offline(False)
    wait_until(page, lambda: kept(page)["waiting"] == [])


def two_phones(server, manager, first, second):
    """Of one person: on the first she comes, on the second she comes by mistake and goes; neither has a signal."""
    user, _ = join(server, first, manager)
    sign_in(second, user["email"], PASSWORD)
    for phone in (first, second):
        phone.goto("/hours")
        phone.get_by_role("button", name="Kommen").wait_for()
        keep_app(phone)
        lose_signal(phone)
    tap(first, "Kommen", "check-in")
    earlier(first, 9)
    # It knows nothing of the other.
    tap(second, "Kommen", "check-in")
    tap(second, "Gehen", "check-in", "check-out")
    earlier(second, 1)
    return user


@both_databases
def test_two_phones_of_one_person_count_once(server, visit):
    """She comes on one and goes on the other."""
    manager = Client(server, server.managers[0])
    with visit(server) as first, visit(server) as second:
        user = two_phones(server, manager, first, second)
        with_a_signal(first)
        with_a_signal(second)
        [entry] = hours_of(manager, user)
        # A minute may end between the taps.
        assert entry["minutes"] in (479, 480, 481) and entry["source"] == "CLOCK"
        [doubtful] = waiting(manager, user)
        assert (doubtful["act"], doubtful["code"]) == ("CHECK_IN", "checked-in-already")
        # Both phones say so, and that she isn't there.
        for phone in (first, second):
            phone.goto("/hours")
            phone.locator("#own-clarifications").get_by_text("Zu dieser Zeit lief schon ein anderer Eintrag.").wait_for()
            phone.get_by_role("button", name="Kommen").wait_for()
        accessible(second)
        manager.send("POST", f"{manager.company}/clarifications/{doubtful['id']}/decline", {"reason": "Gilt vom anderen Handy"})
        first.goto("/hours")
        first.locator("#own-clarifications").get_by_text("Gilt vom anderen Handy").wait_for()
        assert [one["id"] for one in hours_of(manager, user)] == [entry["id"]]


@both_databases
def test_two_phones_in_the_other_order_leave_an_end_to_correct(server, visit):
    """The phone on which she came is the last to have a signal: then she is there since the morning, and has gone before."""
    manager = Client(server, server.managers[0])
    with visit(server) as first, visit(server) as second:
        first.watch.allow(r"status of 409")
        user = two_phones(server, manager, first, second)
        with_a_signal(second)
        with_a_signal(first)
        morning, short = sorted(hours_of(manager, user), key=lambda one: one["checkedInAt"])
        assert morning["checkedOutAt"] is None and short["minutes"] in (0, 1)
        # To go now would count the short one twice.
        first.goto("/hours")
        first.get_by_role("button", name="Gehen").click()
        first.locator(".status", has_text="nicht angenommen").wait_for(timeout=30_000)
        assert [one["minutes"] for one in hours_of(manager, user) if one["checkedOutAt"]] == [short["minutes"]]

        # The office puts the end right.
        with visit(server, "desktop") as desk:
            sign_in(desk, server.managers[0], server.password)
            # Eight hours ago it may have been last week.
            began = datetime.datetime.fromisoformat(morning["checkedInAt"]).astimezone(BERLIN).date()
            desk.goto(f"/hours?person={user['id']}&from={began - datetime.timedelta(began.weekday())}")
            desk.locator(".time-entry .time-span").first.click()
            came = datetime.datetime.fromisoformat(short["checkedInAt"]).astimezone(BERLIN)
            desk.locator("dialog [name=checkedOutAt]").fill(came.strftime("%Y-%m-%dT%H:%M"))
            desk.locator("dialog [name=reason]").fill("Auf dem anderen Handy gegangen")
            send(desk)
            done(desk)
        ended = next(one for one in hours_of(manager, user) if one["id"] == morning["id"])
        assert same(ended["checkedOutAt"], came.replace(second=0, microsecond=0).isoformat())
        assert sum(one["minutes"] for one in hours_of(manager, user)) in (479, 480, 481)
        assert waiting(manager, user) == []
        # What she tapped is of no use any more.
        first.locator(".status-action").click()
        first.locator("dialog").get_by_role("button", name="Verwerfen").click()
        first.goto("/hours")
        first.get_by_role("button", name="Kommen").wait_for()
        first.locator(".time-entry", has_text="korrigiert").wait_for()


@both_databases
def test_a_customs_check_on_a_site_without_a_signal(server, visit):
    """Chromium's part of what test_engines.py tells of the others: divided at midnight, whatever language the phone speaks, with what waits."""
    manager, site, [mara] = crew(server, "Mara")
    first = day_before(3)
    begin = datetime.datetime.combine(first, datetime.time(22), BERLIN)
    manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [mara["id"]], "checkedInAt": begin.isoformat(), "checkedOutAt": (begin + datetime.timedelta(hours=8)).isoformat(),
        "breaks": [{"minutes": 45}], "reason": "Nachtschicht"})
    with visit(server) as phone:
        open_card(phone, card_of(manager, mara), PIN)
        phone.goto("/")
        keep_app(phone)
        # What the phone keeps comes in the background; the page was never opened.
        wait_until(phone, lambda: phone.evaluate(RECORDS))
        lose_signal(phone)
        phone.get_by_role("link", name="Stunden").first.click()
        tap(phone, "Kommen", "check-in")
        phone.get_by_role("link", name="Für die Kontrolle").click()
        phone.locator("#record-as-of", has_text="Kein Empfang. Stand:").wait_for()
        for day, span, hours in [(first, "22:00–24:00 Uhr", "2:00 Std."), (first + datetime.timedelta(days=1), "00:00–06:00 Uhr", "5:15 Std.")]:
            text = phone.locator(".record-day", has_text=f"{day:%d.%m.%Y}").inner_text()
            assert span in text and hours in text and site["name"] in text, text
        phone.locator(".record-waiting li", has_text="Kommen, ").wait_for()
        accessible(phone)
        with_a_signal(phone)
        phone.locator(".record-waiting").wait_for(state="detached")
        phone.locator(".record-day", has_text="seit ").wait_for()

        # The same month for paper, and as a file.
        phone.goto(f"/hours/statement?month={first:%Y-%m}")
        phone.locator(".statement tbody tr", has_text="22:00–06:00").wait_for()
        accessible(phone)
        with phone.expect_download() as loading:
            phone.get_by_role("link", name="PDF laden").click()
        assert loading.value.suggested_filename == f"polier-{first:%Y-%m}.pdf"


RECORDS = """async () => {
  const database = await new Promise((done) => { const opening = indexedDB.open("polier"); opening.onsuccess = () => done(opening.result); });
  const asking = database.transaction("answers").objectStore("answers").getAll();
  const all = await new Promise((done) => { asking.onsuccess = () => done(asking.result); });
  database.close();
  return all.some(({ path }) => path.endsWith("/time-sheets/record"));
}"""


def choose(page, *people):
    choose_none(page)
    for person in people:
        page.locator("dialog").get_by_label(name_of(person)).check()


@both_databases
def test_a_foreman_keeps_the_hours_of_a_crew(server, visit):
    """In and out together, a day that one forgot, one that another left too late, and what a third reported from the cellar."""
    manager, site, [mara, jonas, ali] = crew(server, "Mara", "Jonas", "Ali")
    foreman = joined(server, manager, "WORKER", "Fritz")
    path = f"{manager.company}/sites/{site['id']}"
    users = [one["userId"] for one in manager.get(path)["assignments"]]
    manager.send("PATCH", path, {"users": users + [foreman["id"]], "foremen": [foreman["id"]]})
    yesterday = day_before(1)
    entered(manager, site, mara, yesterday, "07:00", "15:00")
    with visit(server) as page, visit(server) as cellar:
        sign_in(page, foreman["email"], PASSWORD)
        page.goto(f"/sites/{site['id']}/hours")
        page.get_by_role("button", name="Team einchecken").click()
        choose(page, jonas, ali)
        page.locator("dialog [name=reason]").fill("Kein Handy dabei")
        send(page)
        done(page)
        page.get_by_role("button", name="Team auschecken").click()
        choose(page, jonas, ali)
        page.locator("dialog [name=reason]").fill("Feierabend")
        send(page)
        done(page)
        wait_for(page, lambda: {"open": len([one for one in hours_of(manager, jonas) + hours_of(manager, ali) if not one["checkedOutAt"]])}, open=0)
        assert {one["enteredByName"] for one in hours_of(manager, jonas) + hours_of(manager, ali)} == {name_of(foreman)}

        # Ali forgot yesterday.
        page.get_by_role("button", name="Team einchecken").click()
        choose(page, ali)
        page.locator("dialog [name=checkedInAt]").fill(f"{yesterday}T07:00")
        page.locator("dialog [name=checkedOutAt]").fill(f"{yesterday}T15:30")
        page.locator("dialog").get_by_role("button", name="Pause in Minuten").click()
        page.locator("dialog").get_by_label("Länge der Pause in Minuten").fill("30")
        page.locator("dialog [name=reason]").fill("Einstempeln vergessen")
        accessible(page)
        send(page)
        done(page)
        [_, forgotten] = hours_of(manager, ali)
        assert (forgotten["minutes"], forgotten["source"]) == (510, "FOREMAN")
        assert [one["minutes"] for one in forgotten["breaks"]] == [30]

        # Jonas had been there since a quarter of an hour before.
        page.locator(".time-entry", has_text=name_of(jonas)).locator(".time-span").click()
        dialog = page.locator("dialog")
        shown = datetime.datetime.fromisoformat(dialog.locator("[name=checkedInAt]").input_value())
        dialog.locator("[name=checkedInAt]").fill((shown - datetime.timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M"))
        dialog.locator("[name=reason]").fill("War schon eher da")
        send(page)
        done(page)
        [right] = hours_of(manager, jonas)
        assert right["minutes"] in (15, 16) and right["corrections"][-1]["userName"] == name_of(foreman)

        # Mara's phone tells of yesterday, when the office had entered her day already: a part of it is new.
        open_card(cellar, card_of(manager, mara), PIN)
        comes_and_goes(cellar, at(yesterday, "14:30"), at(yesterday, "17:00"))
        wait_for(cellar, lambda: {"count": len(waiting(manager, mara))}, count=2)
        page.watch.allow(r"status of 409")
        page.goto("/hours")
        page.get_by_role("link", name="Zu klären").click()
        row = page.locator("#clarifications li", has_text=name_of(mara))
        row.get_by_role("button", name="Prüfen und buchen").click()
        dialog.locator("[name=checkedInAt]").fill(f"{yesterday}T15:00")
        accessible(page)
        send(page)
        done(page)
        row.wait_for(state="detached")
        assert waiting(manager, mara) == []
        [late, early] = hours_of(manager, mara)
        assert (late["minutes"], late["source"], early["minutes"]) == (120, "CLARIFICATION", 480)
        cellar.goto("/hours")
        cellar.locator("#own-clarifications").get_by_text(f"Gebucht von {name_of(foreman)}").nth(1).wait_for()


@both_databases
def test_a_manager_clears_the_list(server, visit):
    """One is booked in one tap, one corrected, one declined with a reason; who reported them reads what became of each."""
    manager, site, [mara] = crew(server, "Mara")
    path = f"{manager.company}/sites/{site['id']}"
    material = max((one for one in site["material"] if one["amount"] >= 8), key=lambda one: one["amount"])
    adjust = lambda delta: manager.send("POST", f"{path}/materials/{material['id']}/adjust-quantity", {"delta": delta})
    there = lambda: next(one["amount"] for one in manager.get(path)["material"] if one["id"] == material["id"])
    other = manager.send("POST", manager.company + "/sites", {"name": f"Ausweich {uuid.uuid4().hex[:6]}", "users": [mara["id"]]})
    day, before = day_before(3), day_before(45)
    entered(manager, site, mara, day, "07:00", "15:30")
    with visit(server) as phone, visit(server, "desktop") as desk:
        sign_in(desk, server.managers[0], server.password)
        unclear = desk.locator(".tile", has_text="zu klären").locator(".tile-number")
        count = lambda: int(unclear.inner_text()) if unclear.count() else 0
        settle(desk)
        first = count()
        # More than there is.
        open_card(phone, card_of(manager, mara), PIN)
        phone.goto(f"/sites/{site['id']}")
        phone.get_by_role("group", name=material["name"]).wait_for()
        reported_late(phone, "adjust-quantity", at(day, "10:00"))
        phone.get_by_role("group", name=material["name"]).locator(".well").click()
        phone.locator("dialog [name=quantity]").fill("3")
        adjust(2 - material["amount"])
        phone.locator("dialog form .button.is-primary").click()
        wait_for(phone, lambda: {"count": len(waiting(manager, mara))}, count=1)
        # One day that lies over another entry, and one that is long ago.
        manager.send("PATCH", f"{manager.company}/sites/{other['id']}", {"users": []})
        for come, go, sum_ in [(at(day, "08:00"), at(day, "09:00"), 3), (at(before, "07:00"), at(before, "12:00"), 5)]:
            comes_and_goes(phone, come, go)
            wait_for(phone, lambda: {"count": len(waiting(manager, mara))}, count=sum_)

        desk.goto("/")
        settle(desk)
        assert count() == first + 5
        desk.get_by_role("link", name="zu klären").click()
        rows = desk.locator("#clarifications li", has_text=name_of(mara))
        rows.nth(2).wait_for()
        assert rows.count() == 3
        accessible(desk)

        # In one tap.
        rows.filter(has_text="07:00 – 12:00").get_by_role("button", name="Buchen", exact=False).first.click()
        desk.get_by_text(f"Für {name_of(mara)} gebucht.").first.wait_for()
        wait_for(desk, lambda: {"count": rows.count()}, count=2)
        # With the amount that there was.
        rows.filter(has_text=material["name"]).get_by_role("button", name="Prüfen und buchen").click()
        desk.locator("dialog [name=delta]").fill("1")
        accessible(desk)
        send(desk)
        done(desk)
        wait_for(desk, lambda: {"count": rows.count()}, count=1)
        assert there() == 1
        adjust(material["amount"] - 1)
        # Not at all.
        rows.get_by_role("button", name="Ablehnen").click()
        desk.locator("dialog [name=reason]").fill("Steht schon im Zettel vom Büro")
        desk.locator("dialog").get_by_role("button", name="Ablehnen").click()
        done(desk)
        wait_for(desk, lambda: {"count": rows.count()}, count=0)
        desk.goto("/")
        settle(desk)
        assert count() == first and waiting(manager, mara) == []
        assert sorted(one["minutes"] for one in hours_of(manager, mara)) == [300, 510]

        phone.goto("/hours")
        own = phone.locator("#own-clarifications")
        own.get_by_text("Steht schon im Zettel vom Büro").nth(1).wait_for()
        assert own.locator("li", has_text="gebucht").count() == 3 and own.locator("li", has_text="abgelehnt").count() == 2
        accessible(phone)


@both_databases
def test_a_day_in_the_cellar_on_two_sites(server, visit):
    """In, a break, out, and on another site the same again, all without a signal; in the evening it is there, each once."""
    manager = Client(server, server.managers[0])
    with visit(server) as page:
        user, site = join(server, page, manager)
        other = manager.send("POST", manager.company + "/sites", {"name": f"Keller {uuid.uuid4().hex[:6]}", "users": [user["id"]]})
        page.goto("/hours")
        page.get_by_role("button", name="Kommen").wait_for()
        keep_app(page)
        lose_signal(page)
        acts = []

        def does(name, kind, hours, place=None):
            page.locator(".clock").get_by_role("button", name=name, exact=True).click()
            if place:
                page.locator("dialog .pick", has_text=place["name"]).click()
            acts.append(kind)
            waits_on(page, *acts)
            page.wait_for_timeout(1600)
            # So long before what comes next.
            earlier(page, hours)

        does("Kommen", "check-in", 2, site)
        does("Pause", "break-start", 0.5)
        does("Weiter", "break-end", 1.5)
        page.reload()
        does("Gehen", "check-out", 1)
        does("Kommen", "check-in", 3, other)
        page.locator(".clock", has_text=other["name"]).wait_for()
        does("Gehen", "check-out", 0.5)
        page.get_by_text("6 Einträge warten auf Empfang").first.wait_for()
        assert hours_of(manager, user) == []

        with_a_signal(page)
        [second, first] = hours_of(manager, user)
        assert (first["siteId"], second["siteId"]) == (site["id"], other["id"])
        # A minute may end between the taps.
        assert first["minutes"] in (240, 241) and second["minutes"] in (180, 181)
        [pause] = first["breaks"]
        assert pause["source"] == "TAKEN" and pause["minutes"] in (30, 31) and second["breaks"] == []
        page.get_by_text("warten auf Empfang").first.wait_for(state="hidden")
        page.goto("/hours")
        page.locator(".time-entry", has_text=other["name"]).wait_for()
        assert page.locator(".time-entry").count() == 2
        assert waiting(manager, user) == []

"""What was done without a signal and can't be recorded any more: it waits for a manager, who books it, corrected or as it is, or declines it."""

import datetime
import json

from conftest import both_databases, settle, sign_in
from test_cards import accessible, card_of, crew, open_card
from test_hours import at, day_before, done, entered, hours_of, name_of, same
from test_manager import send, wait_for

PIN = "407192"


def reported_late(page, act, when):
    """As if what is tapped next had waited on the phone since then."""
    def shift(route):
        body = {**json.loads(route.request.post_data), "at": when}
        route.continue_(post_data=json.dumps(body))

    page.route(f"**/{act}", shift, times=1)


def comes_and_goes(page, come, go):
    """Both leave the phone, and neither is recorded."""
    reported_late(page, "check-in", come)
    reported_late(page, "check-out", go)
    page.goto("/hours")
    page.get_by_role("button", name="Kommen").click()
    page.get_by_role("button", name="Gehen").click()
    page.get_by_text("liegen bei der Bauleitung").or_(page.get_by_text("Liegt bei der Bauleitung")).first.wait_for(timeout=30_000)


def waiting(manager, person):
    return [one for one in manager.get(manager.company + "/clarifications?state=OPEN") if one["userId"] == person["id"]]


def row_of(page, person):
    return page.locator("#clarifications li", has_text=name_of(person))


@both_databases
def test_what_came_too_late_is_booked_or_declined_and_its_person_sees_it(server, visit):
    manager, site, [mara] = crew(server, "Mara")
    day = day_before(3)
    entered(manager, site, mara, day, "07:00", "15:30")
    long_ago = day_before(45)

    with visit(server) as phone:
        # Only a tap without a signal comes as late as this; what the phone sends is put back by as much.
        open_card(phone, card_of(manager, mara), PIN)
        comes_and_goes(phone, at(day, "08:00"), at(day, "09:00"))
        wait_for(phone, lambda: {"count": len(waiting(manager, mara))}, count=2)
        # The clock says what the server knows: no one is there.
        phone.get_by_role("button", name="Kommen").wait_for()
        own = phone.locator("#own-clarifications")
        own.get_by_text("In dieser Zeit gibt es schon einen anderen Eintrag.").wait_for()
        accessible(phone)
        assert own.locator("li").count() == 2
        assert [same(one["checkedInAt"], at(day, "07:00")) for one in hours_of(manager, mara)] == [True]
        # The same day once more, so long ago that only someone else can say it is right.
        comes_and_goes(phone, at(long_ago, "07:00"), at(long_ago, "16:00"))
        wait_for(phone, lambda: {"count": len(waiting(manager, mara))}, count=4)
        settle(phone)
        phone.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.context.set_offline(True)
        phone.goto("/hours")
        own.locator("li").nth(3).wait_for()

        with visit(server, "desktop") as desk:
            desk.watch.allow(r"status of 409", r"status of 400")
            sign_in(desk, server.managers[0], server.password)
            desk.get_by_role("link", name="zu klären").click()
            desk.get_by_role("heading", level=1, name="Zu klären").wait_for()
            rows = row_of(desk, mara)
            rows.nth(1).wait_for()
            assert rows.count() == 2, "coming and going are one"
            accessible(desk)

            # Nothing is in doubt: it only came late.
            rows.filter(has_text="07:00 – 16:00").get_by_role("button", name="Buchen", exact=False).first.click()
            desk.get_by_text(f"Für {name_of(mara)} gebucht.").first.wait_for()
            wait_for(desk, lambda: {"count": rows.count()}, count=1)
            [old] = [one for one in hours_of(manager, mara) if one["source"] == "CLARIFICATION"]
            assert same(old["checkedInAt"], at(long_ago, "07:00")) and same(old["checkedOutAt"], at(long_ago, "16:00"))

            # It can't be booked as it is: there is another entry. In the afternoon there was none.
            rows.get_by_role("button", name="Prüfen und buchen").click()
            dialog = desk.locator("dialog")
            assert dialog.locator("[name=checkedInAt]").input_value() == f"{day}T08:00"
            assert dialog.locator("[name=checkedOutAt]").input_value() == f"{day}T09:00"
            accessible(desk)
            send(desk)
            dialog.locator(".form-failure").wait_for()
            dialog.locator("[name=checkedOutAt]").fill(f"{day}T18:00")
            dialog.locator("[name=checkedInAt]").fill(f"{day}T16:00")
            send(desk)
            done(desk)
            desk.get_by_text("Nichts zu klären").or_(desk.locator("#clarifications")).first.wait_for()
            assert rows.count() == 0 and not waiting(manager, mara)
            spans = [(one["checkedInAt"], one["checkedOutAt"]) for one in hours_of(manager, mara) if one["source"] == "CLARIFICATION"]
            assert any(same(come, at(day, "16:00")) and same(go, at(day, "18:00")) for come, go in spans)

        phone.context.set_offline(False)
        phone.goto("/hours")
        own.get_by_text("Gebucht von").nth(3).wait_for()


def test_who_comes_second_is_told_and_a_reason_is_read(one_server, visit):
    manager, _, [mara] = crew(one_server, "Mara")
    long_ago = day_before(45)
    with visit(one_server) as phone, visit(one_server, "desktop") as desk:
        open_card(phone, card_of(manager, mara), PIN)
        comes_and_goes(phone, at(long_ago, "07:00"), at(long_ago, "16:00"))
        [going, coming] = wait_until(phone, lambda: waiting(manager, mara), 2)
        sign_in(desk, one_server.managers[0], one_server.password)
        desk.goto("/clarifications")
        rows = row_of(desk, mara)
        rows.get_by_role("button", name="Ablehnen").wait_for()
        desk.watch.allow(r"status of 409")
        # Meanwhile, on another desk.
        for one in (coming, going):
            manager.send("POST", f"{manager.company}/clarifications/{one['id']}/decline", {"reason": "Da war niemand auf der Baustelle"})
        rows.get_by_role("button", name="Ablehnen").click()
        desk.locator("dialog [name=reason]").fill("Doppelt gemeldet")
        desk.locator("dialog").get_by_role("button", name="Ablehnen").click()
        desk.get_by_text("schon entschieden").first.wait_for()
        wait_for(desk, lambda: {"count": rows.count()}, count=0)
        phone.goto("/hours")
        phone.locator("#own-clarifications").get_by_text("Da war niemand auf der Baustelle").nth(1).wait_for()


def wait_until(page, ask, count):
    """Asks until there are so many; newest first."""
    end = datetime.datetime.now() + datetime.timedelta(seconds=20)
    while datetime.datetime.now() < end:
        answer = ask()
        if len(answer) == count:
            return answer
        page.wait_for_timeout(200)
    raise AssertionError(f"never {count}: {answer}")


def switched_off_without_a_signal(phone, manager, person):
    """Came, left without a signal, and was switched off before the phone had one again."""
    phone.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED", r"status of 401")
    open_card(phone, card_of(manager, person), PIN)
    phone.goto("/hours")
    phone.get_by_role("button", name="Kommen").click()
    wait_for(phone, lambda: {"count": len(hours_of(manager, person))}, count=1)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    settle(phone)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Gehen").click()
    phone.get_by_text("wartet auf Empfang").first.wait_for(timeout=30_000)
    manager.send("PUT", f"{manager.company}/users/{person['id']}", {"status": "INACTIVE"})


def test_what_a_phone_had_to_send_when_its_person_was_switched_off(one_server, visit):
    manager, _, [mara] = crew(one_server, "Mara")
    with visit(one_server) as phone:
        switched_off_without_a_signal(phone, manager, mara)
        phone.context.set_offline(False)
        [out] = wait_until(phone, lambda: waiting(manager, mara), 1)
        assert (out["act"], out["code"]) == ("CHECK_OUT", "person-switched-off")
        # Nothing else is open to them.
        phone.locator("dialog.is-door").wait_for()
    manager.send("POST", f"{manager.company}/clarifications/{out['id']}/book", {})
    [entry] = hours_of(manager, mara)
    assert same(entry["checkedOutAt"], out["at"])


def test_what_waits_is_handed_in_at_the_sign_in_page(one_server, visit):
    """The page that had it was closed before the server took it."""
    manager, _, [mara] = crew(one_server, "Mara")
    with visit(one_server) as phone:
        switched_off_without_a_signal(phone, manager, mara)
        phone.context.route("**/check-out", lambda route: route.abort())
        phone.context.set_offline(False)
        phone.locator("dialog.is-door").wait_for()
        assert waiting(manager, mara) == []
        phone.context.unroute("**/check-out")
        phone.goto("/")
        phone.locator("input[type=email]").wait_for()
        [out] = wait_until(phone, lambda: waiting(manager, mara), 1)
        assert (out["act"], out["code"]) == ("CHECK_OUT", "person-switched-off")

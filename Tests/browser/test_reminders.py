"""Someone who has been on site for long is asked whether they are still there: they are, or say when they left."""

import datetime
import uuid

from conftest import both_databases, settle, sign_in
from test_cards import PIN, accessible, card_of, crew, open_card
from test_engines import phone  # noqa: F401 (a fixture)
from test_engines import wait_until, worker
from test_hours import BERLIN, done, hours_of, name_of, same
from test_manager import send, wait_for

QUESTION = "Noch auf der Baustelle?"


def came(manager, site, person, hours=11):
    """Opens an entry that began so long ago."""
    begun = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0) - datetime.timedelta(hours=hours)
    [entry] = manager.send("POST", f"{manager.company}/sites/{site['id']}/time-entries", {
        "userIds": [person["id"]], "checkedInAt": text(begun), "reason": "Handy leer"})
    return entry, begun


def text(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def wall(moment):
    return moment.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M")


@both_databases
def test_who_left_and_forgot_says_when_without_a_signal_too(server, visit):
    manager, site, [mara] = crew(server, "Mara")
    _, begun = came(manager, site, mara)
    left = begun + datetime.timedelta(hours=8, minutes=5)
    with visit(server) as page:
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        open_card(page, card_of(manager, mara), PIN)
        page.goto("/")
        clock = page.locator(".clock")
        clock.get_by_text(QUESTION).wait_for()
        accessible(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(page)
        page.context.set_offline(True)
        clock.get_by_role("button", name="Gegangen um …").click()
        dialog = page.locator("dialog")
        accessible(page)
        field = dialog.locator("[name=at]")
        field.fill(wall(begun - datetime.timedelta(minutes=1)))
        send(page)
        dialog.get_by_text("Das liegt vor deinem Kommen").wait_for()
        field.fill(wall(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=30)))
        send(page)
        dialog.get_by_text("So spät ist es noch nicht.").wait_for()
        field.fill(wall(left))
        send(page)
        done(page)
        page.locator(".toast", has_text=f"Ausgestempelt um {wall(left)[11:]}").wait_for()
        clock.get_by_role("button", name="Kommen").wait_for()
        assert hours_of(manager, mara)[0]["checkedOutAt"] is None
        page.context.set_offline(False)
        wait_for(page, lambda: {"count": len([one for one in hours_of(manager, mara) if one["checkedOutAt"]])}, count=1)
        [entry] = hours_of(manager, mara)
        assert same(entry["checkedOutAt"], text(left)) and entry["minutes"] == 485


def test_who_is_still_there_is_left_alone_and_the_office_sees_the_longest_first(one_server, visit):
    manager, site, people = crew(one_server, "Mara", "Jonas")
    mara, jonas = people
    came(manager, site, jonas, hours=2)
    came(manager, site, mara, hours=30)
    with visit(one_server) as page:
        open_card(page, card_of(manager, mara), PIN)
        page.goto(f"/sites/{site['id']}/hours")
        clock = page.locator(".clock")
        clock.get_by_text(QUESTION).wait_for()
        clock.get_by_role("button", name="Ja, noch da").click()
        clock.get_by_text(QUESTION).wait_for(state="detached")
        page.goto("/")
        clock.get_by_role("button", name="Gehen").wait_for()
        settle(page)
        assert clock.get_by_text(QUESTION).count() == 0
        assert hours_of(manager, mara)[0]["checkedOutAt"] is None
    with visit(one_server, "desktop") as desk:
        sign_in(desk, one_server.managers[0], one_server.password)
        first = desk.locator("#present li").first
        first.get_by_text("lange offen").wait_for()
        desk.goto("/hours")
        rows = desk.locator("li.row", has=desk.locator("running-time"))
        rows.first.wait_for()
        shown = rows.all_inner_texts()
        long = next(place for place, row in enumerate(shown) if name_of(mara) in row)
        short = next(place for place, row in enumerate(shown) if name_of(jonas) in row)
        assert long < short and "lange offen" in shown[long] and "lange offen" not in shown[short], shown
        accessible(desk)


# Whether the clock was ever shown without the question. The page waits a moment for that: here a longer one, however busy the machine is.
WATCH = """() => {
  const after = setTimeout;
  window.setTimeout = (run, time, ...more) => after(run, time === 300 ? 10_000 : time, ...more);
  new MutationObserver(() => {
    if (document.querySelector('.clock')) window.isWhole ??= document.querySelector('.clock-ask') !== null;
  }).observe(document, { subtree: true, childList: true });
}"""


def test_the_question_comes_with_the_clock(one_server, visit):
    manager, site, [mara] = crew(one_server, "Mara")
    with visit(one_server) as page:
        open_card(page, card_of(manager, mara), PIN)
        came(manager, site, mara)
        # What the phone knows from the last time has no question.
        page.goto("/")
        page.locator(".clock").get_by_text(QUESTION).wait_for()
        settle(page)
        page.add_init_script(f"({WATCH})()")
        for path in ("/", "/hours"):
            page.goto(path)
            page.locator(".clock").get_by_text(QUESTION).wait_for()
            assert page.evaluate("window.isWhole"), path


def test_who_is_there_since_days_is_shown_with_the_day(one_server, visit):
    manager, site, [mara] = crew(one_server, "Mara")
    _, begun = came(manager, site, mara, hours=50)
    with visit(one_server) as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/sites/{site['id']}/hours")
        row = page.locator("li.row", has_text=name_of(mara)).filter(has=page.locator("running-time"))
        row.get_by_text("lange offen").wait_for()
        assert str(begun.astimezone(BERLIN).day) + "." in row.inner_text() and "seit" not in row.inner_text(), row.inner_text()


def test_it_is_asked_on_any_phone(phone, one_server):  # noqa: F811 (the fixture)
    manager, user, site = worker(one_server)
    _, begun = came(manager, site, user)
    left = begun + datetime.timedelta(hours=8)
    phone.go(user["link"])
    phone.fill("[name=password]", f"Kelle {uuid.uuid4().hex[:8]}")
    phone.tap("form button.is-primary")
    phone.find(".clock", QUESTION)
    phone.tap(".clock button", "Gegangen um …")
    assert phone.wait("return document.querySelector('dialog [name=at]')?.value || null;", what="time in the field")
    phone.set("dialog [name=at]", wall(left))
    phone.tap("dialog form button.is-primary")
    phone.gone("dialog")
    phone.find("body", f"Ausgestempelt um {wall(left)[11:]}")
    entry = wait_until(phone, lambda: next((one for one in hours_of(manager, user) if one["checkedOutAt"]), None))
    assert same(entry["checkedOutAt"], text(left))

"""The view of a month: each entry with its own times, site and breaks, on a phone too; its PDF, also when the server is busy."""

import datetime
import json
import os
import pathlib

from conftest import sign_in
from test_cards import accessible, card_of, crew, open_card
from test_hands import keep_app, lose_signal
from test_hours import at, day_before, entered, name_of

PIN = "407192"
BUSY = {"code": "busy", "params": {}, "detail": "The server is busy.", "fields": [], "requestId": "a-1"}


def picture(page, name):
    if folder := os.environ.get("POLIER_SCREENSHOTS"):
        page.screenshot(path=pathlib.Path(folder) / f"{name}.png", full_page=True)


def lines_of(page, text):
    return page.locator(".statement tbody", has_text=text).locator("tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.querySelectorAll('.is-time, .is-site, .is-breaks')].map((cell) => cell.innerText.trim()))")


def test_a_month_shows_each_entry_with_what_is_its_own(one_server, visit):
    manager, site, [mara, jonas] = crew(one_server, "Mara", "Jonas")
    day = day_before(4)
    if day.month != day_before(1).month:
        day = day.replace(day=1) - datetime.timedelta(days=5)
    next_day = day + datetime.timedelta(days=1)
    # A day in two parts, with breaks that are known in two ways, and one that lasts until the next day.
    entered(manager, site, mara, day, "06:00", "10:00", breaks=[{"from": at(day, "08:00"), "to": at(day, "08:15")}])
    entered(manager, site, mara, day, "10:30", "12:00", kind="TRAVEL", breaks=[{"minutes": 0}])
    long = entered(manager, site, mara, day, "13:00", "15:00")
    manager.send("PATCH", f"{manager.company}/sites/{site['id']}/time-entries/{long['id']}", {
        "checkedInAt": at(next_day, "06:00"), "checkedOutAt": at(next_day + datetime.timedelta(days=1), "05:00"), "reason": "Falscher Tag"})
    entered(manager, site, jonas, day, "07:00", "15:00")
    manager.send("DELETE", f"{manager.company}/users/{jonas['id']}")
    with visit(one_server, "desktop") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/hours/statement?month={day:%Y-%m}&person={mara['id']}")
        page.locator(".statement tbody", has_text="06:00–10:00").wait_for()
        assert lines_of(page, "06:00–10:00") == [
            ["06:00–10:00", site["name"], "08:00–08:15 angegeben"], ["10:30–12:00", f"{site['name']} (Fahrt)", "0 min angegeben"]]
        assert lines_of(page, "06:00–05:00 +1")[0][0] == "06:00–05:00 +1"
        [note] = [text for text in page.locator(".statement-notes li").all_inner_texts() if "Falscher Tag" in text]
        assert f"{day.day}. " in note.split("danach")[0] and f"{next_day.day}. " in note.split("danach")[1], note
        assert "13:00–15:00" in note and " 05:00, " in note
        assert "Nicht freigegeben" in page.locator(".statement-who").inner_text()
        assert page.locator(".statement-signs").count() == 0 and "Unterschrift" not in page.locator(".statement").inner_text()
        page.get_by_text("Der Stundennachweis zum Unterschreiben ist das PDF.").wait_for()
        accessible(page)
        picture(page, "statement-desk")

        # Who was removed is still named; a month of long ago, and one to come, are themselves.
        page.goto(f"/hours/statement?month={day:%Y-%m}&person={jonas['id']}")
        page.locator(".statement tbody", has_text="07:00–15:00").wait_for()
        assert page.locator("#statement-person").evaluate("(box) => box.selectedOptions[0]?.textContent") == name_of(jonas)
        for month, shown in [("2017-03", "In diesem Monat sind keine Stunden."), ("2199-01", "Der Monat hat noch nicht begonnen.")]:
            page.goto(f"/hours/statement?month={month}&person={mara['id']}")
            page.locator(".statement-who", has_text=shown).wait_for()
            assert page.locator("#statement-month").input_value() == month
            assert f"month={month}" in page.get_by_role("link", name="PDF laden").get_attribute("href")

        # A busy server says so, and nothing is saved.
        page.goto(f"/wages?month={day:%Y-%m}")
        page.watch.allow("503")
        page.route("**/time-sheets/export?*", lambda route: route.fulfill(
            status=503, headers={"Content-Type": "application/problem+json", "Retry-After": "3"}, body=json.dumps(BUSY)))
        page.get_by_role("link", name="CSV").click()
        page.locator(".toast.is-problem").wait_for()
        page.unroute("**/time-sheets/export?*")
        with page.expect_download() as loading:
            page.get_by_role("link", name="CSV").click()
        assert loading.value.suggested_filename.endswith(".csv")

    with visit(one_server) as phone:
        phone.set_viewport_size({"width": 360, "height": 640})
        open_card(phone, card_of(manager, mara), PIN)
        phone.goto(f"/hours/statement?month={day:%Y-%m}")
        row = phone.locator(".statement tbody", has_text="06:00–10:00")
        row.wait_for()
        # Times and sites of one entry stand beside each other, and what the day comes to below, with its names.
        tops = row.locator("tr").evaluate_all(
            "(rows) => rows.map((row) => ['.is-time', '.is-site'].map((name) => Math.round(row.querySelector(name).getBoundingClientRect().top)))")
        assert all(time == place for time, place in tops) and tops[0][0] < tops[1][0], tops
        for name, label in [(".is-number", "Pause"), (".is-approval", "Freigabe")]:
            assert label in row.locator(name).first.evaluate("(cell) => getComputedStyle(cell, '::before').content")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        accessible(phone)
        picture(phone, "statement-phone")

        # The strip covers nothing of the sheet for customs.
        phone.goto("/hours/record")
        phone.locator(".record-name").wait_for()
        keep_app(phone)
        lose_signal(phone)
        phone.locator(".status").wait_for()
        assert phone.locator(".record-name").bounding_box()["y"] + 40 < 640
        covered = phone.evaluate("""() => {
          const { left, top, height } = document.querySelector(".record-name").getBoundingClientRect();
          return !document.elementFromPoint(left + 5, top + height / 2)?.closest(".record-name");
        }""")
        assert not covered
        picture(phone, "record-phone")

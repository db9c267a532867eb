"""Days off: a worker asks, the office answers with one tap, and the worker reads it; sickness, targets and the balance."""

import datetime

from conftest import both_databases, settle, sign_in
from test_approval import company_of_its_own
from test_cards import accessible, card_of, crew, open_card
from test_hands import lose_signal
from test_hours import done, name_of
from test_manager import PASSWORD, send, wait_for

PIN = "407192"


def in_days(count):
    return str(datetime.date.today() + datetime.timedelta(days=count))


def absences_of(manager, person):
    return manager.get(f"{manager.company}/absences?userId={person['id']}")


@both_databases
def test_a_worker_asks_for_days_off_and_reads_the_answer(server, visit):
    manager, _, [mara] = crew(server, "Mara")
    with visit(server) as phone:
        open_card(phone, card_of(manager, mara), PIN)
        phone.goto("/hours")
        phone.get_by_role("link", name="Abwesenheit").click()
        phone.get_by_role("heading", level=1, name="Abwesenheit").wait_for()
        phone.get_by_role("button", name="Beantragen").click()
        dialog = phone.locator("dialog")
        dialog.locator("[name=from]").fill(in_days(30))
        dialog.locator("[name=to]").fill(in_days(29))
        send(phone)
        dialog.get_by_text("Das Ende liegt vor dem Beginn.").wait_for()
        dialog.locator("[name=to]").fill(in_days(32))
        dialog.locator("[name=note]").fill("Familienfeier")
        accessible(phone)
        send(phone)
        done(phone)
        mine = phone.locator("#absences-mine li")
        mine.get_by_text("beantragt").wait_for()

        with visit(server, "desktop") as desk:
            sign_in(desk, server.managers[0], server.password)
            desk.goto("/")
            desk.get_by_role("link", name="frei", exact=False).first.click()
            asked = desk.locator("#absences-asked li", has_text=name_of(mara))
            asked.get_by_text("Familienfeier").wait_for()
            accessible(desk)
            asked.get_by_role("button", name="Genehmigen").click()
            wait_for(desk, lambda: {"states": [one["state"] for one in absences_of(manager, mara)]}, states=["OK"])
            desk.locator("#absences-planned li", has_text=name_of(mara)).get_by_text("genehmigt").wait_for()

            # Another one is declined, with a reason.
            phone.get_by_role("button", name="Beantragen").click()
            dialog.locator("[name=from]").fill(in_days(40))
            send(phone)
            done(phone)
            mine.nth(1).wait_for()
            desk.reload()
            asked.get_by_role("button", name="Ablehnen").click()
            desk.locator("dialog [name=reason]").fill("Zu viele sind weg")
            desk.locator("dialog form .button.is-danger").click()
            done(desk)

        phone.goto("/absences")
        mine.get_by_text("genehmigt").wait_for()
        mine.get_by_text("Grund: Zu viele sind weg").wait_for()
        # Sickness is no question.
        phone.get_by_role("button", name="Beantragen").click()
        dialog.locator("[name=kind]").select_option("SICK")
        dialog.get_by_text("Das sehen nur du").wait_for()
        send(phone)
        done(phone)
        wait_for(phone, lambda: {"kinds": sorted(one["kind"] for one in absences_of(manager, mara) if one["state"] == "OK")}, kinds=["SICK", "VACATION"])


def test_days_off_are_asked_for_without_a_signal_though_none_were_read(one_server, visit):
    manager, _, [mara] = crew(one_server, "Mara")
    with visit(one_server) as phone:
        open_card(phone, card_of(manager, mara), PIN)
        phone.goto("/hours")
        phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
        settle(phone)
        lose_signal(phone)
        phone.get_by_role("link", name="Abwesenheit").click()
        phone.get_by_text("Deine Tage sind auf diesem Gerät noch nicht gespeichert.").wait_for()
        accessible(phone)
        phone.get_by_role("button", name="Beantragen").click()
        dialog = phone.locator("dialog")
        dialog.locator("[name=from]").fill(in_days(20))
        send(phone)
        dialog.get_by_text("Es ist noch nichts abgeschickt.").wait_for()
        with phone.expect_request(lambda request: request.method == "GET" and "/absences?" in request.url) as asked:
            phone.context.set_offline(False)
        # What is kept under a path with a day isn't found on another one.
        assert "from=" not in asked.value.url
        send(phone)
        done(phone)
        phone.locator("#absences-mine li").get_by_text("beantragt").wait_for()


def test_the_focus_goes_on_to_what_is_left(one_server, visit):
    manager = company_of_its_own(one_server)
    for name in ("Mara", "Jonas"):
        mate = manager.send("POST", manager.company + "/users", {"firstName": name, "lastName": "Lenz", "role": "WORKER", "language": "de"})
        with visit(one_server) as phone:
            open_card(phone, card_of(manager, mate), PIN)
            phone.goto("/absences")
            phone.get_by_role("button", name="Beantragen").click()
            phone.locator("dialog [name=from]").fill(in_days(10))
            send(phone)
            done(phone)
    with visit(one_server, "desktop") as desk:
        sign_in(desk, manager.user["email"], PASSWORD)
        desk.goto("/absences")
        asked = desk.locator("#absences-asked li")
        asked.nth(1).wait_for()
        asked.first.get_by_role("button", name="Genehmigen").press("Enter")
        asked.nth(1).wait_for(state="detached")
        settle(desk)
        assert desk.evaluate("document.activeElement.closest('#absences-asked li') && document.activeElement.textContent").strip() == "Genehmigen"
        desk.keyboard.press("Enter")
        asked.wait_for(state="detached")
        settle(desk)
        assert desk.evaluate("document.activeElement.localName") == "h1"


def test_a_target_makes_a_balance(one_server, visit):
    manager, _, [mara] = crew(one_server, "Mara")
    with visit(one_server, "desktop") as desk:
        sign_in(desk, one_server.managers[0], one_server.password)
        desk.goto(f"/people/{mara['id']}")
        desk.get_by_role("button", name="Soll ändern").click()
        dialog = desk.locator("dialog")
        dialog.locator("[name=friday]").fill("6,5")
        dialog.locator("[name=opening]").fill("-1,5")
        accessible(desk)
        send(desk)
        done(desk)
        desk.locator("#targets").get_by_text("38,5 h in der Woche").wait_for()
        desk.locator("#targets").get_by_text("-1,5 h").wait_for()
        [target] = manager.get(f"{manager.company}/users/{mara['id']}/targets")["targets"]
        assert (target["monday"], target["friday"], target["sunday"], target["openingMinutes"]) == (480, 390, 0, -90)

        # The company's holidays.
        desk.goto("/company")
        desk.get_by_role("button", name="Ändern", exact=True).click()
        dialog.locator("[name=region]").select_option("DE-SN")
        send(desk)
        done(desk)
        desk.get_by_text("Sachsen", exact=True).wait_for()
        assert manager.get(manager.company)["region"] == "DE-SN"


def test_a_company_has_holidays_of_its_own(server, visit):
    manager = company_of_its_own(server)
    own = lambda: manager.get(manager.company)["localHolidays"]
    with visit(server) as page:
        sign_in(page, manager.user["email"], PASSWORD)
        page.goto("/company")
        page.get_by_role("button", name="Ändern", exact=True).click()
        dialog = page.locator("dialog")
        for number in (1, 2):
            dialog.get_by_role("button", name="Feiertag", exact=True).click()
            row = dialog.get_by_role("group", name=f"Feiertag {number}")
            row.get_by_label("Tag", exact=True).fill("2030-12-24")
            if number == 1:
                row.get_by_label("Name").fill("Heiligabend")
        send(page)
        dialog.get_by_text("Jeder Feiertag braucht einen Tag und einen Namen.").wait_for()
        accessible(page)
        row.get_by_label("Name").fill("Silvester")
        send(page)
        dialog.get_by_text("steht zweimal da").wait_for()
        row.get_by_label("Tag", exact=True).fill("2030-12-31")
        send(page)
        done(page)
        page.get_by_text("Silvester").wait_for()
        accessible(page)
        assert own() == [{"day": "2030-12-24", "name": "Heiligabend"}, {"day": "2030-12-31", "name": "Silvester"}]
        # Someone else adds one meanwhile: which list holds is asked.
        page.get_by_role("button", name="Ändern", exact=True).click()
        dialog.get_by_role("button", name="Feiertag 1 entfernen").click()
        manager.send("PATCH", manager.company, {"localHolidays": [{"day": "2030-05-01", "name": "Maibaum"}]})
        page.watch.allow(r"status of 412")
        send(page)
        dialog.get_by_text("Maibaum").wait_for()
        accessible(page)
        dialog.locator(".conflict").get_by_text("Silvester").click()
        send(page)
        done(page)
        assert own() == [{"day": "2030-12-31", "name": "Silvester"}]

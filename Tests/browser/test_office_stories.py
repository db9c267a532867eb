"""The bookkeeper's Friday and month's end, and a worker's holiday: in Chromium on both databases by keyboard and at a desk, in Firefox and
WebKit at a phone's size."""

import datetime
import time

from conftest import both_databases, settle
from conftest import sign_in as signed_in
from test_absences import absences_of
from test_approval import company_of_its_own, enter, last_monday, states
from test_cards import accessible
from test_engines import phone, sign_in, wait_until  # noqa: F401
from test_hands import keep_app, lose_signal
from test_hours import at, day_before, done, entered, name_of
from test_manager import PASSWORD, send, wait_for
from test_people import joined
from test_wages import decide, downloaded, founded

FRIDAY_SECONDS = 300
"""What the job may take a person; the browser is faster."""
FRIDAY_KEYS = 120


class Keyboard:
    """Someone who has no mouse, and counts."""

    def __init__(self, page):
        self.page, self.count, self.began = page, 0, time.monotonic()

    def press(self, key):
        self.count += 1
        self.page.keyboard.press(key)

    def reach(self, target, *, most=40):
        """By Tab, until the focus is there."""
        for _ in range(most):
            if target.evaluate("(one) => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"{target} isn't reached by {most} Tabs")

    def push(self, target, *, most=40):
        target.wait_for()
        self.reach(target, most=most)
        self.press("Enter")

    def fill(self, target, text):
        """A time is typed into its parts, which each browser has in another way."""
        self.reach(target)
        self.count += len(text)
        target.fill(text)


def fifteen(server):
    """A company whose owner works too, with a bookkeeper and a crew of fifteen who worked last week; the last one forgot to check out."""
    owner = company_of_its_own(server)
    monday = last_monday()
    site = owner.send("POST", owner.company + "/sites", {"name": "Schule"})
    people = [owner.send("POST", owner.company + "/users", {
        "firstName": f"Kai {number:02}", "lastName": "Roth", "role": "WORKER"}) for number in range(15)]
    for day in range(5):
        enter(owner, site, people, monday + datetime.timedelta(days=day))
    enter(owner, site, [owner.user], monday)
    owner.send("POST", f"{owner.company}/sites/{site['id']}/time-entries", {
        "userIds": [people[14]["id"]], "checkedInAt": at(monday + datetime.timedelta(days=4), "16:00"), "reason": "Zettel"})
    return owner, joined(server, owner, "BOOKKEEPER", "Ute"), people, monday


@both_databases
def test_friday_by_keyboard(server, visit):
    """The owner approves fifteen people, is told of the one who isn't done, mends it and is done; the bookkeeper approves the owner."""
    owner, keeper, people, monday = fifteen(server)
    friday = monday + datetime.timedelta(days=4)
    with visit(server, "desktop") as page:
        signed_in(page, owner.user["email"], PASSWORD)
        page.goto("/hours")
        hands = Keyboard(page)
        hands.push(page.get_by_role("button", name="Früher"))
        # The crew and the bookkeeper.
        hands.push(page.get_by_role("button", name="Für 16 Personen freigeben"))
        left = page.locator(".approving-left")
        left.get_by_text("das Gehen fehlt").wait_for()
        assert left.locator("li").count() == 1
        # Their own days are no work that is left.
        page.get_by_text("Deine eigenen Tage gibt jemand anderes frei.").wait_for()
        accessible(page)
        hands.push(left.get_by_role("button", name="Kai 14 Roth"))
        hands.push(page.locator(".time-entry.is-running .time-span"))
        dialog = page.locator("dialog")
        hands.fill(dialog.locator("[name=checkedOutAt]"), f"{friday}T17:00")
        hands.fill(dialog.locator("[name=reason]"), "Vergessen")
        hands.press("Enter") if dialog.locator("input[name=reason]").count() else hands.push(dialog.locator("form .button.is-primary"))
        done(page)
        hands.push(page.get_by_role("button", name="Für Kai 14 Roth freigeben"))
        page.get_by_text("Alles freigegeben").wait_for()
        spent = time.monotonic() - hands.began
        print(f"Friday: {hands.count} keys, {spent:.1f} s")
        assert hands.count <= FRIDAY_KEYS and spent < FRIDAY_SECONDS
        for person in people:
            assert states(owner, person, monday) == 7 * ["APPROVED"]
        assert states(owner, owner.user, monday) == []
        # Nothing is left, and it says so.
        page.goto(f"/hours?from={monday}")
        page.get_by_text("Alles freigegeben").wait_for()
        page.get_by_text("Deine eigenen Tage gibt jemand anderes frei.").wait_for()
        page.goto(f"/hours?person={owner.user['id']}&from={monday}")
        page.get_by_text("Deine eigenen Tage gibt jemand anderes frei.").wait_for()
        settle(page)
        assert page.get_by_role("button", name="freigeben").count() == 0
    with visit(server, "desktop") as page:
        signed_in(page, keeper["email"], PASSWORD)
        page.goto(f"/hours?from={monday}")
        page.get_by_role("button", name="Für 1 Person freigeben").press("Enter")
        page.get_by_text("Alles freigegeben").wait_for()
        assert states(owner, owner.user, monday) == 7 * ["APPROVED"]


def test_friday_on_a_phone(phone, one_server):  # noqa: F811
    owner, keeper, people, monday = fifteen(one_server)
    sign_in(phone, keeper["email"], PASSWORD)
    phone.find("h1", "Stunden")
    phone.tap("button", "Früher")
    phone.tap("button", "Für 16 Personen freigeben")
    phone.find(".approving-left", "das Gehen fehlt")
    phone.tap(".approving-left button", "Kai 14 Roth")
    phone.find("button", "Für Kai 14 Roth freigeben")
    [entry] = owner.get(f"{owner.company}/time-entries?open=true")
    owner.send("PATCH", f"{owner.company}/sites/{entry['siteId']}/time-entries/{entry['id']}", {
        "checkedOutAt": at(monday + datetime.timedelta(days=4), "17:00"), "reason": "Vergessen"})
    phone.tap("button", "Für Kai 14 Roth freigeben")
    phone.find(".chip", "Alles freigegeben")
    assert {state for person in [*people, owner.user] for state in states(owner, person, monday)} == {"APPROVED"}


def month_of_two(server):
    """A company with a bookkeeper and two who worked in the last month: one left since, and one forgot to check out."""
    email, owner, mara, site = founded(server)
    keeper = joined(server, owner, "BOOKKEEPER", "Ute")
    kim = owner.send("POST", owner.company + "/users", {"firstName": "Kim", "lastName": "Adam", "role": "WORKER"})
    owner.send("PATCH", f"{owner.company}/sites/{site['id']}", {"users": [mara["id"], kim["id"]]})
    day = day_before(1).replace(day=1) - datetime.timedelta(days=4)
    entry = entered(owner, site, mara, day)
    entered(owner, site, kim, day, "07:00", "12:00")
    owner.send("POST", f"{owner.company}/sites/{site['id']}/time-entries", {
        "userIds": [mara["id"]], "checkedInAt": at(day + datetime.timedelta(days=1), "07:00"), "reason": "Zettel"})
    return email, owner, keeper, mara, kim, site, day, entry


def remove(owner, person):
    owner.send("POST", "/auth/confirm", {"password": PASSWORD})
    owner.send("DELETE", f"{owner.company}/users/{person['id']}")


@both_databases
def test_month_end(server, visit):
    """Each gap leads to where it is mended; a trial, the file, nothing new, a correction, what it changed, and the file once more."""
    email, owner, keeper, mara, kim, site, day, entry = month_of_two(server)
    remove(owner, kim)
    after = day + datetime.timedelta(days=1)
    with visit(server, "desktop") as desk, visit(server, "desktop") as office:
        signed_in(desk, keeper["email"], PASSWORD)
        desk.goto("/wages")
        desk.locator("#wages-month").select_option(f"{day:%Y-%m}")
        gaps = desk.locator("#wage-gaps li")
        gaps.first.wait_for()
        settle(desk)
        texts = gaps.all_inner_texts()
        assert sorted(text.split(": ")[-1] for text in texts if "fehlt" in text) == [
            "Arbeit", "Beraternummer fehlt", "Mandantennummer fehlt", "Personalnummer fehlt", "Personalnummer fehlt"], texts
        assert any("Mara Lenz: offener Eintrag" in text for text in texts), texts
        accessible(desk)

        # What the tax adviser supplied.
        desk.get_by_role("button", name="Lohnart fehlt: Arbeit").click()
        dialog = desk.get_by_role("dialog")
        dialog.get_by_label("Beraternummer").fill("1234567")
        dialog.get_by_label("Mandantennummer").fill("12345")
        dialog.get_by_label("Arbeit", exact=True).fill("1000")
        dialog.get_by_role("button", name="Speichern").click()
        done(desk)
        # A number that is taken is said at its field. Kim isn't there any more, and is paid.
        for person, numbers in [("Mara Lenz", ["101"]), ("Kim Adam", ["101", "102"])]:
            desk.get_by_role("button", name=f"{person}: Personalnummer fehlt").click()
            dialog.get_by_text(person).wait_for()
            accessible(desk)
            for number in numbers:
                desk.watch.allow(r"status of 409")
                dialog.get_by_label("Personalnummer").fill(number)
                dialog.get_by_role("button", name="Speichern").click()
                if number != numbers[-1]:
                    dialog.get_by_text("Die Personalnummer 101 hat schon Mara Lenz.").wait_for()
            done(desk)

        # The open entry: she sees it, and the office that was there ends it.
        desk.get_by_role("link", name="Mara Lenz: offener Eintrag", exact=False).click()
        desk.locator(".time-entry.is-running").wait_for()
        signed_in(office, email, PASSWORD)
        office.goto(f"/hours?person={mara['id']}&from={day}")
        office.locator(".time-entry.is-running .time-span").click()
        office.locator("dialog [name=checkedOutAt]").fill(f"{after}T15:30")
        office.locator("dialog [name=reason]").fill("Vergessen")
        send(office)
        done(office)
        desk.go_back()
        desk.get_by_role("link", name="Mara Lenz: ", exact=False).first.click()
        desk.get_by_role("button", name="Für Mara Lenz freigeben").click()
        desk.get_by_text("Alles freigegeben").wait_for()
        desk.go_back()
        desk.get_by_role("link", name="Kim Adam: ", exact=False).first.click()
        desk.get_by_role("button", name="Für Kim Adam freigeben").click()
        desk.get_by_text("Alles freigegeben").wait_for()
        desk.go_back()
        desk.get_by_text("In der Datei: 2 Personen, 2 Zeilen.").wait_for()

        # A trial with one person.
        desk.locator("#wages-person").select_option(mara["id"])
        desk.get_by_role("button", name="Probedatei erstellen").click()
        row = desk.locator(".list li", has_text="Probe: Mara Lenz")
        row.wait_for()
        name, file = downloaded(desk, row.get_by_role("link", name="Datei laden", exact=False))
        assert name == f"lodas-{day:%Y-%m}-probe.txt" and file.count(b"10;01/") == 1, file
        # The real one.
        desk.locator("#wages-person").select_option("")
        desk.get_by_role("button", name="Datei erstellen").click()
        desk.get_by_text("Nichts hat sich geändert").wait_for()
        name, file = downloaded(desk, desk.get_by_role("link", name="Datei laden", exact=False).first)
        assert name == f"lodas-{day:%Y-%m}.txt"
        assert file.startswith(
            b"[Allgemein]\r\nZiel=LODAS\r\nVersion_SST=1.0\r\nBeraterNr=1234567\r\nMandantenNr=12345\r\n"
            b"Datumsformat=TT/MM/JJJJ\r\nFeldtrennzeichen=;\r\nZahlenkomma=,\r\n[Satzbeschreibung]\r\n"), file
        first = f"10;01/{day:%m/%Y};"
        assert file.endswith(f"[Bewegungsdaten]\r\n{first}101;1000;1;17,00;;\r\n{first}102;1000;1;5,00;;\r\n".encode()), file
        # Made once more: nothing is new.
        desk.get_by_role("button", name="Datei erstellen").click()
        desk.locator(".list li", has_text="DATEV LODAS").nth(2).wait_for()
        desk.get_by_text("Nichts hat sich geändert").wait_for()

        # A day was shorter.
        desk.goto(f"/hours?person={mara['id']}&from={day}")
        desk.get_by_role("button", name="Wieder öffnen").click()
        desk.get_by_label("Grund").fill("Früher gegangen")
        desk.keyboard.press("Enter")
        done(desk)
        owner.send("PATCH", f"{owner.company}/sites/{site['id']}/time-entries/{entry['id']}", {
            "checkedOutAt": at(day, "14:00"), "reason": "Früher gegangen"})
        desk.reload()
        desk.get_by_role("button", name="Für Mara Lenz freigeben").click()
        desk.get_by_text("Alles freigegeben").wait_for()
        desk.goto(f"/wages?month={day:%Y-%m}")
        changed = desk.locator("#wage-differences li")
        changed.wait_for()
        assert "Mara Lenz" in changed.inner_text() and "15,5 Std." in changed.inner_text() and "vorher 17 Std." in changed.inner_text()
        accessible(desk)
        desk.get_by_role("button", name="Datei erstellen").click()
        desk.get_by_text("Nichts hat sich geändert").wait_for()
        _, file = downloaded(desk, desk.get_by_role("link", name="Datei laden", exact=False).first)
        assert f"{first}101;1000;1;15,50;;\r\n".encode() in file

        # Who left has a page, on which the bookkeeper changes nothing but what payroll needs.
        desk.goto(f"/people/{kim['id']}")
        desk.get_by_role("heading", level=1, name="Kim Adam").wait_for()
        desk.get_by_role("button", name="Soll ändern").wait_for()
        accessible(desk)
        assert desk.get_by_role("button", name="Zurückholen").count() == 0
        desk.get_by_role("button", name="Nummer ändern").click()
        assert dialog.get_by_label("Personalnummer").input_value() == "102"
        dialog.get_by_label("Personalnummer").fill("")
        dialog.get_by_role("button", name="Speichern").click()
        done(desk)
        desk.locator("dd", has_text="keine").wait_for()


def test_month_end_on_a_phone(phone, one_server):  # noqa: F811
    _, owner, keeper, mara, kim, site, day, _ = month_of_two(one_server)
    [still] = owner.get(f"{owner.company}/time-entries?open=true")
    sign_in(phone, keeper["email"], PASSWORD)
    phone.tap("main a", "Lohn")
    phone.find("#wages-month")
    phone.set("#wages-month", f"{day:%Y-%m}")
    phone.find("#wage-gaps li", "offener Eintrag")
    phone.tap("#wage-gaps button", "Lohnart fehlt: Arbeit")
    phone.fill("dialog [name=consultantNumber]", "1234567")
    phone.fill("dialog [name=clientNumber]", "12345")
    phone.fill("dialog [name='wageTypes.WORK']", "1000")
    phone.tap("dialog form button.is-primary")
    phone.gone("dialog")
    for person, number in [(mara, "101"), (kim, "102")]:
        phone.tap("#wage-gaps button", f"{name_of(person)}: Personalnummer fehlt")
        phone.fill("dialog [name=personnelNumber]", number)
        phone.tap("dialog form button.is-primary")
        phone.gone("dialog")
    owner.send("PATCH", f"{owner.company}/sites/{site['id']}/time-entries/{still['id']}", {
        "checkedOutAt": at(day + datetime.timedelta(days=1), "15:30"), "reason": "Vergessen"})
    for person in (mara, kim):
        owner.send("POST", f"{owner.company}/time-sheets/approve", {
            "userIds": [person["id"]], "from": str(day), "until": str(day + datetime.timedelta(days=1))})
    phone.go(f"/wages?month={day:%Y-%m}")
    phone.find("main p", "2 Personen, 2 Zeilen")
    phone.tap("button", "Datei erstellen")
    phone.find("main", "Nichts hat sich geändert")
    text = phone.run("return fetch(document.querySelector(\"a[href$='/file']\").href).then((answer) => answer.text());")
    first = f"10;01/{day:%m/%Y};"
    assert text.endswith(f"[Bewegungsdaten]\r\n{first}101;1000;1;17,00;;\r\n{first}102;1000;1;5,00;;\r\n"), text
    # A correction is shown before the file is made again.
    decide(owner, "reopen", kim, day, reason="Früher gegangen")
    [hers] = owner.get(f"{owner.company}/time-entries?userId={kim['id']}")
    owner.send("PATCH", f"{owner.company}/sites/{site['id']}/time-entries/{hers['id']}", {"checkedOutAt": at(day, "11:00"), "reason": "Früher gegangen"})
    decide(owner, "approve", kim, day)
    phone.go(f"/wages?month={day:%Y-%m}")
    phone.find("#wage-differences li", "vorher 5 Std.")


def next_monday():
    today = datetime.date.today()
    return today + datetime.timedelta(days=7 - today.weekday() + 14)


def planned(owner, person, since=None):
    owner.send("PUT", f"{owner.company}/users/{person['id']}/targets", {
        "targets": [{"from": str(since or datetime.date.today()), "openingMinutes": 0, **dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], 480)}]})


def credited(owner, person, first):
    last = first + datetime.timedelta(days=4)
    [sheet] = owner.get(f"{owner.company}/time-sheets?from={first}&to={last}&userId={person['id']}")
    return [day["creditMinutes"] for day in sheet["days"]]


@both_databases
def test_a_holiday(server, visit):
    """Asked for in the cellar, where it can't be sent yet, and granted by the office; it counts in the sheet."""
    owner = company_of_its_own(server)
    mara = joined(server, owner, "WORKER", "Mara")
    planned(owner, mara)
    first = next_monday()
    last = first + datetime.timedelta(days=4)
    with visit(server) as mine, visit(server, "desktop") as desk:
        signed_in(mine, mara["email"], PASSWORD)
        mine.goto("/hours")
        mine.get_by_role("link", name="Abwesenheit").click()
        mine.get_by_role("button", name="Beantragen").wait_for()
        keep_app(mine)
        lose_signal(mine)
        # Begun there, too.
        mine.reload()
        mine.get_by_role("button", name="Beantragen").click()
        dialog = mine.locator("dialog")
        dialog.locator("[name=from]").fill(str(first))
        dialog.locator("[name=to]").fill(str(last))
        dialog.locator("[name=note]").fill("Familienfeier")
        send(mine)
        dialog.get_by_text("Es ist noch nichts abgeschickt.", exact=False).wait_for()
        accessible(mine)
        # Put away and opened again, it is still there.
        dialog.get_by_role("button", name="Schließen").click()
        mine.get_by_role("button", name="Beantragen").click()
        assert dialog.locator("[name=from]").input_value() == str(first) and dialog.locator("[name=note]").input_value() == "Familienfeier"
        assert absences_of(owner, mara) == []
        mine.context.set_offline(False)
        send(mine)
        done(mine)
        mine.locator("#absences-mine li").get_by_text("beantragt").wait_for()

        signed_in(desk, owner.user["email"], PASSWORD)
        desk.goto("/absences")
        desk.locator("#absences-asked li", has_text=name_of(mara)).get_by_role("button", name="Genehmigen").click()
        wait_for(desk, lambda: {"states": [one["state"] for one in absences_of(owner, mara)]}, states=["OK"])
        mine.reload()
        mine.locator("#absences-mine li").get_by_text("genehmigt").wait_for()
        assert credited(owner, mara, first) == 5 * [480]
        desk.locator("#absences-planned li", has_text=name_of(mara)).wait_for()
        # The office has days off, too, and a balance.
        monday = last_monday()
        planned(owner, owner.user, monday)
        desk.goto("/absences")
        desk.get_by_role("button", name="Eintragen").click()
        box = desk.locator("dialog")
        box.locator("[name=user]").select_option(owner.user["id"])
        box.locator("[name=from]").fill(str(monday))
        box.locator("[name=to]").fill(str(monday + datetime.timedelta(days=4)))
        send(desk)
        done(desk)
        assert credited(owner, owner.user, monday) == 5 * [480]
        desk.goto(f"/hours?from={monday}")
        desk.locator(".team-row", has_text=name_of(owner.user)).locator(".team-day", has_text="U").nth(4).wait_for()
        accessible(desk)
        desk.goto(f"/hours?person={owner.user['id']}&from={monday}")
        desk.get_by_text("Saldo insgesamt").wait_for()


def test_a_holiday_on_a_phone(phone, one_server):  # noqa: F811
    owner = company_of_its_own(one_server)
    mara = joined(one_server, owner, "WORKER", "Mara")
    planned(owner, mara)
    first = next_monday()
    sign_in(phone, mara["email"], PASSWORD)
    phone.tap("nav a", "Stunden")
    phone.tap("main a", "Abwesenheit")
    phone.find("button", "Beantragen")
    # What may be needed on site is fetched meanwhile.
    time.sleep(2)
    phone.signal.lose()
    phone.tap("button", "Beantragen")
    phone.set("dialog [name=from]", str(first))
    phone.set("dialog [name=to]", str(first + datetime.timedelta(days=4)))
    phone.tap("dialog form button.is-primary")
    phone.find("dialog", "Es ist noch nichts abgeschickt.")
    phone.signal.find()
    assert absences_of(owner, mara) == []
    phone.tap("dialog form button.is-primary")
    phone.find("#absences-mine li", "beantragt")
    [asked] = absences_of(owner, mara)
    owner.send("PATCH", f"{owner.company}/absences/{asked['id']}", {"state": "OK"})
    phone.go("/absences")
    phone.find("#absences-mine li", "genehmigt")
    assert wait_until(phone, lambda: credited(owner, mara, first)) == 5 * [480]

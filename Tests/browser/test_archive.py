"""What was removed is read and put back: sites, materials, people. And material that is counted, converted, and not entered twice."""

import uuid
from datetime import datetime, timedelta, timezone

from playwright.sync_api import expect

from conftest import both_databases, settle, sign_in
from polier import Client
from test_every_page import faults, photograph
from test_manager import PASSWORD, fill, send
from test_people import joined


def ago(**how_long):
    return (datetime.now(timezone.utc) - timedelta(**how_long)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_site(manager, name, crew=(), materials=()):
    """A site of this story's own; its materials go with it."""
    site = manager.send("POST", manager.company + "/sites", {"name": f"{name} {uuid.uuid4().hex[:6]}", "users": list(crew)})
    path = f"{manager.company}/sites/{site['id']}"
    made = [manager.send("POST", path + "/materials", {"name": one, "unit": unit, "amount": amount, "threshold": 0})
            for one, unit, amount in materials]
    return site, path, made


@both_databases
def test_a_removed_site_is_read_and_restored(server, visit):
    manager = Client(server, server.managers[0])
    worker = Client(server, joined(server, manager, "WORKER", "Kim")["email"], PASSWORD)
    site, path, (glue, _) = new_site(
        manager, "Dachgeschoss", [worker.user["id"]], [("Flexkleber", "Sack", 12), ("Leer", "Stück", 0)])
    worker.send("POST", f"{path}/materials/{glue['id']}/adjust-quantity", {"delta": -2.5, "note": "Gaube"})
    manager.send("POST", path + "/time-entries", {
        "userIds": [worker.user["id"]], "checkedInAt": ago(hours=5), "checkedOutAt": ago(hours=2), "reason": "Vergessen"})
    with visit(server, reduced_motion="reduce") as page:
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/sites/{site['id']}/edit")
        page.get_by_role("heading", level=1, name="Baustelle ändern").wait_for()
        settle(page)
        page.locator(".danger-zone .button").click()
        dialog = page.locator("dialog")
        # What is left is said, and moved first if one wants to.
        expect(dialog.locator(".left li")).to_have_text(["9,5\u00a0Sack Flexkleber"])
        assert "Archiv" in dialog.inner_text() and "zurücknehmen" not in dialog.inner_text()
        findings = faults(page, "remove")
        photograph(page, "archive", "/remove")
        dialog.get_by_role("button", name="Erst umlagern").click()
        dialog.get_by_text(f"{site['name']} abschließen").wait_for()
        page.goto(f"/sites/{site['id']}/edit")
        page.get_by_role("heading", level=1, name="Baustelle ändern").wait_for()
        settle(page)
        page.locator(".danger-zone .button").click()
        dialog.get_by_role("button", name="Baustelle entfernen").click()
        page.get_by_role("heading", level=1, name="Baustellen").wait_for()
        assert page.get_by_role("link", name=site["name"]).count() == 0

        page.get_by_role("link", name="Archiv").click()
        page.get_by_role("heading", level=1, name="Archiv").wait_for()
        row = page.get_by_role("link", name=site["name"])
        row.wait_for()
        findings += faults(page, "archive")
        photograph(page, "archive", "/archive")
        page.get_by_role("searchbox").fill("gibt es nicht")
        page.get_by_text("Keine Baustelle passt dazu").wait_for()
        page.get_by_role("searchbox").fill(site["name"].upper())
        row.wait_for()
        row.click()
        page.locator(".notice.removed").get_by_text("Entfernt am").wait_for()
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            settle(page)
            findings += faults(page, f"removed site, {width}")
            photograph(page, f"archive-{width}", "/removed")
        page.set_viewport_size({"width": 390, "height": 844})
        # It can be read, and nothing changes there.
        assert page.locator(".step, .material-new, .page-actions a").count() == 0
        page.get_by_role("button", name="Flexkleber", exact=True).click()
        dialog.get_by_text("Gaube").wait_for()
        assert dialog.locator(".actions button").count() == 0
        page.keyboard.press("Escape")
        page.locator(".tabs").get_by_role("link", name="Stunden").click()
        page.locator(".time-span").first.click()
        dialog.locator(".dialog-body > *").first.wait_for()
        assert dialog.locator("form").count() == 0
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Verlauf").click()
        page.get_by_text(f"hat die Baustelle „{site['name']}“ entfernt").wait_for()
        page.get_by_text("−2,5 Sack").wait_for()
        page.reload()
        page.get_by_text("−2,5 Sack").wait_for()

        page.get_by_role("button", name="Wiederherstellen").click()
        page.locator(".notice.removed").wait_for(state="detached")
        page.locator(".page-actions a").wait_for()
        assert not findings, "\n".join(findings)
    now = manager.get(path)
    assert now["status"] == "ACTIVE" and now["removedAt"] is None
    assert [one["userId"] for one in now["assignments"]] == [worker.user["id"]]
    assert worker.get(path)["material"][0]["amount"] == 9.5
    manager.send("DELETE", path)


def test_the_office_reads_the_archive_and_changes_nothing(one_server, visit):
    owner = Client(one_server, one_server.managers[0])
    keeper = joined(one_server, owner, "BOOKKEEPER", "Ute")
    site, path, _ = new_site(owner, "Altbau", [], [("Flexkleber", "Sack", 3)])
    owner.send("DELETE", path)
    with visit(one_server, service_workers="block") as page:
        sign_in(page, keeper["email"], PASSWORD)
        page.goto("/archive")
        page.get_by_role("link", name=site["name"]).click()
        page.locator(".notice.removed").wait_for()
        page.get_by_text("Flexkleber").first.wait_for()
        assert page.get_by_role("button", name="Wiederherstellen").count() == 0


def test_a_removed_material_comes_back_under_another_name(one_server, visit):
    manager = Client(one_server, one_server.managers[0])
    site, path, (old,) = new_site(manager, "Keller", [], [("Flexkleber", "Sack", 7)])
    manager.send("POST", f"{path}/materials/{old['id']}/adjust-quantity", {"delta": -1, "note": "Podest"})
    with visit(one_server, service_workers="block", reduced_motion="reduce") as page:
        page.watch.allow(r"status of 409")
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/sites/{site['id']}")
        page.get_by_role("button", name="Flexkleber", exact=True).click()
        dialog = page.locator("dialog")
        dialog.get_by_role("button", name="Ändern").click()
        dialog.get_by_role("button", name="Entfernen").click()
        dialog.get_by_text("Davon sind noch 6\u00a0Sack da.").wait_for()
        dialog.get_by_role("button", name="Entfernen").click()
        page.locator(".toast").get_by_text("Flexkleber ist entfernt").wait_for()
        # Its name is taken anew.
        manager.send("POST", path + "/materials", {"name": "FLEXKLEBER", "unit": "kg", "amount": 3, "threshold": 0})
        page.reload()
        page.get_by_role("button", name="Entfernte Materialien").click()
        dialog.locator(".row").get_by_text("da waren noch 6\u00a0Sack").wait_for()
        findings = faults(page, "removed materials")
        photograph(page, "archive", "/materials")
        dialog.get_by_role("button", name="Flexkleber").click()
        dialog.get_by_text("Podest").wait_for()
        findings += faults(page, "removed material")
        photograph(page, "archive", "/material")
        dialog.get_by_role("button", name="Wiederherstellen").click()
        dialog.get_by_text("„FLEXKLEBER“ gibt es hier schon (3 kg). Nimm einen anderen Namen.").wait_for()
        findings += faults(page, "another name")
        photograph(page, "archive", "/another-name")
        dialog.locator("[name=name]").fill("Flexkleber alt")
        send(page)
        page.get_by_role("button", name="Flexkleber alt", exact=True).wait_for()
        assert not findings, "\n".join(findings)
    there = {one["name"]: one["amount"] for one in manager.get(path)["material"]}
    assert there == {"Flexkleber alt": 6, "FLEXKLEBER": 3}
    manager.send("DELETE", path)


def test_a_former_person_is_brought_back(one_server, visit):
    manager = Client(one_server, one_server.managers[0])
    name = f"Kemal-{uuid.uuid4().hex[:6]}"
    person = manager.send("POST", manager.company + "/users", {
        "email": f"{name}@kern.example", "firstName": name, "lastName": "Acar", "role": "WORKER"})
    site, path, _ = new_site(manager, "Treppenhaus", [person["id"]])
    manager.send("POST", path + "/time-entries", {
        "userIds": [person["id"]], "checkedInAt": ago(hours=5), "checkedOutAt": ago(hours=2), "reason": "Vergessen"})
    with visit(one_server, service_workers="block", reduced_motion="reduce") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/people/{person['id']}")
        page.get_by_text(site["name"]).wait_for()
        page.locator(".deed", has_text="kommen").get_by_role("button", name="Entfernen").click()
        dialog = page.locator("dialog")
        # What ends with it.
        dialog.get_by_text(f"Die Einteilung auf einer Baustelle endet: {site['name']}.").wait_for()
        dialog.get_by_role("button", name="Entfernen").click()
        page.get_by_role("heading", level=1, name="Leute").wait_for()
        page.get_by_role("button", name="Frühere Personen").click()
        row = page.get_by_role("link", name=name)
        row.wait_for()
        findings = faults(page, "former people")
        photograph(page, "archive", "/former")
        row.click()
        page.locator(".notice.removed").wait_for()
        page.reload()
        page.locator(".notice.removed").wait_for()
        findings += faults(page, "a former person")
        photograph(page, "archive", "/former-person")
        page.get_by_role("button", name="Zurückholen").click()
        dialog.locator("[name=lastName]").wait_for()
        assert dialog.locator("[name=firstName]").input_value() == name
        findings += faults(page, "bring back")
        photograph(page, "archive", "/bring-back")
        send(page)
        page.get_by_role("heading", level=1, name=f"{name} Acar").wait_for()
        # Without an address they need a card, which is shown at once.
        dialog.get_by_text(f"Karte für {name} Acar").wait_for()
        page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
        settle(page)
        findings += faults(page, "who is back")
        photograph(page, "archive", "/back")
        assert not findings, "\n".join(findings)
    now = manager.get(f"{manager.company}/users/{person['id']}")
    assert (now["role"], now["status"], now["email"]) == ("WORKER", "INACTIVE", None)
    manager.send("DELETE", f"{manager.company}/users/{person['id']}")
    manager.send("DELETE", path)


def test_a_unit_is_converted_and_the_past_stays(one_server, visit):
    manager = Client(one_server, one_server.managers[0])
    site, path, (glue,) = new_site(manager, "Halle", [], [("Flexkleber", "Palette", 2)])
    manager.send("POST", f"{path}/materials/{glue['id']}/adjust-quantity", {"delta": -0.5})
    with visit(one_server, service_workers="block", reduced_motion="reduce") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/sites/{site['id']}")
        page.get_by_role("button", name="Flexkleber", exact=True).click()
        dialog = page.locator("dialog")
        dialog.get_by_role("button", name="Ändern").click()
        settle(page)
        # The factor is asked for as soon as another unit stands there, and no longer once it is the old one again.
        fill(dialog, {"unit": "Sack", "price": "12,495"})
        dialog.get_by_text("Davon wurde schon in Palette gebucht").wait_for()
        dialog.locator("[name=unit]").fill("Palette")
        dialog.locator("[name=factor]").wait_for(state="detached")
        dialog.locator("[name=unit]").fill("Sack")
        send(page)
        dialog.locator(".has-error [name=factor]").wait_for()
        dialog.locator("[name=factor]").fill("40")
        dialog.get_by_text("1,5 Palette werden 60 Sack.").wait_for()
        findings = faults(page, "factor")
        photograph(page, "archive", "/factor")
        send(page)
        dialog.wait_for(state="hidden")
        page.locator(".well-number", has_text="60").wait_for()
        page.get_by_role("link", name="Verlauf").click()
        page.get_by_text("in andere Einheit umgerechnet").wait_for()
        page.get_by_text("−0,5 Palette").wait_for()
        findings += faults(page, "history")
        photograph(page, "archive", "/history")
        assert not findings, "\n".join(findings)
    now = manager.get(path)["material"][0]
    assert (now["amount"], now["unit"], now["price"]) == (60, "Sack", 12.495)
    manager.send("DELETE", path)


def test_the_history_tells_a_count_once_and_prices_in_euros(one_server, visit):
    manager = Client(one_server, one_server.managers[0])
    site, path, (glue,) = new_site(manager, "Flur", [], [("Flexkleber", "Sack", 10)])
    manager.send("PATCH", f"{path}/materials/{glue['id']}", {"amount": 8})
    manager.send("PATCH", f"{path}/materials/{glue['id']}", {"amount": 7, "price": 18.9})
    with visit(one_server, service_workers="block", reduced_motion="reduce") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/sites/{site['id']}/history")
        page.get_by_text("danach 7\u00a0Sack").wait_for()
        expect(page.locator(".movement-kind", has_text="gezählt")).to_have_count(2)
        expect(page.locator(".changes li")).to_have_text(["Preis: 18,90\u00a0€"])
        assert not faults(page, "history")
        photograph(page, "archive", "/count")
        # Among the changes alone, where no movement says it.
        page.get_by_role("button", name="Änderungen").click()
        page.get_by_text("Bestand: 10 → 8").wait_for()
    manager.send("DELETE", path)


def test_a_draft_that_no_one_contradicts_is_only_a_draft(one_server, visit):
    """What was typed and not sent is there again, and says so. Someone took from the material meanwhile, which is no other version of it."""
    manager = Client(one_server, one_server.managers[0])
    site, path, (glue,) = new_site(manager, "Keller", [], [("Flexkleber", "Sack", 10)])
    with visit(one_server, service_workers="block", reduced_motion="reduce") as page:
        sign_in(page, one_server.managers[0], one_server.password)

        def edit():
            page.goto(f"/sites/{site['id']}")
            page.get_by_role("button", name="Flexkleber", exact=True).click()
            page.locator("dialog").get_by_role("button", name="Ändern").click()
            settle(page)
            return page.locator("dialog")

        edit().locator("[name=name]").fill("Flexkleber C2")
        page.keyboard.press("Escape")
        page.locator(".toast", has_text="Deine Eingaben sind noch da, wenn du es wieder öffnest.").wait_for()
        manager.send("POST", f"{path}/materials/{glue['id']}/adjust-quantity", {"delta": -1})
        dialog = edit()
        dialog.get_by_text("Das hast du vorhin eingetragen und nicht gespeichert.").wait_for()
        assert dialog.locator("[name=name]").input_value() == "Flexkleber C2"
        assert dialog.locator(".conflict").count() == 0
        photograph(page, "archive", "/draft")
        send(page)
        dialog.wait_for(state="hidden")
    assert manager.get(f"{path}/materials/{glue['id']}")["name"] == "Flexkleber C2"
    manager.send("DELETE", path)


def test_a_name_that_is_there_already_is_pointed_out(one_server, visit):
    manager = Client(one_server, one_server.managers[0])
    site, path, _ = new_site(manager, "Bad", [], [("Flexkleber", "Sack", 24)])
    with visit(one_server, service_workers="block", reduced_motion="reduce") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto(f"/sites/{site['id']}")
        dialog = page.locator("dialog")
        page.get_by_role("button", name="Neues Material").click()
        fill(dialog, {"name": "FLEX KLEBER", "unit": "Sack", "amount": "6", "threshold": "0"})
        send(page)
        dialog.get_by_text("Es gibt schon „Flexkleber“ (24\u00a0Sack). Dort buchen oder trotzdem anlegen?").wait_for()
        findings = faults(page, "twin")
        dialog.get_by_role("button", name="Dort buchen").click()
        dialog.get_by_text("dann 30\u00a0Sack").wait_for()
        send(page)
        page.locator(".toast").get_by_text("6\u00a0Sack Flexkleber aufgefüllt").wait_for()
        # What was typed of it isn't found again.
        page.get_by_role("button", name="Neues Material").click()
        assert dialog.locator("[name=name]").input_value() == "" and dialog.locator(".draft").count() == 0
        fill(dialog, {"name": "Flexklebr", "unit": "Sack", "amount": "1", "threshold": "0"})
        send(page)
        dialog.get_by_role("button", name="Trotzdem anlegen").click()
        page.get_by_role("button", name="Flexklebr", exact=True).wait_for()
        assert not findings, "\n".join(findings)
    assert {one["name"]: one["amount"] for one in manager.get(path)["material"]} == {"Flexkleber": 30, "Flexklebr": 1}
    manager.send("DELETE", path)


LATE = """async ([company, site, material, at]) => {
  const { queue } = await import("app/queue.js");
  const act = { company, site, material: material.id, delta: -2.5, name: material.name, unit: material.unit, at, isTyped: true };
  await queue.adjust(act).catch(() => {});
}"""


@both_databases
def test_what_was_taken_too_late_to_be_booked_is_kept_and_told(server, visit):
    """It waits for the manager, and the worker sees what became of it."""
    manager, worker = Client(server, server.managers[0]), Client(server, server.workers[0])
    site, path, (glue,) = new_site(manager, "Giebel", [worker.user["id"]], [("Flexkleber", "Sack", 5)])
    late = worker.send("POST", f"{path}/materials/{glue['id']}/adjust-quantity", {"delta": -50, "at": ago(minutes=3)})
    assert (late["state"], late["code"]) == ("OPEN", "before-material")
    with visit(server, service_workers="block", reduced_motion="reduce") as phone:
        sign_in(phone, server.workers[0], server.password)
        phone.goto(f"/sites/{site['id']}")
        phone.get_by_text("Flexkleber").first.wait_for()
        phone.evaluate(LATE, [worker.user["companyId"], site["id"], glue, ago(hours=3)])
        phone.get_by_text("Liegt bei der Bauleitung").first.wait_for()
        photograph(phone, "archive", "/too-early")
        with visit(server, "desktop") as desk:
            sign_in(desk, server.managers[0], server.password)
            desk.goto("/clarifications")
            rows = desk.locator("#clarifications li", has_text=site["name"])
            mine = rows.filter(has_text="2,5 Sack Flexkleber")
            mine.get_by_text("Da gab es das Material auf der Baustelle noch nicht.").wait_for()
            mine.get_by_role("button", name="Ablehnen").click()
            desk.locator("dialog [name=reason]").fill("War auf der anderen Baustelle")
            desk.locator("dialog").get_by_role("button", name="Ablehnen").click()
            expect(rows).to_have_count(1)
        phone.goto("/hours")
        phone.locator("#own-clarifications").get_by_text("War auf der anderen Baustelle").wait_for()
    assert manager.get(f"{path}/materials/{glue['id']}")["amount"] == 5
    manager.send("DELETE", path)

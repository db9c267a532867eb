"""Payroll: what is missing for a month's file, the tax adviser's numbers, the file itself, and what changed since."""

import datetime
import uuid
from pathlib import Path

from conftest import both_databases, settle, sign_in
from polier import Client
from test_cards import accessible
from test_hours import day_before, done, entered
from test_manager import PASSWORD

ADDRESS = {"streetNumber": "1", "street": "Werkstraße", "city": "Köln", "postalCode": "50667", "country": "Deutschland"}


def founded(server):
    """A company of its own, so that no one else's hours are missing something; with a site and a worker."""
    email = f"{uuid.uuid4().hex[:12]}@kern.example"
    owner = Client.found(server, email, PASSWORD, firstName="Ada", lastName="Kern", companyName="Maler Kern", address=ADDRESS)
    mara = owner.send("POST", owner.company + "/users", {"firstName": "Mara", "lastName": "Lenz", "role": "WORKER"})
    site = owner.send("POST", owner.company + "/sites", {"name": "Treppenhaus", "users": [mara["id"]]})
    return email, owner, mara, site


def decide(owner, what, person, day, **more):
    owner.send("POST", f"{owner.company}/time-sheets/{what}", {"userIds": [person["id"]], "from": str(day), "until": str(day), **more})


def downloaded(page, button):
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@both_databases
def test_a_month_is_paid(server, visit):
    email, owner, mara, site = founded(server)
    day = day_before(1).replace(day=1) - datetime.timedelta(days=3)
    entry = entered(owner, site, mara, day)
    with visit(server, "desktop") as page:
        sign_in(page, email, PASSWORD)
        page.goto("/hours")
        page.get_by_role("link", name="Lohn").click()
        page.locator("#wages-month").select_option(f"{day:%Y-%m}")
        gaps = page.locator("#wage-gaps li")
        gaps.nth(4).wait_for()
        texts = gaps.all_inner_texts()
        assert texts[:3] + texts[4:] == [
            "Beraternummer fehlt", "Mandantennummer fehlt", "Lohnart fehlt: Arbeit", "Mara Lenz: Personalnummer fehlt"]
        assert texts[3].startswith("Mara Lenz: ") and texts[3].endswith(" ist nicht freigegeben")
        accessible(page)

        page.get_by_role("button", name="Beraternummer fehlt").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Beraternummer").fill("1234567")
        dialog.get_by_label("Mandantennummer").fill("12345")
        dialog.get_by_label("Arbeit").fill("1000")
        dialog.get_by_label("Treppenhaus").fill("77")
        accessible(page)
        dialog.get_by_role("button", name="Speichern").click()
        done(page)
        page.get_by_role("button", name="Mara Lenz: Personalnummer fehlt").click()
        dialog.get_by_label("Personalnummer").fill("101")
        accessible(page)
        dialog.get_by_role("button", name="Speichern").click()
        done(page)
        decide(owner, "approve", mara, day)
        page.reload()
        page.get_by_text("In der Datei: eine Person, eine Zeile.").wait_for()
        page.get_by_role("button", name="Datei erstellen").click()
        page.get_by_text("Nichts hat sich geändert").wait_for()
        name, file = downloaded(page, page.get_by_role("link", name="Datei laden"))
        assert name == f"lodas-{day:%Y-%m}.txt"
        assert file.endswith(f"[Bewegungsdaten]\r\n10;01/{day:%m/%Y};101;1000;1;8,50;77;\r\n".encode()), file
        name, table = downloaded(page, page.get_by_role("link", name="CSV"))
        assert name == f"polier-{day:%Y-%m}.csv" and f"101;Mara Lenz;{day:%d.%m.%Y};Treppenhaus".encode() in table
        name, table = downloaded(page, page.get_by_role("link", name="Excel"))
        assert name.endswith(".xlsx") and table.startswith(b"PK")

        decide(owner, "reopen", mara, day, reason="Doppelt")
        owner.send("POST", f"{owner.company}/sites/{site['id']}/time-entries/{entry['id']}/void", {"reason": "Doppelt"})
        entered(owner, site, mara, day, "07:00", "12:00")
        decide(owner, "approve", mara, day)
        page.reload()
        changed = page.locator("#wage-differences li")
        changed.wait_for()
        assert "vorher 8,5 Std." in changed.inner_text() and "5 Std." in changed.inner_text()
        settle(page)
        accessible(page)

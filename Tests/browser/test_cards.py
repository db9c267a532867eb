"""Signing in without an e-mail address: a card, a PIN, a shared tablet, a lost phone."""

import uuid

from conftest import both_databases, sign_in
from polier import Client
from test_every_page import faults
from test_manager import send, wait_for

PIN, OTHER_PIN = "407192", "615038"


def crew(server, *names):
    """Workers without an address on the first site with material, and the manager who owns the company."""
    manager = Client(server, server.managers[0])
    site = next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])
    people = []
    for name in names:
        people.append(manager.send("POST", manager.company + "/users", {
            "firstName": name, "lastName": f"Lenz-{uuid.uuid4().hex[:6]}", "role": "WORKER", "language": "de"}))
    users = [one["userId"] for one in site["assignments"]] + [one["id"] for one in people]
    manager.send("PATCH", f"{manager.company}/sites/{site['id']}", {"users": users})
    return manager, site, people


def card_of(manager, person, **more):
    return manager.send("POST", f"{manager.company}/users/{person['id']}/invitation", more)


def open_card(page, card, pin):
    # A new page: where only the fragment differs, the app loads itself anew while the test goes on.
    page.goto("about:blank")
    page.goto("/card#" + card["link"].split("#")[1])
    page.locator("[name=pin]").fill(pin)
    again = page.locator("[name=again]")
    if again.count():
        again.fill(pin)
    send(page)
    page.locator("nav.nav").wait_for()


def give_pin(page, name, pin):
    page.get_by_role("button", name=name).click()
    page.locator("[name=pin]").fill(pin)
    send(page)
    page.locator("nav.nav").wait_for()


def close_dialogs(page):
    """Which may be the hint at the home screen."""
    if page.locator("dialog[open]").count():
        page.keyboard.press("Escape")


def accessible(page):
    # A dialog that is still on its way is half transparent. What is cancelled meanwhile has ended too.
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    findings = faults(page, page.url)
    assert not findings, "\n".join(findings)


def test_somebody_without_an_address_is_added_shown_a_card_and_takes_it(one_server, visit):
    manager, _, _ = crew(one_server)
    last = f"Neu-{uuid.uuid4().hex[:6]}"
    with visit(one_server) as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto("/people/new")
        page.locator("[name=firstName]").fill("Mara")
        page.locator("[name=lastName]").fill(last)
        page.locator("[name=phone]").fill("0171 2345678")
        page.locator("[name=personnelNumber]").fill(last[-6:])
        send(page)
        page.get_by_role("heading", name=f"Karte für Mara {last}").wait_for()
        page.locator(".qr-dark").wait_for()
        code = page.locator(".card-code b").inner_text()
        accessible(page)
        page.keyboard.press("Escape")
        page.get_by_role("heading", level=1, name=f"Mara {last}").wait_for()
        page.get_by_text("Karte gilt").wait_for()
        assert page.locator("a[href='tel:01712345678']").count() >= 1
        # It may be printed already: a new one would void it.
        page.get_by_role("button", name="Neue Karte").click()
        page.locator("dialog", has_text="Die bisherige Karte gilt dann nicht mehr").get_by_role("button", name="Abbrechen").click()
        page.goto("/people/cards")
        field = page.get_by_role("searchbox")
        if field.count():
            field.fill(last)
        assert not page.get_by_label(f"Mara {last}").is_checked()
        # No one else gets the number.
        page.goto("/people/new")
        page.watch.allow("409")
        for name, text in (("firstName", "Ali"), ("lastName", last), ("personnelNumber", last[-6:])):
            page.locator(f"[name={name}]").fill(text)
        send(page)
        page.locator(".field", has=page.locator("[name=personnelNumber]")).locator(".error", has_text=f"hat schon Mara {last}").wait_for()
        page.on("dialog", lambda dialog: dialog.accept())

    with visit(one_server) as phone:
        phone.goto("/")
        phone.get_by_role("link", name="Mit Karte anmelden").click()
        phone.locator("[name=code]").fill("AAAA-AAAA")
        phone.watch.allow("401")
        send(phone)
        phone.locator(".form-failure", has_text="Diese Karte gilt nicht").wait_for()
        phone.goto("/card")
        # As people type: small, without the hyphen, with a blank.
        phone.locator("[name=code]").fill(code.lower().replace("-", " "))
        send(phone)
        phone.get_by_role("heading", level=1, name="Hallo, Mara!").wait_for()
        accessible(phone)
        phone.locator("[name=pin]").fill(PIN)
        phone.locator("[name=again]").fill(OTHER_PIN)
        send(phone)
        phone.get_by_text("Das ist eine andere PIN").wait_for()
        for name in ("pin", "again"):
            phone.locator(f"[name={name}]").fill("123456")
        phone.watch.allow("400")
        send(phone)
        phone.get_by_text("zu leicht zu erraten").wait_for()
        for name in ("pin", "again"):
            phone.locator(f"[name={name}]").fill(PIN)
        send(phone)
        phone.locator("nav.nav").wait_for()
        person = next(one for one in manager.get(manager.company + "/users") if one["lastName"] == last)
        assert person["status"] == "ACTIVE"
        assert len(manager.get(f"{manager.company}/users/{person['id']}/phones")) == 1


@both_databases
def test_a_card_works_without_a_signal_afterwards_and_only_for_whom_it_is(server, visit):
    manager, site, [mara] = crew(server, "Mara")
    material = next(one for one in site["material"] if one["amount"] >= 3)
    movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    mine = lambda: [one for one in manager.get(movements) if one["userId"] == mara["id"]]
    card = card_of(manager, mara)
    with visit(server) as page:
        # A preview of the link, and a look at it, spend nothing.
        page.request.get(card["link"].split("#")[0].replace("http://127.0.0.1:8080", server.url))
        page.goto("/card#" + card["link"].split("#")[1])
        page.get_by_role("heading", level=1, name="Hallo, Mara!").wait_for()
        assert "token" not in page.url
        open_card(page, card, PIN)
        close_dialogs(page)
        page.goto(f"/sites/{site['id']}")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.get_by_role("group", name=material["name"]).wait_for()
        page.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED")
        page.context.set_offline(True)
        page.get_by_role("group", name=material["name"]).get_by_role("button", name="entnehmen").click()
        page.get_by_text("wartet auf Empfang").first.wait_for()
        assert mine() == []
        page.context.set_offline(False)
        wait_for(page, lambda: {"count": len(mine())}, count=1)

    # The same card once more within half an hour, but only with the PIN that was chosen.
    with visit(server) as app:
        app.watch.allow("401")
        app.goto("/card#" + card["link"].split("#")[1])
        app.get_by_text("Gib die PIN ein, die du gewählt hast").wait_for()
        app.locator("[name=pin]").fill(OTHER_PIN)
        send(app)
        app.get_by_text("Die PIN stimmt nicht").wait_for()
        app.locator("[name=pin]").fill(PIN)
        send(app)
        app.locator("nav.nav").wait_for()
    with visit(server) as third:
        third.watch.allow("401")
        third.goto("/card#" + card["link"].split("#")[1])
        third.get_by_role("heading", level=1, name="Die Karte gilt nicht mehr").wait_for()


def test_two_people_share_a_tablet_without_a_signal(one_server, visit):
    """What each of them did is sent under their own name, no matter who is signed in when the signal is back."""
    manager, site, [mara, jonas] = crew(one_server, "Mara", "Jonas")
    material = next(one for one in site["material"] if one["amount"] >= 5)
    movements = f"{manager.company}/sites/{site['id']}/materials/{material['id']}/movements"
    taken = lambda who: sum(one["delta"] for one in manager.get(movements) if one["userId"] == who["id"])
    take = lambda: tablet.get_by_role("group", name=material["name"]).get_by_role("button", name="entnehmen").click()
    with visit(one_server) as tablet:
        tablet.watch.allow(r"ERR_INTERNET_DISCONNECTED", r"ERR_FAILED", "401")
        open_card(tablet, card_of(manager, mara), PIN)
        close_dialogs(tablet)
        tablet.get_by_role("button", name="Wechseln").click()
        tablet.locator("[name=pin]").wait_for()
        # The card of someone else beside the person whom the tablet knows.
        open_card(tablet, card_of(manager, jonas), OTHER_PIN)
        close_dialogs(tablet)
        tablet.goto(f"/sites/{site['id']}")
        tablet.evaluate("navigator.serviceWorker.ready.then(() => true)")
        tablet.get_by_role("group", name=material["name"]).wait_for()
        tablet.context.set_offline(True)
        take()
        tablet.get_by_text("wartet auf Empfang").first.wait_for()
        tablet.get_by_role("button", name="Wechseln").click()
        # Until there is a signal no one can sign in.
        tablet.get_by_role("button", name="Trotzdem wechseln").click()
        tablet.locator(".toast", has_text="bleibt hier, bis Jonas sich wieder anmeldet").wait_for()
        tablet.get_by_role("heading", level=1, name="Wer bist du?").wait_for()
        accessible(tablet)
        tablet.set_viewport_size({"width": 320, "height": 568})
        accessible(tablet)
        # Also after the page was loaded anew, with Jonas's cookie still there.
        tablet.reload()
        tablet.get_by_role("heading", level=1, name="Wer bist du?").wait_for()
        tablet.context.set_offline(False)
        give_pin(tablet, "Mara", PIN)
        tablet.goto(f"/sites/{site['id']}")
        tablet.get_by_role("group", name=material["name"]).wait_for()
        assert tablet.get_by_text("wartet auf Empfang").count() == 0, "Jonas's act isn't hers to see"
        tablet.context.set_offline(True)
        take()
        tablet.wait_for_timeout(1200)
        take()
        tablet.get_by_text("wartet auf Empfang").first.wait_for()
        tablet.context.set_offline(False)
        wait_for(tablet, lambda: {"taken": taken(mara)}, taken=-2)
        assert taken(jonas) == 0, "not sent under Mara's session"
        tablet.get_by_role("button", name="Wechseln").click()
        give_pin(tablet, "Jonas", OTHER_PIN)
        wait_for(tablet, lambda: {"taken": taken(jonas)}, taken=-1)
        assert taken(mara) == -2


def test_a_session_that_ended_and_a_sensitive_act_ask_for_the_pin(one_server, visit):
    manager, _, [mara] = crew(one_server, "Mara")
    with visit(one_server) as page:
        page.watch.allow("401", "403", "400")
        open_card(page, card_of(manager, mara), PIN)
        close_dialogs(page)
        page.goto("/profile")
        assert page.get_by_role("heading", name="Passwort").count() == 0
        one_server.forget_confirmations()
        page.get_by_role("link", name="Daten herunterladen").click()
        page.get_by_role("heading", name="Bist du es?").wait_for()
        page.locator("dialog [name=pin]").fill(OTHER_PIN)
        page.locator("dialog form .is-primary").click()
        page.get_by_text("Noch 9 Versuche").wait_for()
        assert page.locator("dialog [name=pin]").input_value() == ""
        accessible(page)
        page.locator("dialog [name=pin]").fill(PIN)
        with page.expect_download():
            page.locator("dialog form .is-primary").click()
        one_server.change(f"DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE last_name = '{mara['lastName']}')")
        page.goto("/hours")
        page.get_by_role("heading", name="Melde dich wieder an").wait_for()
        page.locator("dialog [name=pin]").fill(PIN)
        page.locator("dialog form .is-primary").click()
        page.locator("dialog").wait_for(state="hidden")
        page.get_by_role("heading", level=1, name="Stunden").wait_for()


@both_databases
def test_a_lost_phone_is_ended(server, visit):
    manager, _, [mara] = crew(server, "Mara")
    with visit(server) as phone, visit(server) as page:
        phone.watch.allow("401")
        open_card(phone, card_of(manager, mara), PIN)
        close_dialogs(phone)
        sign_in(page, server.managers[0], server.password)
        page.goto(f"/people/{mara['id']}")
        page.locator("#phones li").wait_for()
        accessible(page)
        page.get_by_role("button", name="Handy verloren").click()
        page.get_by_role("button", name="Abmelden und neue Karte zeigen").click()
        page.locator(".qr-dark").wait_for()
        page.keyboard.press("Escape")
        page.locator("#phones").wait_for(state="hidden")
        assert manager.get(f"{manager.company}/users/{mara['id']}/phones") == []
        phone.goto("/hours")
        phone.get_by_role("heading", name="Melde dich wieder an").wait_for()
        phone.locator("dialog [name=pin]").fill(PIN)
        phone.locator("dialog form .is-primary").click()
        phone.locator(".form-failure", has_text="gilt deine PIN nicht mehr").wait_for()
        # It isn't asked for again: only a card helps.
        assert phone.locator("[name=pin]").count() == 0
        accessible(phone)
        phone.get_by_role("button", name="Mit Karte anmelden").click()
        phone.locator("[name=code]").wait_for()


def test_cards_are_printed_for_a_crew(one_server, visit):
    _, _, people = crew(one_server, "Mara", "Ali")
    with visit(one_server, "desktop") as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.goto("/people")
        page.get_by_role("link", name="Karten drucken").click()
        # Opened at once, the page doesn't know the company's name yet.
        page.reload()
        for person in people:
            field = page.get_by_role("searchbox")
            if field.count():
                field.fill(person["lastName"])
            assert page.get_by_label(f"{person['firstName']} {person['lastName']}").is_checked(), "who has no phone yet is chosen"
        accessible(page)
        send(page)
        page.get_by_role("button", name="drucken").wait_for(timeout=60_000)
        page.evaluate("window.print = () => { window.isPrinted = true; }")
        page.get_by_role("button", name="drucken").click()
        assert page.evaluate("window.isPrinted")
        page.emulate_media(media="print")
        cards = page.locator(".paper-card")
        assert cards.count() >= 2
        assert cards.first.is_visible() and not page.locator("nav.nav").is_visible()
        for text in ("QR-Code", "Fliesen Brandt GmbH"):
            assert text in cards.first.inner_text()

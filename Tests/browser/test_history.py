"""The way back of a phone: it closes what lies over the page, and only then leaves it."""

import pytest

from conftest import sign_in
from polier import Client


@pytest.fixture
def place(one_server):
    manager = Client(one_server, one_server.managers[0])
    manager.send("PUT", "/users/me", {"language": "de"})
    return next(one for one in manager.get(manager.company + "/sites?status=ACTIVE") if one["material"])


@pytest.fixture
def page(one_server, visit, place):
    """On a site, to where the list of sites led."""
    with visit(one_server) as page:
        sign_in(page, one_server.managers[0], one_server.password)
        page.locator("nav").get_by_role("link", name="Baustellen").click()
        page.get_by_role("heading", level=1, name="Baustellen").wait_for()
        page.get_by_role("link", name=place["name"]).first.click()
        page.get_by_role("heading", level=1, name=place["name"]).wait_for()
        yield page


def is_on_the_site(page, place):
    page.wait_for_timeout(300)
    return page.locator("h1").first.inner_text() == place["name"] and page.url.endswith(place["id"])


def test_back_closes_a_sheet_and_then_leaves(page, place):
    page.locator(".material-name").first.click()
    page.locator("dialog").wait_for()
    page.wait_for_timeout(200)
    page.go_back()
    page.locator("dialog").wait_for(state="detached")
    assert is_on_the_site(page, place)
    page.go_forward()
    assert is_on_the_site(page, place) and page.locator("dialog").count() == 0
    page.go_back()
    page.get_by_role("heading", level=1, name="Baustellen").wait_for()


def test_a_sheet_that_was_closed_leaves_no_step_behind(page, place):
    for _ in range(3):
        page.locator(".well").first.click()
        page.locator("dialog").wait_for()
        page.get_by_role("button", name="Schließen").click()
        page.locator("dialog").wait_for(state="detached")
    # One after the other: the sheet, and the form in its place.
    page.locator(".material-name").first.click()
    page.locator("dialog").get_by_role("button", name="Ändern").click()
    page.locator("dialog [name=threshold]").wait_for()
    page.wait_for_timeout(300)
    page.go_back()
    page.locator("dialog").wait_for(state="detached")
    assert is_on_the_site(page, place)
    page.go_back()
    page.get_by_role("heading", level=1, name="Baustellen").wait_for()


def test_what_was_typed_is_there_again(page, place):
    page.locator(".well").first.click()
    page.locator("dialog [name=quantity]").fill("2")
    page.wait_for_timeout(200)
    page.go_back()
    page.locator("dialog").first.wait_for(state="detached")
    assert is_on_the_site(page, place)
    page.locator(".well").first.click()
    assert page.locator("dialog [name=quantity]").input_value() == "2"
    page.wait_for_timeout(200)
    page.go_back()
    page.locator("dialog").first.wait_for(state="detached")
    page.go_back()
    page.get_by_role("heading", level=1, name="Baustellen").wait_for()


def test_loaded_anew_with_a_sheet_open(page, place):
    page.locator(".material-name").first.click()
    page.locator("dialog").wait_for()
    page.wait_for_timeout(200)
    page.reload()
    page.get_by_role("heading", level=1, name=place["name"]).wait_for()
    assert is_on_the_site(page, place) and page.locator("dialog").count() == 0
    page.go_back()
    page.get_by_role("heading", level=1, name="Baustellen").wait_for()

"""The quick search: over any page, by keyboard alone, on a phone, and as a page without scripts."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import has_focus

KARI = "kari@nordlys"
SERIAL = "8G18256D07EFEN"
WORDS = {
    "nb": ("Hurtigsøk", "Opprett sak", "Ingen treff på «finnesikke»", "1 treff"),
    "en": ("Quick search", "Open a request", "No matches on “finnesikke”", "1 match"),
}


def field(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('role')"))


@pytest.mark.parametrize("language", ["nb", "en"])
def test_from_the_last_six_signs_of_a_serial_number_to_the_device(
    stocked: Portal, visit: Visit, language: str
) -> None:
    page = visit(KARI, language=language)
    page.goto("/service-requests")

    page.keyboard.press("Control+k")
    page.keyboard.type(SERIAL[-6:].lower())
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("TC10")
    assert re.search(r"/products/P-\d+$", page.url)


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_arrows_choose_among_what_is_found_and_escape_goes_back(
    stocked: Portal, visit: Visit, language: str, scheme: str
) -> None:
    name, deed, nothing, said = WORDS[language]
    page = visit(KARI, language=language, color_scheme=scheme)
    page.goto("/products")
    page.locator("#q").focus()
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog.get_by_role("option", name=deed, exact=True)).to_be_visible()

    page.keyboard.type(SERIAL)
    option = dialog.get_by_role("option", name=SERIAL).first
    expect(option).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text(said)
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    active = page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
    assert active == option.get_attribute("id")
    assert field(page) == "combobox"
    assert violations(page) == []
    page.keyboard.press("ArrowUp")  # round, to the last
    expect(dialog.get_by_role("option").last).to_have_attribute("aria-selected", "true")

    page.keyboard.press("Control+a")
    page.keyboard.type("finnesikke")
    expect(dialog.get_by_text(nothing)).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "q"

    page.keyboard.press("Control+k")  # with what was typed, to be typed over
    page.keyboard.type("savi 7310 offi")
    page.keyboard.press("Control+a")
    page.keyboard.type(SERIAL)
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("TC10")


def test_on_a_phone_it_opens_by_its_sign(stocked: Portal, visit: Visit) -> None:
    page = visit(KARI, width=360)
    page.goto("/")
    page.get_by_role("link", name="Hurtigsøk Ctrl K").click()
    dialog = page.get_by_role("dialog", name="Hurtigsøk")
    dialog.get_by_role("combobox").fill("opprett")
    dialog.get_by_role("option", name="Opprett sak").click()
    expect(page).to_have_url(re.compile("/service-requests/new$"))
    page.go_back()
    expect(page.get_by_role("dialog", name="Hurtigsøk")).to_have_count(0)


def test_late_answers_and_lost_ones(stocked: Portal, visit: Visit) -> None:
    page = visit(KARI)
    page.goto("/")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Hurtigsøk")
    expect(dialog.get_by_role("option").first).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/search?q=savi", hold)
    page.keyboard.type("savi")
    expect(dialog.get_by_role("listbox")).to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(400)
    page.keyboard.press("Control+a")
    page.keyboard.type("tc10")
    expect(dialog.get_by_role("option", name="TC10").first).to_be_visible()
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    expect(dialog.get_by_role("option", name="Savi")).to_have_count(0)

    page.unroute("**/search?q=savi")
    page.route("**/search?q=sync", lambda route: route.fulfill(status=429, body=""))
    page.keyboard.press("Control+a")
    page.keyboard.type("sync")
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert field(page) == "combobox"
    page.unroute("**/search?q=sync")
    dialog.get_by_role("button", name="Prøv igjen").click()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    assert has_focus(page) == "Hurtigsøk"


def test_without_script_the_page_does_it_all(stocked: Portal, visit: Visit) -> None:
    page = visit(KARI, width=360, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Hurtigsøk Ctrl K").click()
    search = page.get_by_role("main").get_by_role("searchbox")
    search.fill("tc10 finnesikke")
    search.press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Ingen treff på")
    search.fill("6d07")
    search.press("Enter")
    expect(page.get_by_role("heading", name="Enheter (1)")).to_be_visible()
    page.get_by_role("link", name="Søk i alle enheter").click()
    expect(page.get_by_role("rowheader")).to_have_text([SERIAL])
    page.goto("/search")
    search.fill(SERIAL[-6:])
    search.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("TC10")


def test_a_partner_and_staff_have_it_too(stocked: Portal, visit: Visit) -> None:
    for person, start in (("siri@vestnett", "/partner"), ("anna@poly", "/desk")):
        page = visit(person)
        page.goto(start)
        page.keyboard.press("Control+k")
        page.keyboard.type(SERIAL[-6:])
        dialog = page.get_by_role("dialog", name="Hurtigsøk")
        expect(dialog.get_by_role("option", name=SERIAL).first).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Nordlys Kraft AS")

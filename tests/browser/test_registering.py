"""Registering one device: what its number tells is shown while it is typed."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal

KARI = "kari@nordlys"


@pytest.mark.parametrize("width", [1280, 360])
def test_what_is_known_is_told_while_the_number_is_typed(
    stocked: Portal, visit: Visit, width: int
) -> None:
    page = visit(KARI, width=width)
    page.goto("/products/registration")
    told, serial = page.locator("#lookup"), page.get_by_role("textbox", name="Serienummer")

    serial.press_sequentially("8g18256d07efen")
    expect(told).to_contain_text("Denne enheten er allerede registrert.")
    expect(told.get_by_role("link", name="Se enheten")).to_be_visible()

    serial.fill("")
    serial.press_sequentially("8G2241A1B2C3FX")
    expect(told).to_contain_text("videoenhet")
    assert page.evaluate("document.activeElement.id") == "serial_number"


def test_coverage_is_told_when_the_model_is_chosen_by_keyboard(
    stocked: Portal, visit: Visit
) -> None:
    page = visit(KARI)
    page.goto("/products/registration")
    page.get_by_role("textbox", name="Serienummer").fill("8G2241A1B2C3FX")
    model = page.get_by_role("combobox", name="Modell")
    model.press_sequentially("studio x5")
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == []

    model.press("ArrowDown")
    model.press("Enter")

    expect(page.locator("#lookup")).to_contain_text("Dekket til 31.12.2028")
    model.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("8G2241A1B2C3FX er registrert.")

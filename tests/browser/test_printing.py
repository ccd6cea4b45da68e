"""On paper stands what was said, and no empty card where one could write."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.serving import Portal

PAGES = {"kari@nordlys": "/service-requests", "anna@poly": "/desk"}


@pytest.mark.parametrize("person", PAGES)
def test_the_card_to_write_in_is_not_printed(portal: Portal, visit: Visit, person: str) -> None:
    page = visit(person)
    page.goto(PAGES[person])
    page.locator("th a").first.click()
    expect(page.locator("#reply")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.locator("#reply")).to_be_hidden()
    expect(page.locator(".story article").first).to_be_visible()

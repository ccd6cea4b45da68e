"""What people write without a place to break it at is wrapped, and cuts nothing off."""

from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

SUBJECTS = {"left": "W" * 160, "right": "س" * 100 + "لا" * 30}
WIDTHS = (1280, 360)


def too_wide(page: Page) -> list[str]:
    """What does not fit into its own frame."""
    found: list[str] = page.locator(
        "main .scroll, main .ds-card, main li, main td, main th, main h1, .back"
    ).evaluate_all(
        """all => all.filter(it => it.checkVisibility() && it.scrollWidth > it.clientWidth + 1
          && getComputedStyle(it).display !== "inline").map(it => it.outerHTML.slice(0, 80))"""
    )
    return found


@pytest.fixture(params=SUBJECTS)
def wordy(portal: Portal, request: pytest.FixtureRequest) -> Portal:
    """Every request, and every customer, is called so."""
    with closing(portal.connect()) as database:
        database.execute("UPDATE service_request SET subject = ?", [SUBJECTS[request.param]])
        database.execute("UPDATE account SET name = ?", [SUBJECTS[request.param][:120]])
    return portal


@pytest.mark.parametrize("width", WIDTHS)
def test_the_queue_keeps_its_buttons_in_sight(wordy: Portal, visit: Visit, width: int) -> None:
    page = visit("anna@poly", width=width)
    page.goto("/desk")

    for button in page.locator("button[name=take]").all():
        box = button.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert too_wide(page) == []
    assert not is_wide(page)
    page.locator("th a").first.click()
    expect(page.locator("#others")).to_be_visible()
    assert too_wide(page) == []
    assert not is_wide(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_escalation_board_fits(wordy: Portal, visit: Visit, width: int) -> None:
    page = visit("erik@poly", width=width)
    page.goto("/desk/escalations")
    expect(page.locator("th a").first).to_be_visible()

    assert too_wide(page) == []
    assert not is_wide(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_customers_list_and_page_fit(wordy: Portal, visit: Visit, width: int) -> None:
    page = visit("kari@nordlys", width=width)
    page.goto("/service-requests")

    assert too_wide(page) == []
    page.locator("th a").first.click()
    expect(page.locator("#standing")).to_be_visible()
    assert too_wide(page) == []
    assert not is_wide(page)

"""At 320 px, which is a page at 400 %, nothing is cut off and nothing scrolls sideways."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.watching import is_wide

LONGEST = "ingrid@fjordhelse"


@pytest.mark.parametrize("width", [320, 360])
def test_a_long_address_leaves_room_for_the_link_that_changes_it(visit: Visit, width: int) -> None:
    page = visit(LONGEST, width=width)
    page.goto("/profile/security")
    # Longer than any of the demo's, and without a place to break it at.
    page.locator("#sign-in p.subtle").first.evaluate(
        "it => it.textContent = 'en.administrator.med.langt.navn@fylkeskommunen.example.com'"
    )

    for link in page.locator("#sign-in a").all():
        expect(link).to_be_visible()
        box = link.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width
    assert not is_wide(page)

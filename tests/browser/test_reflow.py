"""At 320 px, which is a page at 400 %, nothing is cut off and nothing scrolls sideways."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.test_axe import EVERYTHING, PAGES, records
from tests.browser.watching import is_wide

LONGEST = "ingrid@fjordhelse"
PEOPLE = sorted({person for person, _paths in PAGES.values()})
SOME = ("/", "/products", "/licenses", "/downloads", "/service-requests", "/desk", "/search")


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


@pytest.mark.parametrize("person", PEOPLE)
def test_pages_fit_in_a_wider_font_than_ours(stocked: Portal, visit: Visit, person: str) -> None:
    """Where our own comes late, the page keeps what the device has (`font-display: optional`)."""
    known = records(stocked)
    page = visit(person, width=320)
    paths = [
        path.format(**known)
        for who, mine in PAGES.values()
        for path in (mine if EVERYTHING else mine[:1])
        if who == person and (EVERYTHING or path in SOME)
    ]

    wide = []
    for path in paths:
        page.goto(path)
        page.evaluate("document.body.style.fontFamily = 'DejaVu Sans, Verdana, sans-serif'")
        if is_wide(page):
            wide.append(path)

    assert wide == []

"""A license's key found by its product and copied; given to somebody and taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.watching import has_focus, is_wide, said

KARI, METTE = "kari@nordlys", "mette@nordlys"
NAME, KEY, TAIL = "Poly Lens Premium", "PLP7-4KQ2-XN8D-9F2K", "••••-9F2K"
WORDS = {
    "nb": {
        "menu": "Meny",
        "licenses": "Lisenser",
        "show": f"Vis nøkkelen til {NAME}",
        "copy": f"Kopier nøkkelen til {NAME}",
        "copied": "Kopiert",
        "shown": "Lisensnøkkel vist",
        "noted": "Lisensnøkkel kopiert",
        "person": "Person",
        "assign": "Tildel",
        "back": "Ta tilbake fra Berit Strand",
    },
    "en": {
        "menu": "Menu",
        "licenses": "Licenses",
        "show": f"Show the key of {NAME}",
        "copy": f"Copy the key of {NAME}",
        "copied": "Copied",
        "shown": "License key shown",
        "noted": "License key copied",
        "person": "Person",
        "assign": "Assign",
        "back": "Take back from Berit Strand",
    },
}


def open_list(page: Page, effort: Effort, says: dict[str, str]) -> None:
    """By the menu; on a phone it is folded, which is no choice of anything."""
    if not page.locator("header .rail > .menu").is_visible():
        page.locator("header .burger > summary").click()
    effort.click(page.get_by_role("banner").get_by_role("link", name=says["licenses"]).last)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_key_is_found_by_its_product_and_copied(
    portal: Portal, visit: Visit, language: str, width: int
) -> None:
    page, says = visit(KARI, language=language, width=width), WORDS[language]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    effort = Effort(page)

    open_list(page, effort, says)
    effort.type(page.get_by_role("main").get_by_role("searchbox"), "lens premium")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_text(TAIL)).to_be_visible()
    assert KEY not in page.content()
    effort.click(page.get_by_role("button", name=says["show"]))
    expect(page.get_by_text(KEY)).to_be_visible()
    assert has_focus(page)
    assert violations(page) == []
    assert not is_wide(page)
    with page.expect_response(re.compile("/key/copy$")) as noted:
        effort.click(page.get_by_role("button", name=says["copy"]))

    assert noted.value.status == 204
    assert page.evaluate("navigator.clipboard.readText()") == KEY
    assert said(page)[-1] == says["copied"]
    clicks, typed, pages = effort.spent
    assert (clicks, typed) == (3, 1)
    assert pages <= 2
    page.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    assert KEY not in page.content()  # it was shown once
    expect(page.locator(".timeline")).to_contain_text(says["shown"])
    expect(page.locator(".timeline")).to_contain_text(says["noted"])


def test_without_scripts_the_key_is_shown_by_a_page(portal: Portal, visit: Visit) -> None:
    page, says = visit(KARI, java_script_enabled=False), WORDS["nb"]
    page.goto("/licenses")
    page.get_by_role("main").get_by_role("searchbox").fill("lens premium")
    page.get_by_role("button", name="Vis treff").click()

    page.get_by_role("button", name=says["show"]).click()

    expect(page.get_by_text(KEY)).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_count(1)


def test_whoever_may_not_see_keys_has_no_way_to_them(portal: Portal, visit: Visit) -> None:
    page = visit(METTE)
    page.goto("/licenses?q=lens+premium")

    expect(page.get_by_text(TAIL)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Vis|Kopier) nøkkelen"))).to_have_count(0)


@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_license_is_given_and_taken_back(portal: Portal, visit: Visit, language: str) -> None:
    page, says = visit(KARI, language=language), WORDS[language]
    page.goto("/licenses?q=lens+premium")
    page.get_by_role("rowheader").get_by_role("link").click()

    page.get_by_label(says["person"]).fill("Berit Strand")
    page.get_by_role("button", name=says["assign"], exact=True).click()

    expect(page.locator(".seats")).to_contain_text("Berit Strand")
    page.get_by_role("button", name=says["back"]).click()
    expect(page.locator(".seats")).not_to_contain_text("Berit Strand")

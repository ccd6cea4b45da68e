"""A license's key found by its product and copied; given to somebody and taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.watching import has_focus, is_wide, said
from tests.signatures import checked

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


SEATS = {
    "nb": ("Flytt eller ta tilbake", "Person", "Flytt", "Angre", "1 tildeling er flyttet."),
    "en": ("Move or take back", "Person", "Move", "Undo", "1 assignment is moved."),
}


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_seats_are_moved_together_and_put_back(
    *, portal: Portal, visit: Visit, language: str, scripts: bool
) -> None:
    page = visit(KARI, language=language, java_script_enabled=scripts)
    several, person, move, undo, told = SEATS[language]
    page.goto("/licenses?q=lens+premium")
    page.get_by_role("rowheader").get_by_role("link").click()
    seat = page.locator(".seats li").filter(has_text="Ola Hansen")

    seat.get_by_role("checkbox").check()
    page.get_by_role("button", name=several).click()
    expect(page.get_by_role("checkbox")).to_have_count(1)
    page.get_by_label(person, exact=True).fill("Berit Strand")
    page.get_by_role("button", name=move, exact=True).click()

    expect(page.get_by_text(told)).to_be_visible()
    expect(page.locator(".seats")).to_contain_text("Berit Strand")
    expect(page.locator(".seats")).not_to_contain_text("Ola Hansen")
    if scripts:
        assert has_focus(page)
        assert violations(page) == []
    page.get_by_role("button", name=undo, exact=True).click()
    expect(page.locator(".seats")).to_contain_text("Ola Hansen")
    expect(page.locator(".seats")).not_to_contain_text("Berit Strand")


ACTIVATION = {
    "nb": ("Aktiver en lisens", "Aktiver", "Spør oss om en lisensnøkkel", "Lisensnøkkel"),
    "en": ("Activate a license", "Activate", "Ask us about a license key", "License key"),
}
UNCLAIMED = "STV7-2WD5-PK8H-4Q1A"  # of the demo, and nobody's


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_key_of_somebody_else_leads_on_without_a_word_of_them(
    portal: Portal, visit: Visit, language: str, width: int
) -> None:
    page = visit(KARI, language=language, width=width)
    title, _activate, ask, field = ACTIVATION[language]
    page.goto("/licenses")
    page.get_by_role("link", name=title).click()

    for key in ("PLP7-9FH1-KK4E-3D6R", "AAAA-1111-BBBB-2222"):  # Fjordhelse's, and nobody's
        page.get_by_label(field).fill(key)
        page.get_by_label(field).press("Enter")
        expect(page.locator("#key-error")).to_be_visible()
        told = page.locator("#key-error").inner_text()
        assert "Fjordhelse" not in page.content()
        assert has_focus(page)
        assert violations(page) == []
        assert not is_wide(page)
    assert told
    page.get_by_role("link", name=ask).click()
    expect(page).to_have_url(re.compile("/service-requests/new"))


def test_a_license_that_is_nobodys_is_activated_by_its_key(portal: Portal, visit: Visit) -> None:
    page, (_title, activate, _ask, field) = visit(KARI), ACTIVATION["nb"]
    page.goto("/licenses/activation")
    page.get_by_label(field).fill(UNCLAIMED.lower())
    page.get_by_role("button", name=activate, exact=True).click()

    expect(page.get_by_text("Lisensen er aktivert.")).to_be_visible()
    expect(page.get_by_text("••••-4Q1A")).to_be_visible()


def test_a_license_file_is_downloaded_again_and_again(portal: Portal, visit: Visit) -> None:
    page = visit(KARI)
    page.goto("/licenses?q=lens+premium")
    page.get_by_role("rowheader").get_by_role("link").click()
    for _ in range(2):
        with page.expect_download() as took:
            page.get_by_role("button", name="Last ned lisensfilen").click()
        assert re.fullmatch(r"L-\d{7}\.license\.json", took.value.suggested_filename)
        content = took.value.path().read_bytes()
        assert KEY.encode() in content
    with page.expect_download() as took:
        page.get_by_role("link", name="Last ned signaturen").click()
    public = page.request.get("/signing/minisign.pub").text()
    assert checked(public, content, took.value.path().read_text()).startswith("L-")

"""An employee who cannot read the number says the model; the administrator finds the device."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.employee import SIV, faulty_headset, link_of, way_in_mail
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

WORDS: dict[str, dict[str, str]] = {
    "nb": {
        "email": "E-postadressen din på jobb",
        "go": "Fortsett",
        "which": "Hvilken enhet er det?",
        "search": "Eller finn modellen",
        "show": "Vis treff",
        "fault": "Noe er ødelagt eller utslitt",
        "send": "Send inn og få ny enhet",
        "waits": "finner enheten og godkjenner",
        "where": "Se hvor den er",
        "find": "Finn enheten",
        "approve": "Godkjenn med denne enheten",
        "arrives": "Kommer ",
    },
    "en": {
        "email": "Your e-mail address at work",
        "go": "Continue",
        "which": "Which device is it?",
        "search": "Or find the model",
        "show": "Show matches",
        "fault": "Something is broken or worn out",
        "send": "Send in and get a new device",
        "waits": "to find the device and approve it",
        "where": "See where it is",
        "find": "Find the device",
        "approve": "Approve with this device",
        "arrives": "Arrives ",
    },
}


def order(page: Page, portal: Portal, says: dict[str, str], *, scripts: bool = True) -> None:
    """From the link to the page that tells where it is. Without scripts nothing can be asked of the
    page but what it shows."""

    def look() -> None:
        if scripts:
            assert violations(page) == []
            assert not is_wide(page)

    faulty_headset(portal)
    page.goto(link_of(portal))
    page.get_by_label(says["email"]).fill(SIV)
    page.get_by_role("button", name=says["go"]).click()
    page.goto(way_in_mail(portal, "/r/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(says["which"])
    look()
    page.get_by_role("searchbox", name=says["search"]).fill("Voyager")
    if not scripts:
        page.get_by_role("button", name=says["show"]).click()
    expect(page).to_have_url(re.compile("q=Voyager"))
    page.locator("#device-choices").get_by_label(re.compile("Voyager")).first.check()
    look()
    page.get_by_role("button", name=says["go"]).click()
    page.get_by_label(says["fault"]).check()
    look()
    page.get_by_role("button", name=says["send"]).click()
    page.get_by_role("link", name=says["where"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(says["waits"])
    look()


@pytest.mark.parametrize(("language", "width"), [("nb", 1280), ("nb", 360), ("en", 360)])
def test_the_model_is_enough_and_the_administrator_finds_the_device(
    language: str, width: int, stocked: Portal, visit: Visit
) -> None:
    says = WORDS[language]
    order(visit(language=language, width=width), stocked, says)
    kari = visit("kari@nordlys", language=language, width=width)
    kari.goto("/replacements?stage=requested")
    kari.get_by_role("link", name=re.compile("RMA-")).first.click()
    kari.get_by_role("link", name=says["find"]).click()
    assert violations(kari) == []
    assert not is_wide(kari)
    kari.get_by_role("button", name=says["approve"]).click()  # without choosing
    expect(kari.locator(".ds-error-summary")).to_be_focused()
    assert violations(kari) == []
    kari.locator("#device-choices input:enabled").first.focus()
    kari.keyboard.press("Space")
    kari.get_by_role("button", name=says["approve"]).click()
    expect(kari.get_by_role("heading", level=1)).to_contain_text(says["arrives"])


def test_without_scripts(stocked: Portal, visit: Visit) -> None:
    says = WORDS["nb"]
    order(visit(width=360, java_script_enabled=False), stocked, says, scripts=False)
    kari = visit("kari@nordlys", java_script_enabled=False)
    kari.goto("/replacements?stage=requested")
    kari.get_by_role("link", name=re.compile("RMA-")).first.click()
    kari.get_by_role("link", name=says["find"]).click()
    kari.locator("#device-choices input:enabled").first.check()
    kari.get_by_role("button", name=says["approve"]).click()
    expect(kari.get_by_role("heading", level=1)).to_contain_text(says["arrives"])

"""A new device is asked for from the faulty one's page, and sent by three scans."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.watching import press_until

KARI, LARS = "kari@nordlys", "lars@poly"
FAULTY, NEW = "8G18256D07EFEN", "8G2241A1B2C3FX"
WORDS: dict[str, dict[str, str]] = {
    "nb": {
        "replace": "Bytt enheten",
        "fault": "Ingen eller dårlig lyd",
        "go": "Fortsett",
        "why": "Hvorfor ikke resten?",
        "other": "En annen adresse",
        "street": "Gateadresse",
        "code": "Postnummer",
        "city": "Poststed",
        "phone": "Telefonnummer",
        "who": "Hvem som tar imot pakken",
        "arrives": "kommer den",
        "send": "Send inn og få ny enhet",
        "sent": "Vi sender en ny enhet",
        "follow": "Følg byttet",
        "rma": "RMA-nummer",
        "gone": "er sendt.",
        "unknown": "Det er ikke noe bytte med dette nummeret.",
    },
    "en": {
        "replace": "Replace the device",
        "fault": "No sound, or bad sound",
        "go": "Continue",
        "why": "Why not the rest?",
        "other": "Another address",
        "street": "Street address",
        "code": "Postal code",
        "city": "City",
        "phone": "Phone number",
        "who": "Who receives the parcel",
        "arrives": "it arrives",
        "send": "Send in and get a new device",
        "sent": "We send a new device",
        "follow": "Follow the replacement",
        "rma": "RMA number",
        "gone": "is sent.",
        "unknown": "There is no replacement with this number.",
    },
}


def ask(page: Page, says: dict[str, str], *, checked: bool = True) -> tuple[str, Effort]:
    """Ask for a new device, from the faulty one's page; its number, and what it cost."""
    page.goto(f"/replacements/new?q={FAULTY}")  # leads to the device, as a scanner does
    product = page.url.rpartition("=")[2]
    page.goto(f"/products/{product}")
    effort = Effort(page)

    def fine() -> None:
        assert not checked or violations(page) == []

    effort.click(page.get_by_role("link", name=says["replace"]))
    fine()
    effort.click(page.get_by_label(says["fault"]))
    effort.click(page.get_by_role("button", name=says["go"]))
    effort.type(page.get_by_label(says["why"]), "Haster")
    if not page.get_by_label(says["street"]).is_visible():
        page.get_by_text("Skriv en annen adresse").click()
    page.get_by_label(says["street"]).fill("Storgata 1")
    page.get_by_label(says["code"]).fill("0155")
    if checked:  # which the postal code tells; without scripts when it is sent
        expect(page.get_by_label(says["city"])).to_have_value("Oslo")
    page.get_by_label(says["phone"]).fill("22 22 22 22")
    page.get_by_label(says["who"]).fill("Kari Nordmann")
    page.get_by_label(says["other"], exact=True).check()
    fine()
    effort.click(page.get_by_role("button", name=says["go"]))
    expect(page.get_by_role("main")).to_contain_text(says["arrives"])
    fine()
    effort.click(page.get_by_role("button", name=says["send"]))
    expect(page.get_by_role("heading", name=says["sent"])).to_be_visible()
    fine()
    found = re.search(r"RMA-[0-9]+", page.url)
    assert found
    return found[0], effort


@pytest.mark.parametrize(("language", "width"), [("nb", 1280), ("en", 360)])
def test_a_new_device_is_five_clicks_from_the_faulty_ones_page(
    language: str, width: int, stocked: Portal, visit: Visit
) -> None:
    page, says = visit(KARI, language=language, width=width), WORDS[language]
    number, effort = ask(page, says)

    assert effort.clicks == 5
    page.get_by_role("link", name=says["follow"]).click()
    expect(page).to_have_url(re.compile(f"/replacements/{number}$"))
    expect(page.locator('[aria-current="step"]')).to_have_count(3)
    assert violations(page) == []
    page.goto("/replacements")
    expect(page.get_by_role("main")).to_contain_text(number)
    assert violations(page) == []


def test_it_is_the_same_without_scripts(stocked: Portal, visit: Visit) -> None:
    page = visit(KARI, java_script_enabled=False)
    number, _effort = ask(page, WORDS["nb"], checked=False)

    page.goto(f"/replacements/{number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kommer ")


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("width", [1280, 360])
def test_a_parcel_is_sent_by_three_scans_and_no_click(
    language: str, width: int, stocked: Portal, visit: Visit
) -> None:
    number, _effort = ask(visit(KARI), WORDS["nb"], checked=False)
    page, says = visit(LARS, language=language, width=width), WORDS[language]
    page.goto("/desk/logistics")
    assert violations(page) == []
    first = page.get_by_role("textbox", name=says["rma"])
    expect(first).to_be_focused()
    effort = Effort(page)

    for text in (number, NEW, "370722150000001"):
        effort.scan(text)
    expect(page.get_by_text(f"{number} {says['gone']}")).to_be_visible()
    expect(first).to_be_focused()
    assert (effort.scans, *effort.spent) == (3, 0, 0, 1)

    for text in ("tull", NEW, "370722150000001"):
        effort.scan(text)
    expect(page.get_by_role("main")).to_contain_text(says["unknown"])
    assert violations(page) == []
    page.goto(f"/desk/logistics/{number}")
    assert violations(page) == []


def test_it_is_asked_for_by_keys_alone(stocked: Portal, visit: Visit) -> None:
    page, says = visit(KARI), WORDS["nb"]
    page.goto(f"/replacements/new?q={FAULTY}")
    effort = Effort(page)

    press_until(page, "Ikke noe bilde, eller dårlig bilde")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(says["fault"])).to_be_checked()
    effort.press(says["go"], "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hvor skal den nye enheten sendes?")
    effort.write(f"{says['why']} (valgfritt)", "Haster")
    page.get_by_label(says["street"]).wait_for(state="visible")
    effort.write(says["street"], "Storgata 1")
    effort.write(says["code"], "0155")
    expect(page.get_by_label(says["city"])).to_have_value("Oslo")
    effort.write(says["who"], "Kari Nordmann")
    effort.write(says["phone"], "22 22 22 22")
    effort.press(says["go"], "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontroller svarene")
    effort.press(says["send"], "Enter")
    expect(page.get_by_role("heading", name=says["sent"])).to_be_visible()


def test_several_are_picked_in_the_list_and_sent_to_one_address(
    stocked: Portal, visit: Visit
) -> None:
    page, says = visit(KARI, width=360), WORDS["nb"]
    page.goto("/products?category=video&sort=newest")
    for box in page.locator('input[name="picked"]').all()[:3]:
        box.check()
    page.get_by_role("button", name="Bytt enhetene").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hva er feil med enhetene?")
    assert violations(page) == []
    page.get_by_label("Noe annet").check()
    page.get_by_role("button", name=says["go"]).click()
    page.get_by_label(says["why"]).fill("Haster")
    page.get_by_label("Mer om hva som er feil").fill("De piper.")
    page.get_by_label(says["street"]).fill("Storgata 1")
    page.get_by_label(says["code"]).fill("0155")
    page.get_by_label(says["who"]).fill("Kari Nordmann")
    page.get_by_label(says["phone"]).fill("22 22 22 22")
    page.get_by_role("button", name=says["go"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontroller svarene")
    assert violations(page) == []
    page.get_by_role("button", name="Send inn og få 3 nye enheter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vi sender 3 nye enheter")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("RMA-"))).to_have_count(3)
    assert violations(page) == []

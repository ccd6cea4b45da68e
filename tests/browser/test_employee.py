"""Journey 1: an employee without an account has a broken headset, and orders a new one.

At most 4 clicks, 2 fields that are typed, 5 pages, from the link or the code on the box. Typed are
the address and the serial number: the link in the mail takes the place of the code. Who scans the
label, or comes by a link with the number in it, may write the code instead.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.employee import SIV, code_in_mail, faulty_headset, link_of, way_in_mail
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

WORDS: dict[str, dict[str, str]] = {
    "nb": {
        "email": "E-postadressen din på jobb",
        "serial": "Serienummer (valgfritt)",
        "go": "Fortsett",
        "look": "Sjekk e-posten din",
        "code": "Kode fra e-posten",
        "fault": "Noe er ødelagt eller utslitt",
        "arrives": "kommer den",
        "send": "Send inn og få ny enhet",
        "done": "Byttet er bestilt",
        "where": "Se hvor den er",
    },
    "en": {
        "email": "Your e-mail address at work",
        "serial": "Serial number (optional)",
        "go": "Continue",
        "look": "Look in your e-mail",
        "code": "Code from the e-mail",
        "fault": "Something is broken or worn out",
        "arrives": "it arrives",
        "send": "Send in and get a new device",
        "done": "The replacement is asked for",
        "where": "See where it is",
    },
}


def begin(page: Page, portal: Portal, says: dict[str, str], *, scanned: str = "") -> Effort:
    """Up to where the mail is on its way. `scanned` is what a code on the device says."""
    serial = faulty_headset(portal)
    effort = Effort(page)
    page.goto(link_of(portal) + (f"?serial={serial}" if scanned else ""))
    effort.type(page.get_by_label(says["email"]), SIV)
    if scanned:
        expect(page.get_by_label(says["serial"])).to_have_value(serial)
    else:
        effort.type(page.get_by_label(says["serial"]), serial)
    effort.click(page.get_by_role("button", name=says["go"]))
    return effort


def finish(page: Page, effort: Effort, says: dict[str, str]) -> None:
    effort.click(page.get_by_label(says["fault"]))
    expect(page.get_by_role("main")).to_contain_text(says["arrives"])
    effort.click(page.get_by_role("button", name=says["send"]))
    expect(page.get_by_role("heading", level=1)).to_have_text(says["done"])


@pytest.mark.parametrize(("language", "width"), [("nb", 1280), ("nb", 360), ("en", 360)])
def test_a_broken_headset_takes_four_clicks_and_two_fields(
    language: str, width: int, stocked: Portal, visit: Visit
) -> None:
    page, says = visit(language=language, width=width), WORDS[language]
    effort = begin(page, stocked, says)
    assert violations(page) == []
    assert not is_wide(page)
    effort.clicks += 1  # on the link in the mail
    page.goto(way_in_mail(stocked, "/r/"))
    assert violations(page) == []
    assert not is_wide(page)
    finish(page, effort, says)

    assert effort.spent[:2] == (4, 2)
    assert len(effort.pages) <= 5
    assert violations(page) == []
    assert not is_wide(page)
    page.get_by_role("link", name=says["where"]).click()
    expect(page).to_have_url(re.compile("/track/"))
    assert violations(page) == []


def test_with_a_scanned_label_the_code_is_written_where_one_began(
    stocked: Portal, visit: Visit
) -> None:
    page, says = visit(width=360), WORDS["nb"]
    effort = begin(page, stocked, says, scanned="yes")
    expect(page.get_by_role("heading", level=1)).to_have_text(says["look"])
    effort.type(page.get_by_label(says["code"]), code_in_mail(stocked))
    effort.click(page.get_by_role("button", name=says["go"]))
    finish(page, effort, says)

    assert effort.spent[:2] == (4, 2)
    assert len(effort.pages) <= 5


def test_it_is_ordered_without_scripts(stocked: Portal, visit: Visit) -> None:
    page, says = visit(width=360, java_script_enabled=False), WORDS["nb"]
    effort = begin(page, stocked, says)
    page.goto(way_in_mail(stocked, "/r/"))
    finish(page, effort, says)
    expect(page.get_by_role("main")).to_contain_text("RMA-")


def test_what_may_be_tried_is_shown_for_the_fault_that_is_chosen(
    stocked: Portal, visit: Visit
) -> None:
    page, says = visit(width=360), WORDS["nb"]
    begin(page, stocked, says)
    page.goto(way_in_mail(stocked, "/r/"))
    sound = page.get_by_label("Skrudd opp lyden", exact=False).first
    expect(sound).to_be_hidden()
    page.get_by_label("Ingen eller dårlig lyd").check()
    expect(page.get_by_text("Har du prøvd dette?").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=says["send"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(says["done"])


def test_who_knows_no_number_chooses_the_model(stocked: Portal, visit: Visit) -> None:
    page, says = visit(), WORDS["nb"]
    faulty_headset(stocked)
    page.goto(link_of(stocked))
    page.get_by_label(says["email"]).fill(SIV)
    page.get_by_role("button", name=says["go"]).click()
    page.goto(way_in_mail(stocked, "/r/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Hvilken enhet er det?")
    assert violations(page) == []
    page.get_by_label("Serienummer").fill("FINNESIKKE")
    page.get_by_role("button", name=says["go"]).click()
    expect(page.get_by_role("main")).to_contain_text("Vi finner ingen slik enhet hos dere.")
    assert violations(page) == []


def test_the_administrator_approves_what_the_employee_ordered(
    stocked: Portal, visit: Visit
) -> None:
    page, says = visit(), WORDS["nb"]
    effort = begin(page, stocked, says)
    page.goto(way_in_mail(stocked, "/r/"))
    finish(page, effort, says)

    kari = visit("kari@nordlys")
    kari.goto("/")
    kari.get_by_role("link", name=re.compile("1 ansatt venter")).click()
    kari.get_by_role("link", name=re.compile("RMA-")).first.click()
    expect(kari.get_by_role("main")).to_contain_text(SIV)
    assert violations(kari) == []
    kari.get_by_role("button", name="Godkjenn").click()
    expect(kari.get_by_role("heading", level=1)).to_contain_text("Kommer ")
    assert violations(kari) == []

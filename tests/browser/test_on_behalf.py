"""A request that somebody opens for a customer: its partner, and staff. The customer reads who."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

ASKED = ("Skjermen i resepsjonen er svart", "Den har vært svart siden i går ettermiddag.")
WORDS = {
    "nb": {
        "acting": "Du handler på vegne av Nordlys Kraft AS",
        "looking": "Du ser på Nordlys Kraft AS som ansatt",
        "requests": "Saker",
        "open": "Opprett sak",
        "low": "Lav",
        "subject": "Emne",
        "text": "Beskrivelse",
        "send": "Send inn saken",
        "receipt": "Saken er sendt inn",
        "signed": "Siri Berg (Vestnett Forhandler AS) på vegne av Nordlys Kraft AS",
        "why": "Årsak",
        "go on": "Fortsett",
        "noted": "Begrunnelsen er notert.",
        "support": "Polys brukerstøtte",
    },
    "en": {
        "acting": "You are acting on behalf of Nordlys Kraft AS",
        "looking": "You are looking at Nordlys Kraft AS as staff",
        "requests": "Service requests",
        "open": "Open a request",
        "low": "Low",
        "subject": "Subject",
        "text": "Description",
        "send": "Send in the request",
        "receipt": "The request is sent",
        "signed": "Siri Berg (Vestnett Forhandler AS) on behalf of Nordlys Kraft AS",
        "why": "Reason",
        "go on": "Go on",
        "noted": "Your reason is noted.",
        "support": "Poly support",
    },
}


def work_for_nordlys(page: Page, start: str) -> None:
    page.goto(start)
    page.get_by_role("row").filter(has_text="Nordlys Kraft AS").get_by_role("button").click()


def fill_in(page: Page, words: dict[str, str]) -> None:
    menu = page.get_by_role("navigation")
    menu.get_by_role("link", name=words["requests"], exact=True).first.click()
    page.get_by_role("main").get_by_role("link", name=words["open"]).first.click()
    page.get_by_role("radio", name=words["low"]).check()
    page.get_by_label(words["subject"], exact=True).fill(ASKED[0])
    page.get_by_label(words["text"]).fill(ASKED[1])


def sent(page: Page, words: dict[str, str]) -> str:
    expect(page.get_by_role("heading", level=1)).to_have_text(words["receipt"])
    found = re.search(r"SR-\d{7}", page.get_by_role("main").inner_text())
    assert found
    return found[0]


@pytest.mark.parametrize("language", WORDS)
def test_what_a_partner_opened_is_signed_with_both_names(
    portal: Portal, visit: Visit, language: str
) -> None:
    words = WORDS[language]
    siri = visit("siri@vestnett", language=language)
    work_for_nordlys(siri, "/partner")
    expect(siri.get_by_text(words["acting"])).to_be_visible()
    fill_in(siri, words)
    siri.get_by_role("button", name=words["send"]).click()
    number = sent(siri, words)
    assert violations(siri) == []

    kari = visit("kari@nordlys", language=language, width=360)
    kari.goto(f"/service-requests?q={number}")
    kari.get_by_role("link", name=ASKED[0]).click()
    expect(kari.locator(".story .message")).to_contain_text(words["signed"])
    expect(kari.locator(".story .message")).to_contain_text(ASKED[1])
    expect(kari.get_by_text(words["acting"])).to_have_count(0)
    assert not is_wide(kari)
    assert violations(kari) == []
    # Another partner, whom the customer let do nothing, learns nothing of it.
    jonas = visit("jonas@sornett", language=language)
    jonas.goto(f"/service-requests/{number}")
    expect(jonas).to_have_url(f"{portal.url}/partner")


@pytest.mark.parametrize("language", WORDS)
def test_staff_open_one_for_a_customer_who_reads_why(
    portal: Portal, visit: Visit, language: str
) -> None:
    words = WORDS[language]
    anna = visit("anna@poly", language=language)
    work_for_nordlys(anna, "/desk/accounts")
    expect(anna.get_by_text(words["looking"])).to_be_visible()
    fill_in(anna, words)
    expect(anna.locator("[data-draft]")).to_have_count(0)  # nothing is written before they say
    anna.get_by_role("button", name=words["send"]).click()
    anna.get_by_label(words["why"]).fill("Kari ringte og ba oss opprette den.")
    anna.get_by_role("button", name=words["go on"]).click()
    expect(anna.get_by_text(words["noted"])).to_be_visible()
    expect(anna.get_by_label(words["text"])).to_have_value(ASKED[1])
    expect(anna.locator("[data-draft]")).to_have_count(1)
    anna.get_by_role("button", name=words["send"]).click()
    number = sent(anna, words)
    assert violations(anna) == []

    kari = visit("kari@nordlys", language=language)
    kari.goto(f"/service-requests/{number}")
    message = kari.locator(".story .message")
    expect(message).to_contain_text("Anna Agent")
    expect(message).to_contain_text(words["support"])
    expect(message).to_contain_text(ASKED[1])
    assert violations(kari) == []

"""A request that concerns a cloud partner, from the authorization to the referral."""

from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from portal.base.references import reference
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def a_request(portal: Portal) -> str:
    """An open one of Nordlys."""
    query = (
        "SELECT max(r.id) FROM service_request r JOIN account a ON a.id = r.account_id"
        " WHERE a.name LIKE 'Nordlys%' AND r.status IN ('new', 'in_progress')"
    )
    with closing(portal.connect()) as database:
        return reference("SR", database.execute(query).fetchone()[0])


WORDS = {
    "nb": {
        "partner": "Skypartner",
        "ask": "Be kunden om en signert fullmakt",
        "start": "Start",
        "started": "Bistanden med skypartneren er startet.",
        "give": "Gi oss det vi trenger",
        "agreement": "Send inn avtalen",
        "agreed": "Takk. Vi har fått avtalen",
        "authorization": "Send inn fullmakten",
        "authorized": "Takk. Vi har fått fullmakten.",
        "update": "Oppdater %s",
        "save": "Lagre trinnet",
        "saved": "Trinnet er lagret. Kunden ser det.",
        "incident": "Hendelse meldt til partneren",
        "findings": "Funn",
        "referral": "Henvist til partneren",
        "waits": "Venter på skypartner",
    },
    "en": {
        "partner": "Cloud partner",
        "ask": "Ask the customer for a signed authorization",
        "start": "Begin",
        "started": "Cloud partner support is begun.",
        "give": "Give us what we need",
        "agreement": "Send the agreement",
        "agreed": "Thank you. We have your agreement",
        "authorization": "Send the authorization",
        "authorized": "Thank you. We have your authorization.",
        "update": "Update %s",
        "save": "Save the step",
        "saved": "The step is saved. The customer sees it.",
        "incident": "Incident opened with the partner",
        "findings": "Findings",
        "referral": "Referred to the partner",
        "waits": "Waiting for cloud partner",
    },
}


def take(page: Page, words: dict[str, str], stage: str, **told: str) -> None:
    """Fill in a step from the list of them."""
    page.get_by_role("link", name=words["update"] % words[stage]).click()
    for name, text in told.items():
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text(words["saved"])).to_be_focused()


@pytest.mark.parametrize("language", WORDS)
def test_a_case_goes_from_authorization_to_referral(
    portal: Portal, visit: Visit, language: str
) -> None:
    number, words = a_request(portal), WORDS[language]
    anna = visit("anna@poly", language=language)
    anna.goto(f"/desk/service-requests/{number}")
    anna.get_by_role("link", name=words["partner"], exact=True).click()
    anna.get_by_label(words["partner"], exact=True).select_option(label="Zoom")
    anna.get_by_label(words["ask"]).check()
    anna.get_by_role("button", name=words["start"]).click()
    expect(anna.get_by_text(words["started"])).to_be_focused()

    kari = visit("kari@nordlys", language=language, width=360)
    kari.goto(f"/service-requests/{number}")
    kari.get_by_role("link", name=words["give"]).click()
    assert violations(kari) == []
    assert not is_wide(kari)
    kari.locator("#number").fill("ZM-77")
    kari.locator("#valid_until").fill("31.12.2099")
    kari.get_by_role("button", name=words["agreement"]).click()
    expect(kari.get_by_text(words["agreed"])).to_be_focused()
    kari.locator("#files").set_input_files(
        {"name": "fullmakt.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    kari.locator("#dated").fill("1.11.2026")
    kari.get_by_role("button", name=words["authorization"]).click()
    expect(kari.get_by_text(words["authorized"])).to_be_focused()
    expect(kari.get_by_role("link", name="fullmakt.pdf")).to_be_visible()

    anna.goto(f"/desk/service-requests/{number}/cloud-partner")
    take(anna, words, "incident", number="12345")
    expect(anna.get_by_role("main")).to_contain_text(words["waits"])
    kari.goto(f"/service-requests/{number}")
    expect(kari.locator("#standing")).to_contain_text("12345")
    take(anna, words, "findings", text="Feilen ligger hos Zoom.")
    take(anna, words, "referral", text="Ring Zoom og oppgi 12345.")
    assert violations(anna) == []

    kari.goto(f"/service-requests/{number}/cloud-partner")
    expect(kari.get_by_role("main")).to_contain_text("Feilen ligger hos Zoom.")
    expect(kari.get_by_role("main")).to_contain_text("Ring Zoom og oppgi 12345.")
    assert violations(kari) == []

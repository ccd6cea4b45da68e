"""A public hospital keeps its faulty device: from asking to the accepted certificate."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.test_replacing import WORDS as ASKING
from tests.browser.test_returning import PDF, day
from tests.browser.watching import is_wide

INGRID, LARS = "ingrid@fjordhelse", "lars@poly"
FAULTY, NEW = "8G2241F0A0B1FH", "8G2241F0A0B2FH"
WORDS = {
    "nb": {
        "fault": "Den starter ikke",
        "asked": "Dere beholder enheten med feil",
        "kept": "Du beholder enheten med feil",
        "certificate": "Send destruksjonsbeviset",
        "how": "Kvernet",
        "when": "Dato for destruksjon",
        "signed": "Signert av",
        "waits": "Vi ser på destruksjonsbeviset",
        "destroyed": "Destruert",
    },
    "en": {
        "fault": "It does not start",
        "asked": "You keep the faulty device",
        "kept": "Let it be destroyed",
        "certificate": "Send the certificate",
        "how": "Shredded",
        "when": "Destroyed on",
        "signed": "Signed by",
        "waits": "We look at your certificate",
        "destroyed": "Destroyed",
    },
}


@pytest.mark.parametrize(("language", "width"), [("nb", 1280), ("en", 360)])
def test_what_may_not_leave_the_house_is_destroyed_and_certified(
    language: str, width: int, portal: Portal, visit: Visit, tmp_path: Path
) -> None:
    ingrid, lars = visit(INGRID, language=language, width=width), visit(LARS)
    says = ASKING[language] | WORDS[language]
    number = _ask(visit(INGRID), ingrid, says)
    _send(lars, number)

    ingrid.goto(f"/replacements/{number}")
    expect(ingrid.get_by_role("main")).to_contain_text(says["kept"])
    expect(ingrid.locator("#track-liability li")).to_have_count(1)  # no money hangs on it
    assert violations(ingrid) == []
    ingrid.get_by_role("link", name=says["certificate"]).click()
    paper = tmp_path / "bevis.pdf"
    paper.write_bytes(PDF)
    ingrid.get_by_label(says["how"]).check()
    ingrid.get_by_label(says["when"], exact=True).fill(day(0))
    ingrid.get_by_label(says["signed"]).fill("Per Vakt, Makulo AS")
    ingrid.locator('input[type="file"]').set_input_files(paper)
    expect(ingrid.get_by_text("bevis.pdf")).to_be_visible()
    ingrid.get_by_role("button", name=says["certificate"]).click()
    expect(ingrid.get_by_role("main")).to_contain_text(says["waits"])
    assert not is_wide(ingrid)

    lars.goto("/desk/returns?view=certificates")
    lars.get_by_role("link", name=number).click()
    expect(lars.get_by_role("main")).to_contain_text("Fjordhelse HF")
    lars.get_by_role("button", name="Godta beviset").click()
    expect(lars.get_by_role("main")).to_contain_text("Enheten er destruert")
    ingrid.reload()
    expect(ingrid.locator("#track-return [aria-current]")).to_contain_text(says["destroyed"])
    assert violations(ingrid) == []


def _ask(first: Page, page: Page, says: dict[str, str]) -> str:
    """Register the device, and ask for another from its page; the number of the replacement."""
    first.goto("/products/registration")
    first.get_by_role("textbox", name="Serienummer").fill(FAULTY)
    model = first.get_by_role("combobox", name="Modell")
    model.press_sequentially("studio x30")
    expect(first.get_by_role("option").first).to_be_visible()
    model.press("ArrowDown")
    model.press("Enter")
    model.press("Enter")
    expect(first.get_by_role("main")).to_contain_text(f"{FAULTY} er registrert.")

    page.goto(f"/replacements/new?q={FAULTY}")  # leads to the device, as a scanner does
    page.get_by_label(says["fault"]).check()
    page.get_by_role("button", name=says["go"]).click()
    page.get_by_label(says["why"]).fill("Haster")
    page.get_by_label(says["street"]).fill("Hafstadvegen 42")
    page.get_by_label(says["code"]).fill("6812")
    expect(page.get_by_label(says["city"])).to_have_value("Førde")
    page.get_by_label(says["who"]).fill("Ingrid Moen")
    page.get_by_label(says["phone"]).fill("22 22 22 22")
    page.get_by_role("button", name=says["go"]).click()
    page.get_by_role("button", name=says["send"]).click()
    expect(page.get_by_role("main")).to_contain_text(says["asked"])
    found = re.search(r"RMA-[0-9]+", page.url)
    assert found
    return found[0]


def _send(lars: Page, number: str) -> None:
    """Three scans; and the carrier has been there."""
    lars.goto("/desk/logistics")
    for text in (number, NEW, "370722150000077"):
        lars.keyboard.type(text)
        lars.keyboard.press("Enter")
    expect(lars.get_by_text(f"{number} er sendt.")).to_be_visible()
    lars.goto(f"/desk/logistics/{number}")
    lars.get_by_role("button", name="Registrer leveringen").click()
    expect(lars.get_by_role("main")).to_contain_text("Den nye enheten er levert.")

"""A customer registers its whole inventory: six hundred devices, from the list as it is."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.importing import LENS, WORDS, Clicks, import_devices, wait_for_heading
from tests.browser.serving import Portal
from tests.browser.watching import has_focus, is_wide, press_until, said

KARI = "kari@nordlys"
FAULTS = (
    "Rad 19, Serienummer: «8G18256D07EFEN» står også i rad 5. Behold én av radene.",
    "Rad 27, Modell: Vi kjenner ikke «Voyager Legend 9000». Velg hvilken modell det er.",
    "Rad 33, MAC-adresse: «64:16:7F:ZZ:00:01» er ikke en MAC-adresse.",
    "Rad 46: Raden har verken serienummer eller MAC-adresse. Enheten registreres som antall.",
    "Rad 55, Modell: Vi kjenner ikke «polycom Savi 7310». Mener du Savi 7310?",
    "Rad 63, Lokasjon: Enheten har ingen lokasjon.",
    "Rad 74, Serienummer: «AB» har for få tegn. Skriv 12 tegn.",
    'Rad 98, Rom: «=HYPERLINK("http://evil.example","x")» ser ut som en formel.',
)
# Rows 12 and 86 have small letters, blanks and what a spreadsheet leaves: nothing is wrong there.
FINE = ("Rad 12,", "Rad 86,", "Rad 52")


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_six_hundred_devices_are_registered_in_four_clicks(
    portal: Portal, visit: Visit, language: str, width: int
) -> None:
    page = visit(KARI, language=language, width=width)
    words, clicks = WORDS[language], Clicks()

    import_devices(page, words, clicks)

    assert clicks.count <= 4
    assert has_focus(page) == words.registered
    assert not is_wide(page)
    page.get_by_role("link", name=words.see_devices).click()
    expect(page.get_by_role("rowheader")).to_have_count(26)  # a line by count, and 25 devices


def test_every_planted_fault_is_named(portal: Portal, visit: Visit) -> None:
    page = visit(KARI)
    page.goto("/products/import")
    page.get_by_label("Enhetsliste").set_input_files(LENS)
    page.get_by_role("button", name="Kontroller filen").click()
    wait_for_heading(page, "595 rader er klare")

    told = page.get_by_role("main").inner_text()

    for sentence in FAULTS:
        assert sentence in told
    for start in FINE:
        assert start not in told
    assert "Klar til registrering" in said(page)


def test_the_same_without_scripts(portal: Portal, visit: Visit) -> None:
    page = visit(KARI, java_script_enabled=False)

    import_devices(page, WORDS["nb"], Clicks())

    page.goto("/products")
    page.get_by_role("searchbox", name="Søk i enhetene").fill("6d07e")
    page.get_by_role("button", name="Vis treff").click()
    expect(page.get_by_role("rowheader")).to_have_text(["8G18256D07EFEN"])


def test_the_same_by_keys_alone(portal: Portal, visit: Visit) -> None:
    page = visit(KARI)
    words = WORDS["nb"]
    page.goto("/")
    press_until(page, words.import_list)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Registrer produkter")
    # The browser must have been told to hand over its chooser before the key is pressed.
    with page.expect_file_chooser() as chooser:
        press_until(page, words.device_list)
        page.keyboard.press("Space")
    chooser.value.set_files(LENS)
    press_until(page, words.check)
    page.keyboard.press("Enter")
    wait_for_heading(page, words.ready)
    press_until(page, words.register)
    page.keyboard.press("Space")
    wait_for_heading(page, words.registered)
    assert has_focus(page) == words.registered


def test_nothing_is_too_wide_for_a_narrow_screen(portal: Portal, visit: Visit) -> None:
    page = visit(KARI, width=320)

    import_devices(page, WORDS["nb"], Clicks())

    for path in (page.url, "/", "/products", "/products/import", "/products/registration"):
        page.goto(path)
        assert (path, is_wide(page)) == (path, False)

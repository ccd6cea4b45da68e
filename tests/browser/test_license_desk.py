"""What staff do with a customer's licenses: a list read in, a term changed, one taken away."""

from secrets import token_hex

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.test_on_behalf import work_for_nordlys
from tests.browser.watching import is_wide

ANNA = "anna@poly"
ROWS = """Produkt;Lisensnøkkel;Siste dag;Antall plasser
{name};{key}-0001;31.12.2030;5
{name} to;{key}-0002;32.12.2030;5
{name} tre;{key}-0001;;
"""


def good(page: Page) -> None:
    assert violations(page) == []
    assert not is_wide(page)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_list_is_read_in_and_what_came_of_it_is_changed_replaced_and_revoked(
    portal: Portal, visit: Visit, width: int
) -> None:
    page = visit(ANNA, width=width)
    work_for_nordlys(page, "/desk/accounts")
    page.goto("/licenses")
    page.get_by_role("link", name="Registrer fra en liste").click()
    good(page)
    name = f"Poly Prøve {token_hex(3)}"
    rows = ROWS.format(name=name, key=token_hex(6).upper()).encode()
    file: FilePayload = {"name": "lisenser.csv", "mimeType": "text/csv", "buffer": rows}
    page.get_by_label("Lisensliste").set_input_files(files=[file])
    page.get_by_role("button", name="Kontroller filen").click()
    # The first change in an account asks why; the file is to be chosen again afterwards.
    page.get_by_label("Årsak").fill("Registrerer en bestilling")
    page.get_by_role("button", name="Fortsett").click()
    page.get_by_label("Lisensliste").set_input_files(files=[file])
    page.get_by_role("button", name="Kontroller filen").click()

    # At the very beginning the worker is still starting, and has all of the demo's to do.
    expect(page.get_by_text("1 lisens kan registreres.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("«32.12.2030» er ingen dato")).to_be_visible()
    expect(page.get_by_text("står allerede i rad 2")).to_be_visible()
    good(page)
    page.get_by_role("button", name="Registrer 1 lisens").click()
    expect(page.get_by_text("1 lisens er registrert.")).to_be_visible()
    good(page)
    page.get_by_role("link", name="Se lisensene").click()
    page.get_by_role("main").get_by_role("searchbox").fill(name)
    expect(page.get_by_role("rowheader")).to_have_count(1)
    page.get_by_role("rowheader").get_by_role("link").click()
    home = page.url

    page.get_by_role("link", name="Endre", exact=True).click()
    good(page)
    page.get_by_label("Siste dag").fill("31. mars 2031")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Utløper 31. mars 2031")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("fra 31. desember 2030 til 31. mars 2031")
    page.get_by_role("link", name="Erstatt", exact=True).click()
    good(page)
    page.get_by_label("Nummeret på lisensen").fill("L-1000018")
    page.get_by_role("button", name="Erstatt", exact=True).click()
    expect(page.locator("#successor-error")).to_be_visible()
    good(page)
    page.goto(home)
    page.get_by_role("link", name="Trekk tilbake", exact=True).click()
    good(page)
    page.get_by_label("Hvorfor trekkes den tilbake?").fill("Bestillingen ble angret")
    page.get_by_role("button", name="Trekk tilbake", exact=True).click()
    expect(page.get_by_text("Bestillingen ble angret")).to_be_visible()
    good(page)

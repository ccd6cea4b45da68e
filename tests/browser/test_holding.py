"""What people typed is not lost, what they did is done once, and what they leave is closed."""

from contextlib import closing

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.serving import PASSWORD, Portal
from tests.browser.watching import left_behind

KARI = "kari@nordlys"


def end_sign_ins(portal: Portal) -> None:
    with closing(portal.connect()) as database:
        database.execute("UPDATE sign_in SET seen_at = '2020-01-01 00:00:00.000000'")


def fill_in_device(page: Page, serial: str) -> None:
    page.goto("/products/registration")
    page.get_by_label("Serienummer", exact=False).first.fill(serial)
    model = page.get_by_role("combobox", name="Modell")
    model.press_sequentially("Savi 73")
    page.get_by_role("option", name="Savi 7310").click()
    page.get_by_label("Rom").fill("Ulriken")


def test_what_was_typed_survives_the_end_of_the_sign_in(portal: Portal, visit: Visit) -> None:
    page = visit(KARI)
    fill_in_device(page, "QWE123")
    end_sign_ins(portal)

    page.get_by_role("button", name="Registrer enheten").click()
    page.get_by_label("E-post").fill(f"{KARI}.example.com")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()

    expect(page).to_have_url(f"{portal.url}/products/registration")
    expect(page.get_by_label("Rom")).to_have_value("Ulriken")
    page.get_by_role("button", name="Registrer enheten").click()
    expect(page.get_by_role("main")).to_contain_text("QWE123")


def test_two_clicks_register_a_device_once(portal: Portal, visit: Visit) -> None:
    page = visit(KARI)
    fill_in_device(page, "QWE124")

    page.get_by_role("button", name="Registrer enheten").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("Savi 7310")
    page.goto("/products")
    expect(page.get_by_role("rowheader")).to_have_count(1)


def test_the_later_of_two_who_change_a_device_sees_both_texts(
    stocked: Portal, visit: Visit
) -> None:
    kari, siri = visit(KARI), visit(KARI)
    for page in (kari, siri):
        page.goto("/products?q=6d07e")
        page.get_by_role("rowheader").get_by_role("link").click()
    kari.get_by_label("Rom").fill("Fløyen")
    kari.get_by_role("button", name="Lagre").click()
    expect(kari.get_by_text("Endringene er lagret")).to_be_visible()

    siri.get_by_label("Rom").fill("Ulriken")
    siri.get_by_role("button", name="Lagre").click()

    expect(siri.get_by_label("Rom")).to_have_value("Ulriken")
    expect(siri.get_by_text("Lagret i mellomtiden:").first).to_be_visible()
    expect(siri.locator("#product-details")).to_contain_text("Fløyen")
    siri.get_by_role("button", name="Lagre").click()
    expect(siri.get_by_text("Endringene er lagret")).to_be_visible()


def test_back_after_signing_out_shows_nothing(stocked: Portal, visit: Visit) -> None:
    page = visit()
    page.goto("/sign-in")
    page.get_by_label("E-post").fill(f"{KARI}.example.com")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.goto("/products?q=6d07e")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn")

    page.go_back()

    expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn")
    expect(page.get_by_text("8G18256D07EFEN")).to_have_count(0)
    assert left_behind(page) == []

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
    page.get_by_role("button", name="Logg inn", exact=True).click()

    expect(page).to_have_url(f"{portal.url}/products/registration")
    expect(page.get_by_label("Rom")).to_have_value("Ulriken")
    page.get_by_role("button", name="Registrer enheten").click()
    expect(page.get_by_role("main")).to_contain_text("QWE123")


def test_an_answer_survives_the_end_of_the_sign_in_and_says_so(
    portal: Portal, visit: Visit
) -> None:
    """While one types, it is said and nobody is led away; sent, it is back after signing in."""
    page = visit(KARI)
    page.goto("/service-requests/SR-1000031")
    end_sign_ins(portal)
    page.get_by_label("Svaret ditt").press_sequentially("Vi prøvde på nytt.")
    expect(page.get_by_role("alert")).to_contain_text("Du er logget ut")

    page.get_by_role("button", name="Send svaret").click()
    expect(page.get_by_role("main")).to_contain_text("Ingenting er sendt ennå.")
    page.get_by_label("E-post").fill(f"{KARI}.example.com")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn", exact=True).click()

    expect(page.get_by_label("Svaret ditt")).to_have_value("Vi prøvde på nytt.")
    expect(page.locator("#came-back")).to_contain_text("Ingenting er sendt ennå")
    page.get_by_role("button", name="Send svaret").click()
    expect(page.locator(".story .message").first).to_contain_text("Vi prøvde på nytt.")


def test_after_signing_in_on_another_tab_one_goes_on_with_what_one_was_writing(
    portal: Portal, visit: Visit
) -> None:
    page = visit(KARI)
    page.goto("/service-requests/new")
    page.get_by_label("Beskrivelse").fill("Første halvdel.")
    other = page.context.new_page()
    other.goto(f"{portal.url}/profile")
    other.locator("form[action='/sign-out'] button").last.evaluate("it => it.form.submit()")
    other.wait_for_url("**/sign-in*")
    other.get_by_label("E-post").fill(f"{KARI}.example.com")
    other.get_by_label("Passord").fill(PASSWORD)
    other.get_by_role("button", name="Logg inn", exact=True).click()
    other.wait_for_url(f"{portal.url}/")

    page.get_by_label("Beskrivelse").fill("Første halvdel. Andre halvdel.")
    expect(page.locator("#draft-said")).to_contain_text("lagret", timeout=15_000)
    page.get_by_label("Emne").fill("Ingen lyd")
    page.get_by_label("Lav").check()
    page.get_by_role("button", name="Send inn saken").click()
    page.wait_for_url("**/receipt")


def test_a_look_up_after_the_end_of_the_sign_in_takes_nothing_away(
    portal: Portal, visit: Visit
) -> None:
    page = visit(KARI)
    fill_in_device(page, "QWE125")
    end_sign_ins(portal)

    with page.expect_response(lambda answer: answer.status == 401):
        page.get_by_label("Serienummer", exact=False).first.fill("QWE126")

    page.wait_for_timeout(300)  # long enough to be led away
    expect(page).to_have_url(f"{portal.url}/products/registration")
    expect(page.get_by_label("Rom")).to_have_value("Ulriken")


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
    page.get_by_role("button", name="Logg inn", exact=True).click()
    page.goto("/products?q=6d07e")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn")

    page.go_back()

    expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn")
    expect(page.get_by_text("8G18256D07EFEN")).to_have_count(0)
    assert left_behind(page) == []

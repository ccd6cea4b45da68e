"""Somebody takes a copy of their data along, and deletes their user."""

from zipfile import ZipFile

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit, sign_in
from tests.browser.serving import Portal
from tests.browser.watching import is_wide


def test_a_leaver_takes_a_copy_and_is_gone(portal: Portal, visit: Visit) -> None:
    page = visit(width=360)
    sign_in(page, portal.url, "ola@nordlys")
    page.wait_for_url(f"{portal.url}/")
    page.goto("/profile")
    page.get_by_role("link", name="Opplysningene mine").first.click()
    page.wait_for_url(f"{portal.url}/profile/data")
    assert not is_wide(page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Last ned opplysningene mine").click()
    with ZipFile(coming.value.path()) as archive:
        assert "Ola Hansen" in archive.read("opplysningene-mine.html").decode()
    assert coming.value.suggested_filename.startswith("opplysningene-mine-")

    page.get_by_role("link", name="Slett brukeren min").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Slette brukeren din?")
    assert not is_wide(page)
    page.get_by_role("button", name="Slett brukeren min for godt").click()
    expect(page.get_by_text("Skriv navnet ditt for å bekrefte.").first).to_be_visible()
    page.get_by_label("Navnet ditt").fill("ola hansen")
    page.get_by_role("button", name="Slett brukeren min for godt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Brukeren din er slettet")

    page.goto("/products")
    expect(page).to_have_url(f"{portal.url}/sign-in?back=/products")
    sign_in(page, portal.url, "ola@nordlys")
    expect(page.get_by_text("Feil e-postadresse eller passord").first).to_be_visible()

    _kari_sees_a_former_user(visit("kari@nordlys"))
    _the_mail_is_there(visit("admin@poly"))


def _kari_sees_a_former_user(page: Page) -> None:
    _await(page, "/organization/log", page.get_by_text("Tidligere bruker"))
    expect(page.get_by_text("Ola Hansen")).to_have_count(0)


def _the_mail_is_there(page: Page) -> None:
    _await(page, "/desk/mailbox", page.get_by_role("link", name="Brukeren din er slettet"))


def _await(page: Page, path: str, there: Locator) -> None:
    """What the worker does, by and by."""
    for _ in range(80):
        page.goto(path)
        if there.count():
            return
        page.wait_for_timeout(250)
    expect(there.first).to_be_visible()


def test_the_only_administrator_is_told_what_to_do_first(portal: Portal, visit: Visit) -> None:
    page = visit("kari@nordlys")
    page.goto("/profile/data/deletion")

    expect(page.get_by_text("eneste administratoren i Nordlys Kraft AS")).to_be_visible()
    expect(page.get_by_role("button", name="Slett brukeren min for godt")).to_have_count(0)
    page.get_by_role("link", name="Tilbake til opplysningene mine").click()
    expect(page).to_have_url(f"{portal.url}/profile/data")


def test_it_is_done_by_keyboard_and_without_scripts(portal: Portal, visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    sign_in(page, portal.url, "mette@nordlys")
    page.goto("/profile/data/deletion")
    page.get_by_label("Navnet ditt").fill("Mette Lie")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Brukeren din er slettet")

"""A passkey made in the browser lets its owner in, and nothing else is asked for."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import PASSWORD, running
from tests.browser.watching import is_wide

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page: Page) -> None:
    """Give the browser an authenticator that always says yes."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def test_a_passkey_is_made_and_signs_in_with_nothing_else(
    chromium: Browser, tmp_path: Path
) -> None:
    # Under a name: no browser makes passkeys for an address of digits.
    with (
        running(tmp_path, host="localhost") as portal,
        chromium.new_context(
            base_url=portal.url, locale="nb-NO", viewport={"width": 360, "height": 900}
        ) as context,
    ):
        page = context.new_page()
        plug_in(page)
        page.goto("/sign-in")
        page.get_by_role("textbox", name="E-post").fill("kari@nordlys.example.com")
        page.get_by_label("Passord").fill(PASSWORD)
        page.get_by_role("button", name="Logg inn", exact=True).click()
        page.wait_for_url(f"{portal.url}/")
        page.goto("/profile/security")
        page.get_by_role("link", name="Sett opp totrinnsbekreftelse").click()
        page.get_by_role("link", name="Legg til passnøkkel").click()
        page.get_by_label("Navn på passnøkkelen").fill("Telefonen min")
        page.get_by_role("button", name="Lag passnøkkelen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Reservekodene dine")
        expect(page.locator(".recovery-codes li")).to_have_count(10)
        assert not is_wide(page)
        page.get_by_role("link", name="Jeg har tatt vare på kodene").click()
        expect(page.get_by_role("link", name="Endre Telefonen min")).to_be_visible()

        context.clear_cookies()
        page.goto("/sign-in")
        page.get_by_role("button", name="Logg inn med passnøkkel").click()
        expect(page).to_have_url(f"{portal.url}/")

        context.clear_cookies()
        page.goto("/sign-in")
        held_back = "For mange forsøk. Prøv igjen kl. 12.05."
        page.route(
            "**/sign-in/passkey/challenge",
            lambda route: route.fulfill(status=429, body=held_back, content_type="text/plain"),
        )
        page.get_by_role("button", name="Logg inn med passnøkkel").click()
        expect(page.get_by_role("status").filter(has_text=held_back)).to_be_visible()

        context.clear_cookies()
        page.goto("/sign-in")
        page.get_by_role("textbox", name="E-post").fill("kari@nordlys.example.com")
        page.get_by_label("Passord").fill("feil passord, men langt nok")
        page.get_by_role("button", name="Logg inn", exact=True).click()
        expect(page.get_by_text("Feil")).not_to_have_count(0)

"""An administrator invites a colleague, who comes in with a passkey: nobody waits for anybody."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import sign_in
from tests.browser.importing import Clicks
from tests.browser.serving import running
from tests.browser.test_passkeys import plug_in
from tests.browser.watching import is_wide

LONG_ENOUGH = "a sentence that nobody guesses"


def test_a_colleague_is_invited_and_comes_in_with_a_passkey(
    chromium: Browser, tmp_path: Path
) -> None:
    # Under a name: no browser makes passkeys for an address of digits.
    with running(tmp_path, host="localhost") as portal:
        pages = []
        for language in ("nb-NO", "nb-NO", "en-US"):
            context = chromium.new_context(base_url=portal.url, locale=language)
            context.set_default_timeout(10_000)
            pages.append(context.new_page())
        kari, staff, astrid = pages

        sign_in(kari, portal.url, "kari@nordlys")
        clicks = Clicks()
        clicks.on(kari.get_by_role("navigation").get_by_role("link", name="Virksomhet").first)
        clicks.on(kari.get_by_role("link", name="Inviter bruker"))
        kari.get_by_label("E-postadresser").fill("astrid@nordlys.example.com")
        clicks.on(kari.get_by_role("button", name="Send invitasjon"))
        expect(kari.get_by_role("main")).to_contain_text("astrid@nordlys.example.com")
        assert clicks.count <= 3

        sign_in(staff, portal.url, "admin@poly")
        astrid.goto(_link_of(staff, "astrid@nordlys.example.com"))
        # Kari's language until the invited person says which is theirs.
        expect(astrid.get_by_role("heading", level=1)).to_contain_text("Invitasjon til Nordlys")
        astrid.get_by_role("button", name="English").click()
        expect(astrid.get_by_role("heading", level=1)).to_contain_text("Invitation to Nordlys")
        assert violations(astrid) == []
        plug_in(astrid)
        astrid.get_by_label("Name").fill("Astrid Øye")
        astrid.get_by_label("Password").fill(LONG_ENOUGH)
        astrid.get_by_role("button", name="Accept the invitation").click()
        astrid.get_by_role("link", name="Set up a second factor").click()
        astrid.get_by_role("link", name="Set up two-step verification").click()
        astrid.get_by_role("link", name="Add a passkey").click()
        astrid.get_by_label("Name of the passkey").fill("Laptop")
        astrid.get_by_role("button", name="Make the passkey").click()
        expect(astrid.locator(".recovery-codes li")).to_have_count(10)

        astrid.goto("/")
        astrid.get_by_role("banner").get_by_text("Astrid Øye").first.click()
        astrid.get_by_role("button", name="Sign out").click()
        astrid.goto("/sign-in")
        astrid.get_by_role("button", name="Sign in with a passkey").click()
        expect(astrid).to_have_url(f"{portal.url}/")
        expect(astrid.get_by_role("banner")).to_contain_text("Nordlys Kraft AS")
        assert not is_wide(astrid)

        kari.goto("/organization/log")
        expect(kari.get_by_role("main")).to_contain_text("Astrid Øye")
        for page in pages:
            page.context.close()


def _link_of(staff: Page, address: str) -> str:
    """Where the newest mail to an address leads to, by the mailbox page."""
    sent = staff.get_by_role("row").filter(has_text=address).get_by_role("link")
    for _ in range(40):  # the worker writes it, by and by
        staff.goto(f"/desk/mailbox?q={address}")
        if sent.count():
            break
        staff.wait_for_timeout(250)
    sent.first.click()
    text = staff.get_by_role("main").inner_text()
    found = re.search(r"https?://\S+/invitations/\S+", text)
    assert found, text
    return found[0]

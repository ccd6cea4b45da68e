"""Journey 2: where is my new headset? One click in the mail, nothing typed, one page."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.accounts.actions import Person
from portal.accounts.models import Account
from portal.app import open_sessions
from portal.base import clock
from portal.base.tenancy import Scope
from portal.products.models import Product
from portal.replacements.actions import Asked, ask_for_replacement
from portal.replacements.addresses import Address
from portal.replacements.faults import Fault
from portal.replacements.shipping import ship
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.employee import EVERYTHING, faulty_headset, way_in_mail
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

KARI = "kari@nordlys.example.com"
TO = Address(recipient="Siv Dahl", phone="22 22 22 22", street="Storgata 1", postal_code="0155")


def shipped(portal: Portal) -> str:
    """Kari asked for a headset for Siv, and it is on its way; the number of the replacement."""
    serial = faulty_headset(portal)
    sessions = open_sessions(f"sqlite:///{portal.folder / 'portal.sqlite'}")
    with sessions(scope=EVERYTHING) as session:
        account = session.scalars(
            select(Account.id).where(Account.name == "Nordlys Kraft AS")
        ).one()
    here = Scope(frozenset({account}), account)
    with sessions(scope=here) as session, session.begin():
        device = session.scalars(select(Product).where(Product.serial_number == serial)).one()
        kari, now = Person(1), clock.now()
        asked = Asked(fault=Fault.BROKEN, address=TO, waits=True)
        it = ask_for_replacement(session, device, asked, by=kari, now=now)
        new: dict[str, Any] = {"serial_number": "ZZ9999", "tracking_number": "370722150000009"}
        ship(session, it, **new, carrier="Posten", by=kari, now=now)
        number = it.reference
    sessions.kw["bind"].dispose()
    return number


@pytest.mark.parametrize(
    ("language", "width", "script", "says"),
    [
        ("nb", 1280, True, "Kommer "),
        ("nb", 360, True, "Kommer "),
        ("en", 360, True, "Arrives "),
        ("nb", 360, False, "Kommer "),
    ],
)
def test_one_click_in_the_mail_says_where_it_is(  # noqa: PLR0917 - as pytest fills them in
    language: str, width: int, script: bool, says: str, stocked: Portal, visit: Visit
) -> None:
    number = shipped(stocked)
    path = way_in_mail(stocked, "/track/", KARI)
    page = visit(language=language, width=width, java_script_enabled=script)
    effort = Effort(page)
    effort.clicks += 1  # on the link in the mail
    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_contain_text(says)
    expect(page.get_by_role("main")).to_contain_text(number)
    expect(page.get_by_role("main")).to_contain_text("370722150000009")
    expect(page.locator('[aria-current="step"]')).to_have_count(2)
    assert effort.spent == (1, 0, 1)
    for hidden in ("Nordlys", "Siv Dahl", "Storgata", "ZZ9999"):
        expect(page.get_by_role("main")).not_to_contain_text(hidden)
    if script:
        assert violations(page) == []
        assert not is_wide(page)
    assert re.search(r"noindex", page.content())

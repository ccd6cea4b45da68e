"""Links to what belongs to another customer lead whoever may see it there, and tell nobody else."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from portal.accounts.hashing import hash_of_password
from portal.accounts.models import Account
from portal.base.access import GRANTABLE, Permission, Role
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_replacement,
    make_site,
    make_user,
)
from tests.service_requests.world import Sessions, World, make_world

PASSWORD = "five calm otters rowing"
OFFER = "/partner/customer?back="


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> Iterator[World]:
    made = make_world(session, sessions)
    session.rollback()
    yield made
    for each in made.opened:
        each.close()


@pytest.fixture
def other(session: ScopedSession, world: World) -> Account:
    """Another customer of the same partner."""
    account = make_account(session, "Fjordhelse HF")
    make_grant(session, world.partner, account)
    return account


def link(request_id: int) -> str:
    return f"/service-requests/{reference('SR', request_id)}"


def choose(client: FlaskClient, offered: str, account: Account) -> str:
    page = client.get(offered)
    assert page.status_code == 200
    assert f"Work for {account.name} and open the page" in page.text
    back = page.text.partition('name="back" value="')[2].partition('"')[0]
    number = account.master_account_id
    return str(client.post("/active-account", data={"account": number, "back": back}).location)


def test_a_partner_is_led_to_the_customer_and_lands_on_the_record(
    world: World, sign_in: SignInAs, other: Account
) -> None:
    asked = link(world.request())
    for acting_for in (None, other):
        siri = sign_in(world.siri, acting_for=acting_for)
        answer = siri.get(f"{asked}?after=1")
        assert answer.status_code == 303
        assert answer.location.startswith(OFFER)
        assert choose(siri, answer.location, world.account) == f"{asked}?after=1"
        assert "Ingen lyd i møterommet" in siri.get(asked).text


def test_it_survives_the_sign_in(world: World, sign_in: SignInAs, session: ScopedSession) -> None:
    asked = link(world.request())
    world.siri.password_hash = hash_of_password(PASSWORD)
    session.add(world.siri)
    session.commit()
    browser = sign_in(world.mette).application.test_client()
    to = browser.get(asked).location
    to = browser.post(to, data={"email": world.siri.email, "password": PASSWORD}).location
    assert to == asked
    assert choose(browser, browser.get(to).location, world.account) == asked


def test_a_device_is_led_to_likewise(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    device = make_product(session, account=world.account, model=make_model(session))
    siri = sign_in(world.siri)
    answer = siri.get(f"/products/{device.reference}")
    assert choose(siri, answer.location, world.account) == f"/products/{device.reference}"


def test_a_replacement_is_led_to_likewise(
    world: World, sign_in: SignInAs, session: ScopedSession, other: Account
) -> None:
    it = make_replacement(session, world.account, by=world.mette)
    asked = f"/replacements/{it.reference}"
    for acting_for in (None, other):
        siri = sign_in(world.siri, acting_for=acting_for)
        for path in (asked, f"{asked}/label"):
            answer = siri.get(path)
            assert answer.status_code == 303, path
            assert siri.get(answer.location).status_code == 200
    assert choose(siri, siri.get(asked).location, world.account) == asked
    assert it.reference in siri.get(asked).text
    siri = sign_in(world.siri, acting_for=other)
    assert siri.get(f"/search?q={it.reference}").location == f"{OFFER}{asked}"


def test_who_has_no_right_to_a_replacement_learns_of_nothing(
    world: World, sign_in: SignInAs, session: ScopedSession, other: Account
) -> None:
    it = make_replacement(session, world.account, by=world.mette)
    asked, unknown = f"/replacements/{it.reference}", f"/replacements/{reference('RMA', 9_000_000)}"
    stranger, narrow = make_partner(session), make_partner(session)
    for partner in (stranger, narrow):
        make_grant(session, partner, other)
    allowed = GRANTABLE - {Permission.REPLACEMENTS_VIEW}
    make_grant(session, narrow, world.account, permissions=allowed)
    for partner in (stranger, narrow):
        jonas = make_user(session, role=Role.PARTNER, partner=partner)
        browser = sign_in(jonas, acting_for=other)
        for each in (asked, unknown):
            assert browser.get(each).status_code == 404
            assert browser.get(f"{OFFER}{each}").status_code == 404


def test_staff_come_to_the_desks_page_of_a_replacement(
    world: World, sign_in: SignInAs, session: ScopedSession, other: Account
) -> None:
    it = make_replacement(session, world.account, by=world.mette)
    anna = sign_in(world.anna, acting_for=other)

    to = anna.get(f"/replacements/{it.reference}").location
    assert to == f"/desk/logistics/{it.reference}"
    assert anna.get(to).status_code == 200


def test_who_has_no_right_to_it_learns_of_nothing(
    world: World, sign_in: SignInAs, session: ScopedSession, other: Account
) -> None:
    """By another partner, without the right, at another site, after the end: as of no request."""
    asked, unknown = link(world.request()), link(9_000_000)
    stranger, narrow, elsewhere = (make_partner(session) for _ in range(3))
    for partner in (stranger, narrow, elsewhere):
        make_grant(session, partner, other)
    make_grant(session, narrow, world.account, permissions=GRANTABLE - {Permission.REQUESTS_VIEW})
    make_grant(session, elsewhere, world.account, sites=[make_site(session, world.account, "Bodø")])
    for partner in (stranger, narrow, elsewhere):
        jonas = make_user(session, role=Role.PARTNER, partner=partner)
        for acting_for, status in ((None, 303), (other, 404)):
            browser = sign_in(jonas, acting_for=acting_for)
            told = [browser.get(each) for each in (asked, unknown)]
            assert [it.status_code for it in told] == [status, status]
            assert told[0].location == told[1].location
            assert browser.get(f"{OFFER}{asked}").status_code == 404
            assert browser.get(f"{OFFER}{unknown}").status_code == 404


def test_nobody_is_led_off_the_site_or_to_what_is_no_record(
    world: World, sign_in: SignInAs
) -> None:
    siri = sign_in(world.siri)
    number = reference("SR", world.request())
    for back in ("//evil.example", f"//evil.example/service-requests/{number}", "/desk", "", "x"):
        assert siri.get("/partner/customer", query_string={"back": back}).status_code == 404
    data = {"account": world.account.master_account_id, "back": "//evil.example/"}
    assert siri.post("/active-account", data=data).location == "/"


def test_what_is_not_there_in_the_customer_at_hand_stays_unfound(
    world: World, sign_in: SignInAs
) -> None:
    asked = link(world.request())
    for who in (world.siri, world.anna):
        browser = sign_in(who, acting_for=world.account)
        assert browser.get(f"{asked}/files/99").status_code == 404


def test_staff_land_on_the_page_of_the_desk(
    world: World, sign_in: SignInAs, other: Account
) -> None:
    asked = link(world.request())
    for acting_for in (None, other):
        anna = sign_in(world.anna, acting_for=acting_for)
        assert anna.get(asked).location == f"/desk{asked}"
        assert anna.get(f"{asked}/closure").location == f"/desk{asked}"
    assert sign_in(world.anna).get(link(9_000_000)).location == "/desk/accounts"
    acting = sign_in(world.anna, acting_for=world.account)
    assert acting.get(asked).status_code == 200


def test_a_customer_learns_of_no_other_customers_request(
    world: World, sign_in: SignInAs, session: ScopedSession, other: Account
) -> None:
    ingrid = sign_in(make_user(session, account=other))
    asked = link(world.request())
    assert ingrid.get(asked).status_code == 404
    assert ingrid.get(f"{OFFER}{asked}").status_code == 403

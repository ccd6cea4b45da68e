"""The field of every page finds requests, devices, customers and pages, each for who may see it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from portal.accounts.models import Account
from portal.base.access import GRANTABLE, Permission, Role, Visibility
from portal.base.history import Event, What
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import close_request
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_grant, make_partner, make_replacement, make_user
from tests.service_requests.world import Sessions, World, make_world

MOST_STATEMENTS = 6


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> Iterator[World]:
    made = make_world(session, sessions)
    session.rollback()
    yield made
    for each in made.opened:
        each.close()


@pytest.fixture
def other(session: ScopedSession, world: World) -> Account:
    account = make_account(session, "Fjordhelse HF")
    make_grant(session, world.partner, account)
    return account


def number(request_id: int) -> str:
    return str(reference("SR", request_id))


def test_a_number_jumps_straight_to_the_request(world: World, sign_in: SignInAs) -> None:
    asked = number(world.request())
    ola, anna = sign_in(world.ola), sign_in(world.anna)

    for spelled in (asked, asked.lower(), asked[3:], asked.replace("-", " ")):
        found = ola.get("/search", query_string={"q": spelled})
        assert found.location == f"/service-requests/{asked}"
    for path in ("/search", "/desk/search"):
        led = anna.get(path, query_string={"q": asked})
        assert led.location == f"/desk/service-requests/{asked}"


def test_the_number_of_a_replacement_jumps_there_for_whoever_may_see_it(
    session: ScopedSession, world: World, other: Account, sign_in: SignInAs
) -> None:
    made = make_replacement(session, world.account).reference
    theirs = make_replacement(session, other).reference
    ola, anna = sign_in(world.ola), sign_in(world.anna)

    for spelled in (made, made.lower(), made.replace("-", " ")):
        found = ola.get("/search", query_string={"q": spelled})
        assert found.location == f"/replacements/{made}"
        led = anna.get("/desk/search", query_string={"q": spelled})
        assert led.location == f"/desk/logistics/{made}"
    assert ola.get("/search", query_string={"q": theirs}).status_code == 200
    assert ola.get("/search", query_string={"q": "RMA"}).status_code == 200


def test_words_find_open_and_closed_requests_in_few_statements(
    world: World, sign_in: SignInAs, engine: Engine
) -> None:
    asked = [world.request(subject=f"Ingen lyd 8G22 {it}") for it in range(7)]
    world.do(asked[-1], close_request, by=world.ola, solved=True)
    ola, anna = sign_in(world.ola), sign_in(world.anna)
    ola.get("/search?q=x")  # which reads the catalogue, once
    for browser, path in ((ola, "/search"), (anna, "/desk/search")):
        for text in ("lyd", "8G22", "Ola Hansen", "finnes ikke"):
            with counted(engine) as sent:
                page = browser.get(path, query_string={"q": text})
            assert page.status_code == 200
            assert len(sent) <= MOST_STATEMENTS, [it[:90] for it in sent]
            listed = [it for it in asked if number(it) in page.text]
            assert listed == ([] if text == "finnes ikke" else asked[2:])


def test_pages_and_customers_are_found(world: World, sign_in: SignInAs) -> None:
    assert 'href="/organization/sites"' in sign_in(world.ola).get("/search?q=Sites").text
    admin = sign_in(world.anna)
    page = admin.get("/desk/search?q=Nordlys").text
    assert "Nordlys Kraft AS" in page
    assert "/desk/accounts?q=" in page


def test_what_one_may_not_see_is_not_found(
    world: World, sign_in: SignInAs, session: ScopedSession, other: Account
) -> None:
    asked = world.request(subject="Hemmelig sak")
    narrow = make_partner(session)
    make_grant(session, narrow, world.account, permissions=GRANTABLE - {Permission.REQUESTS_VIEW})
    readers = (
        sign_in(make_user(session, account=other)),
        sign_in(make_user(session, account=world.account, sees=Visibility.OWN)),
        sign_in(make_user(session, role=Role.PARTNER, partner=narrow), acting_for=world.account),
    )
    for browser in readers:
        for text in ("Hemmelig", number(asked)):
            page = browser.get("/search", query_string={"q": text})
            assert page.status_code == 200
            assert "Hemmelig sak" not in page.text
            assert f"/service-requests/{number(asked)}" not in page.text


def test_whoever_works_for_no_customer_keeps_the_query(
    world: World, sign_in: SignInAs, other: Account
) -> None:
    asked = number(world.request())
    siri = sign_in(world.siri)
    assert siri.get("/search?q=nordlys+kraft").location == "/partner/search?q=nordlys+kraft"
    assert "Nordlys Kraft AS" in siri.get("/partner?q=nordlys+kraft").text
    unknown = number(9_000_000)
    assert siri.get(f"/search?q={unknown}").location == f"/partner/search?q={unknown}"
    acting = sign_in(world.siri, acting_for=other)
    for browser in (siri, acting):
        offered = browser.get(f"/search?q={asked}").location
        assert offered == f"/partner/customer?back=/service-requests/{asked}"
    assert sign_in(world.anna).get("/search?q=lyd").location == "/desk/search?q=lyd"


def test_a_partners_search_of_a_customer_is_on_the_customers_record(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    sign_in(world.siri, acting_for=world.account).get("/search?q=lyd").close()

    seen = session.scalars(select(Event).where(Event.what == What.VIEWED)).all()
    assert [(it.account_id, it.by_id) for it in seen] == [(world.account.id, world.siri.id)]

"""The first page shows the open requests that are due first, and what happened to which of them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from portal.agreements.targets import Severity
from portal.base.access import GRANTABLE, Permission, Role, Visibility
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import close_request, reply
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_grant, make_partner, make_user
from tests.service_requests.world import Sessions, World, make_world


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> Iterator[World]:
    made = make_world(session, sessions)
    session.rollback()
    yield made
    for each in made.opened:
        each.close()


def box(page: str) -> str:
    return page.partition("Open requests")[2].partition("What happened last")[0]


def test_the_five_that_are_due_first_are_listed_in_that_order(
    world: World, sign_in: SignInAs, engine: Engine
) -> None:
    low = [world.request(severity=Severity.LOW) for _ in range(5)]
    urgent, closed = world.request(severity=Severity.CRITICAL), world.request()
    world.do(closed, close_request, by=world.ola, solved=True)
    ola = sign_in(world.ola)
    ola.get("/")  # which reads what is held in memory, once

    with counted(engine) as sent:
        page = box(ola.get("/").text)

    assert len(sent) <= 7, [it[:80] for it in sent]
    places = [page.find(f"/service-requests/{reference('SR', it)}") for it in (urgent, *low[:4])]
    assert places == sorted(places)
    assert places[0] > 0
    for absent in (low[4], closed):
        assert reference("SR", absent) not in page


def test_what_one_may_not_see_is_not_listed(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    world.request(subject="Hemmelig sak")
    narrow = make_partner(session)
    make_grant(session, narrow, world.account, permissions=GRANTABLE - {Permission.REQUESTS_VIEW})
    jonas = make_user(session, role=Role.PARTNER, partner=narrow)
    own = make_user(session, account=world.account, sees=Visibility.OWN)

    assert "Open requests" not in sign_in(jonas, acting_for=world.account).get("/").text
    assert "You have no open requests." in box(sign_in(own).get("/").text)
    assert "Hemmelig sak" in box(sign_in(world.mette).get("/").text)


def test_what_happened_last_leads_to_the_request(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    asked = world.request()
    world.do(asked, reply, "Vi ser på det.", by=world.anna)
    kari = make_user(session, account=world.account, role=Role.ADMINISTRATOR)

    last = sign_in(kari).get("/").text.partition("What happened last")[2]

    assert f'href="/service-requests/{reference("SR", asked)}"' in last


def test_a_partners_person_is_named_with_the_partner(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    asked = reference("SR", world.request(by=world.siri))
    told = f"Siri Berg ({world.partner.name})"
    assert told in sign_in(world.ola).get(f"/service-requests/{asked}").text
    assert told in sign_in(world.anna).get(f"/desk/service-requests/{asked}").text
    other = make_partner(session)
    make_grant(session, other, world.account)
    jonas = make_user(session, role=Role.PARTNER, partner=other)
    seen = sign_in(jonas, acting_for=world.account).get(f"/service-requests/{asked}").text
    assert "Another partner" in seen
    assert "Siri Berg (" not in seen

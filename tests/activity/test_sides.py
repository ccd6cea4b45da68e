"""From which side of an account, and from which network, something was done."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.actions import Person
from portal.accounts.models import Account
from portal.base.access import Role
from portal.base.history import Event, What, happened_in
from portal.base.tenancy import Scope, ScopedSession
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_partner, make_user

LOG = "/organization/log"
HERE = "127.0.0.0/24"  # the network of the tests' browsers


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "Nordlys Kraft AS")


@pytest.fixture
def kari(sign_in: SignInAs, session: Session, account: Account) -> FlaskClient:
    user = make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")
    return sign_in(user)


def opened(browser: FlaskClient, account: Account) -> None:
    answer = browser.post("/active-account", data={"account": account.master_account_id})
    assert answer.status_code == 303


def event_of(session: Session, what: What) -> Event:
    return session.scalars(select(Event).where(Event.what == what)).one()


def test_staff_who_open_a_customer_are_told_from_its_own_people(
    kari: FlaskClient, sign_in: SignInAs, account: Account, session: Session
) -> None:
    opened(sign_in(make_user(session, role=Role.AGENT, name="Anna Agent")), account)

    rows = kari.get(f"{LOG}?what=reached").text.split("<tbody>")[1]

    assert "Anna Agent (Poly) on behalf of Nordlys Kraft AS" in rows
    assert HERE in rows
    assert "Anna Agent" in kari.get(f"{LOG}?what=reached&side=staff").text
    assert "Anna Agent" not in kari.get(f"{LOG}?what=reached&side=ours").text


def test_partners_who_open_a_customer_say_from_where(
    sign_in: SignInAs, account: Account, session: Session
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, account)
    opened(sign_in(make_user(session, role=Role.PARTNER, partner=partner)), account)

    event = event_of(session, What.REACHED)

    assert (event.on_behalf, event.place) == (True, HERE)


def test_what_is_written_in_a_session_of_staff_is_done_for_the_customer(
    sessions: "sessionmaker[ScopedSession]", account: Account, session: Session
) -> None:
    """Also where whoever wrote the deed down did not think of it."""
    anna = make_user(session, role=Role.AGENT)
    scope = Scope(frozenset({account.id}), account.id, staff=True, reason=f"staff {anna.id}")
    with sessions(scope=scope) as ours:
        happened_in(ours, account.id, account, What.CHANGED, by=Person(anna.id))
        ours.commit()

    assert event_of(session, What.CHANGED).on_behalf

"""To whom and what exactly: names as they are now, and what history keeps of the deed."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.base.history import DeskEvent, Event
from tests.conftest import SignInAs
from tests.factories import make_account, make_partner, make_site, make_user

LOG = "/organization/log"


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "Nordlys Kraft AS")


@pytest.fixture
def ola(session: Session, account: Account) -> User:
    return make_user(session, account=account, name="Ola Hansen")


@pytest.fixture
def kari(sign_in: SignInAs, session: Session, account: Account) -> FlaskClient:
    user = make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")
    return sign_in(user)


def rows(browser: FlaskClient, query: str) -> str:
    return browser.get(f"{LOG}?{query}").text.split("<tbody>")[1]


def test_a_partner_that_was_given_access_is_named_with_what_where_and_until_when(
    kari: FlaskClient, account: Account, session: Session
) -> None:
    partner, site = make_partner(session), make_site(session, account=account)
    answer = kari.post(
        "/organization/partners",
        data={
            "partner": partner.name,
            "permissions": ["account:view", "products:view"],
            "where": "some",
            "sites": [str(site.id)],
            "last_day": "24.12.2098",
            "token": "t" * 20,
        },
    )
    assert answer.status_code == 303, answer.text

    told = rows(kari, "what=access_given")

    assert f"<b>{partner.name}</b>" in told
    assert f'href="{answer.location}"' in told
    assert "See the overview and See devices and coverage" in told
    assert "At 1 site only" in told
    assert "24 December 2098" in told


def test_another_role_is_told_with_whose_it_is_and_what_it_was(
    kari: FlaskClient, ola: User, session: Session
) -> None:
    membership = ola.memberships[0]
    answer = kari.post(
        f"/organization/users/{membership.reference}/rights",
        data={"role": "observer", "sees": "everything", "version": membership.version},
    )
    assert answer.status_code == 303, answer.text

    assert "<b>Ola Hansen</b>" in rows(kari, "what=rights_changed")
    assert "Role: Observer, before Member" in rows(kari, "what=rights_changed")
    ola.name = "Ola Hansen Lie"
    session.commit()
    assert "<b>Ola Hansen Lie</b>" in rows(kari, "what=rights_changed")  # as he is called by now
    with kari.get(f"{LOG}/log.csv?what=rights_changed") as sheet:
        told = sheet.data.decode("utf-8-sig").splitlines()
    assert told[0].startswith("No.;")
    assert "Ola Hansen Lie" in told[1]
    assert "Role: Observer, before Member" in told[1]


def test_whoever_was_invited_is_named_by_address(kari: FlaskClient) -> None:
    data = {"emails": "una@nordlys.example.com", "role": "observer", "language": "nb"}
    answer = kari.post("/organization/users", data=data | {"sees": "everything", "token": "i" * 20})
    assert answer.status_code == 303, answer.text

    assert "<b>una@nordlys.example.com</b>" in rows(kari, "what=invited")
    assert "Role: Observer" in rows(kari, "what=invited")


def test_history_itself_holds_no_names(
    kari: FlaskClient, ola: User, account: Account, session: Session
) -> None:
    test_another_role_is_told_with_whose_it_is_and_what_it_was(kari, ola, session)
    test_whoever_was_invited_is_named_by_address(kari)
    test_a_partner_that_was_given_access_is_named_with_what_where_and_until_when(
        kari, account, session
    )

    for table in (Event, DeskEvent):
        for event in session.scalars(select(table)):
            told = repr(vars(event))
            assert "Hansen" not in told
            assert "una@" not in told
            assert "Vestnett" not in told


def test_names_of_another_account_s_records_are_not_looked_up(
    kari: FlaskClient, account: Account, session: Session
) -> None:
    """An id that stands in a log by mistake names nobody else's site."""
    foreign = make_site(session, account=make_account(session, "Fjordhelse HF"), name="Hemmelig")
    session.add(
        Event(
            account_id=account.id,
            number=1,
            kind="site",
            record_id=foreign.id,
            what="changed",
            at=account.created_at,
            details={},
            hash="",
        )
    )
    session.commit()

    assert "Hemmelig" not in rows(kari, "")


def test_names_cost_no_more_statements(
    kari: FlaskClient, ola: User, session: Session, statements: list[str]
) -> None:
    test_another_role_is_told_with_whose_it_is_and_what_it_was(kari, ola, session)
    statements.clear()

    kari.get(LOG)

    assert len(statements) <= 5

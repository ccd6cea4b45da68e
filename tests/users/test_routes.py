import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, User
from portal.base import clock
from portal.base.access import Role
from portal.invitations.actions import Offer, invite
from portal.invitations.rules import Invitee
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_user

USERS = "/organization/users"


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")


@pytest.fixture
def client(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


def invited(session: Session, kari: User, *emails: str) -> None:
    account = kari.memberships[0].account_id
    made = [Invitee(email) for email in emails]
    by: Any = type("By", (), {"id": kari.id, "on_behalf": False})()
    invite(session, account, made, Offer(Role.MEMBER), language="nb", by=by, now=clock.now())
    session.commit()


def test_everyone_who_has_access_or_is_invited_is_listed(
    client: FlaskClient, session: Session, account: Account, kari: User
) -> None:
    ola = make_user(session, account=account, name="Ola Hansen", role=Role.OBSERVER)
    invited(session, kari, "ny@nordlys.example.com")
    stranger = make_user(session, name="Ingrid Moen")

    page = client.get(USERS).text

    assert "3 users" in page
    for told in ("Kari Nordmann", ola.email, "Observer", "ny@nordlys.example.com", "Invited"):
        assert told in page
    assert stranger.email not in page
    assert ">Never<" in page


def test_whoever_is_alone_is_asked_to_invite(client: FlaskClient, session: Session) -> None:
    assert "Only you have access" in client.get(USERS).text
    assert "Only you have access" not in client.get(f"{USERS}?role=member").text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"Kari", "Ola", "Åse", "ny@"}),
        ("role=member", {"Åse", "ny@"}),
        ("status=invited", {"ny@"}),
        ("status=active", {"Kari", "Ola", "Åse"}),
        ("status=deactivated", {"Gone"}),
        ("away=1", {"Ola"}),
        ("q=aase", {"Åse"}),
        ("q=NORDLYS.example", {"ny@"}),
        ("q=%25", set()),
        ("role=staff_administrator&status=no", {"Kari", "Ola", "Åse", "ny@"}),
    ],
)
def test_the_list_is_narrowed(
    client: FlaskClient,
    session: Session,
    account: Account,
    query: str,
    names: set[str],
) -> None:
    now = clock.now()
    kari = session.query(User).filter_by(name="Kari Nordmann").one()
    ola = make_user(session, account=account, name="Ola Hansen", role=Role.OBSERVER)
    ola.signed_in_at = now - timedelta(days=91)
    make_user(session, account=account, name="Åse Vik").signed_in_at = now - timedelta(days=89)
    gone = make_user(session, account=account, name="Gone Away")
    gone.memberships[0].deactivated_at = now
    invited(session, kari, "ny@nordlys.example.com")

    with client.get(f"{USERS}/users.csv?{query}") as answer:
        rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True)), delimiter=";"))[1:]
    page = client.get(f"{USERS}?{query}").text

    assert {re.sub("@.*", "@", row[0].split()[0]) for row in rows} == names
    for name in ("Åse Vik", "Gone Away", "ny@nordlys"):
        assert (name in page) == (name.split()[0][:3] in {each[:3] for each in names})


def test_pages_go_on_where_the_last_one_ended(
    client: FlaskClient, session: Session, account: Account, kari: User
) -> None:
    for number in range(30):
        make_user(session, account=account, name=f"Bruker {number:02}")
    invited(session, kari, *(f"a{number:02}@example.com" for number in range(30)))

    seen, path = [], USERS
    while path:
        page = client.get(path).text
        seen.append(page.count('<th scope="row"'))
        found = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        path = found
    assert seen == [25, 25, 11]


def test_the_list_costs_as_many_statements_however_long_it_is(
    client: FlaskClient, session: Session, account: Account, kari: User, engine: Engine
) -> None:
    with counted(engine) as few:
        client.get(USERS)
    for number in range(20):
        make_user(session, account=account, name=f"Bruker {number:02}")
    with counted(engine) as many:
        client.get(USERS)

    assert len(few) == len(many) <= 6


def test_a_workbook_is_made(client: FlaskClient) -> None:
    with client.get(f"{USERS}/users.xlsx") as answer:
        assert answer.data.startswith(b"PK")
        assert "users-" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OBSERVER])
def test_only_administrators_look(
    session: Session, account: Account, sign_in: SignInAs, role: Role
) -> None:
    browser = sign_in(make_user(session, account=account, role=role))

    assert browser.get(USERS).status_code == 403


def test_a_membership_that_ended_opens_nothing(
    session: Session, account: Account, kari: User, client: FlaskClient
) -> None:
    make_user(session, account=account, role=Role.ADMINISTRATOR)
    other = make_account(session, "Fjordhelse HF")
    session.add(Membership(user_id=kari.id, account_id=other.id, role=Role.OBSERVER))
    session.commit()
    assert client.get(USERS).status_code == 200

    session.query(Membership).filter_by(account_id=account.id, user_id=kari.id).update(
        {"deactivated_at": clock.now()}
    )
    session.commit()

    assert client.get(USERS).status_code in {303, 403}
    assert account.name not in client.get("/accounts").text
    assert (
        client.post("/active-account", data={"account": account.master_account_id}).status_code
        == 404
    )

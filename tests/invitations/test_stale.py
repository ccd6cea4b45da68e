"""Invitations that wait while somebody becomes a member in another way, or is let go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, Membership, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.tenancy import Scope
from portal.base.words import Refused
from portal.invitations.actions import Offer, invite
from portal.invitations.joining import join
from portal.invitations.models import Invitation
from portal.invitations.rules import Invitee
from portal.profile.actions import begin_email_change, confirm_email_change
from portal.users.actions import end_access
from tests.conftest import SignInAs
from tests.factories import make_account, make_user

Travel = Callable[[timedelta], None]
NEW = "kari2@nordlys.example.com"
WHOLE = {"name": "Una", "password": "elleve grønne kajakker"}


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")


def invited(session: Session, by: User, email: str, role: Role, account: Account) -> str:
    told: dict[str, Any] = {"language": "en", "by": Person(by.id), "now": clock.now()}
    ((_made, token),) = invite(session, account.id, [Invitee(email)], Offer(role), **told)
    session.commit()
    return token


def take_address(session: Session, user: User, email: str) -> None:
    old, new, free = begin_email_change(session, user, email, now=clock.now())
    assert free
    for token in (old, new):
        confirm_email_change(session, token, now=clock.now())
    session.commit()


def membership(session: Session, user: User, account: Account) -> Membership:
    session.expire_all()
    found = select(Membership).where(Membership.user_id == user.id)
    return session.scalars(found.where(Membership.account_id == account.id)).one()


@pytest.mark.parametrize("tidied", [True, False])
def test_an_invitation_changes_nothing_of_a_member_not_even_of_the_only_administrator(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, run_jobs: Any, account: Account, kari: User, tidied: bool
) -> None:
    token = invited(session, kari, NEW, Role.OBSERVER, account)
    take_address(session, kari, NEW)
    if tidied:
        run_jobs()

    answer = sign_in(kari).post(f"/invitations/{token}")

    assert answer.status_code == (410 if tidied else 422)
    assert tidied or "You have access already." in answer.text
    assert membership(session, kari, account).role is Role.ADMINISTRATOR


def test_a_new_address_ends_what_waited_for_it_where_they_are_a_member_and_nowhere_else(
    session: Session, run_jobs: Any, account: Account, kari: User
) -> None:
    other = make_account(session)
    invited(session, kari, NEW, Role.OBSERVER, account)
    invited(session, make_user(session, account=other), NEW, Role.OBSERVER, other)
    take_address(session, kari, NEW)
    run_jobs()
    session.expire_all()

    left = session.scalars(select(Invitation).where(Invitation.waiting())).one()
    assert left.account_id == other.id
    told = select(Event).where(Event.what == What.INVITATION_WITHDRAWN)
    event = session.scalars(told).one()
    assert (event.account_id, event.by_id) == (account.id, kari.id)


@pytest.fixture
def una(session: Session, account: Account) -> User:
    return make_user(session, account=account, name="Una")


def test_whoever_is_let_go_does_not_come_back_by_an_earlier_invitation(  # noqa: PLR0917
    app: Flask, session: Session, sign_in: SignInAs, account: Account, kari: User, una: User
) -> None:
    admin, address = sign_in(kari), una.email
    una.email = "elsewhere@example.com"  # as if she had come in another way since
    session.commit()
    token = invited(session, kari, address, Role.ADMINISTRATOR, account)
    una.email = address
    session.commit()
    path = f"/organization/users/{una.memberships[0].reference}"
    assert admin.post(f"{path}/deactivation").status_code == 303

    assert app.test_client().post(f"/invitations/{token}", data=WHOLE).status_code == 410
    gone = membership(session, una, account)
    assert (gone.role, gone.deactivated_at is None) == (Role.MEMBER, False)
    assert address not in admin.get("/organization/users?status=invited").text


@pytest.mark.parametrize(("sent", "status"), [("before", 422), ("after", 303)])
def test_only_an_invitation_sent_afterwards_brings_somebody_back(  # noqa: PLR0917
    client: FlaskClient, session: Session, travel: Travel, account: Account, kari: User, una: User,
    sent: str, status: int,
) -> None:  # fmt: skip
    address, una.email = una.email, "una@elsewhere.example.com"
    session.commit()
    if sent == "before":
        token = invited(session, kari, address, Role.ADMINISTRATOR, account)
    travel(timedelta(minutes=1))
    una.deactivated_at = una.memberships[0].deactivated_at = clock.now()
    session.commit()
    travel(timedelta(minutes=1))
    if sent == "after":
        token = invited(session, kari, address, Role.ADMINISTRATOR, account)
    una.email = address  # so that nothing but the moment tells
    session.commit()

    answer = client.post(f"/invitations/{token}", data=WHOLE)

    assert answer.status_code == status
    assert ("Your access ended after this invitation was sent." in answer.text) is (status == 422)
    back = membership(session, una, account)
    assert (back.deactivated_at is None) is (status == 303)


def test_of_an_end_and_an_acceptance_at_once_the_end_stays(
    session: Session, sessions: Any, account: Account, kari: User, una: User
) -> None:
    scope, ended_id = Scope(frozenset({account.id}), account.id), una.memberships[0].id
    by, una_id = Person(kari.id), una.id  # sessions are not shared between threads
    for turn in range(4):
        address = f"una{turn}@example.com"
        token = invited(session, kari, address, Role.ADMINISTRATOR, account)
        session.query(User).filter_by(id=una.id).update({"email": address, "deactivated_at": None})
        session.query(Membership).filter_by(id=ended_id).update({"deactivated_at": None})
        session.commit()

        def end() -> None:
            with sessions(scope=scope) as own:
                member = own.get_one(Membership, ended_id)
                end_access(own, member, by=by, now=clock.now())
                own.commit()

        def accept(token: str = token) -> None:
            with sessions(scope=scope) as own:
                try:
                    join(own, token, own.get_one(User, una_id), now=clock.now())
                except Refused:
                    return
                own.commit()

        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(end), pool.submit(accept)]:
                each.result()
        ended = membership(session, una, account)
        assert (ended.role, ended.deactivated_at is None) == (Role.MEMBER, False)

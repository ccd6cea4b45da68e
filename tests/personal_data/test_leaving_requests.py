"""Open requests of somebody who deletes their user: told before, and handed over after."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.service_requests.models import Follower, ServiceRequest
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.factories import MOMENT, make_account, make_request, make_user

DELETION, USERS = "/profile/data/deletion", "/organization/users"


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def ola(session: Session, account: Account) -> User:
    return make_user(session, account=account, name="Ola Hansen")


@pytest.fixture
def held(session: Session, account: Account, ola: User) -> ServiceRequest:
    """Ola is the contact of one, follows another, and had to do with a third that is closed."""
    contact = make_request(session, account, subject="Kameraet er svart")
    followed = make_request(session, account, subject="Lyden hakker")
    closed = make_request(session, account, subject="Løst i fjor", status=Status.CLOSED)
    contact.contact_id = closed.contact_id = ola.id
    session.add(
        Follower(account_id=account.id, request_id=followed.id, user_id=ola.id, since=MOMENT)
    )
    session.commit()
    return contact


def test_whoever_deletes_their_user_is_told_what_is_left(
    sign_in: SignInAs, ola: User, held: ServiceRequest
) -> None:
    page = sign_in(ola).get(DELETION).text

    assert "You are still responsible for this" in page
    assert "Kameraet er svart" in page
    assert "Lyden hakker" in page
    assert "Løst i fjor" not in page


def test_with_nothing_left_nothing_is_told(sign_in: SignInAs, ola: User) -> None:
    assert "still responsible" not in sign_in(ola).get(DELETION).text


def test_an_administrator_hands_over_what_a_former_user_left(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, held: ServiceRequest,
    run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")
    browser, path = sign_in(kari), f"{USERS}/{ola.memberships[0].reference}"
    assert path not in browser.get(f"{USERS}?status=deactivated").text
    assert "Former users are still" not in browser.get(USERS).text
    assert sign_in(ola).post(DELETION, data={"name": "Ola Hansen"}).status_code == 303
    run_jobs()

    listed = browser.get(USERS).text
    assert "Former users are still" in listed
    assert f'href="{path}"' in listed
    assert "Kameraet er svart" in browser.get(path).text
    assert browser.post(f"{path}/handover", data={"to": kari.email}).status_code == 303

    session.expire_all()
    assert held.contact_id == kari.id
    assert set(session.scalars(select(Follower.user_id))) == {kari.id}
    assert "Former users are still" not in browser.get(USERS).text


def test_nobody_learns_of_former_users_of_another_account(
    session: Session,
    sign_in: SignInAs,
    ola: User,
    held: ServiceRequest,
    run_jobs: Callable[..., int],
) -> None:
    sign_in(ola).post(DELETION, data={"name": "Ola Hansen"})
    run_jobs()
    other = make_user(session, account=make_account(session), role=Role.ADMINISTRATOR)

    assert "Former users are still" not in sign_in(other).get(USERS).text

"""Where an account lets its people in through its provider only, no other way leads in."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.hashing import hash_password
from portal.accounts.models import Account, Membership, SignIn, User
from portal.base import clock
from portal.base.access import Role
from portal.factors.models import Authenticator
from portal.invitations.actions import Offer, invite
from portal.invitations.rules import Invitee
from portal.profile.models import EmailChange
from portal.single_sign_on.models import SingleSignOn
from portal.single_sign_on.people import must_use, who_must_use
from tests.conftest import SignInAs
from tests.factories import make_account, make_user
from tests.profile.test_address import ask, links
from tests.single_sign_on.conftest import Visit, kari, make_domain

Come = Callable[[], Visit]
OLA = "ola@nordlys.example.com"
PASSWORD = "elleve grønne kajakker"


@pytest.fixture
def admin(session: Session, account: Account) -> User:
    """The administrator who is the way in."""
    made = make_user(session, account=account, role=Role.ADMINISTRATOR, name="Ada Admin")
    made.email = "ada@nordlys.example.com"
    session.add(Authenticator(user_id=made.id, sealed="", used_step=0, added_at=clock.now()))
    made.second_factor_at = clock.now()
    session.commit()
    return made


@pytest.fixture
def demanded(session: Session, sso: SingleSignOn, admin: User) -> SingleSignOn:
    sso.required, sso.way_in_id = True, admin.id
    session.commit()
    return sso


@pytest.fixture
def ola(session: Session, account: Account) -> User:
    made = make_user(
        session, account=account, password_hash=hash_password("right"), name="Ola Hansen"
    )
    made.email = OLA
    session.commit()
    return made


def invited(session: Session, by: User, email: str, account: Account) -> str:
    ((_invitation, token),) = invite(
        session, account.id, [Invitee(email)], Offer(Role.MEMBER), language="en",
        by=Person(by.id), now=clock.now(),
    )  # fmt: skip
    session.commit()
    return f"/invitations/{token}"


def test_whoever_is_invited_comes_through_the_provider_and_chooses_no_password(
    demanded: SingleSignOn, admin: User, account: Account, session: Session, visit: Come
) -> None:
    mine = visit()
    path = invited(session, admin, OLA, account)

    assert 'name="password"' not in mine.browser.get(path).text
    led = mine.browser.post(path, data={"name": "Ola Hansen", "password": PASSWORD})

    assert session.scalars(select(SignIn)).all() == []
    ola = kari(sub="ola", email=OLA, name="Ola Hansen")
    answer = mine.come_back(mine.at_provider(led, ola))
    assert (answer.status_code, answer.location) == (303, "/invitations/accepted")
    user = session.scalars(select(User).where(User.email == OLA)).one()
    assert (user.password_hash, user.memberships[0].role) == ("", Role.MEMBER)
    assert session.scalars(select(SignIn.provider_id)).all() == [demanded.id]


def test_a_provider_that_is_down_lets_no_invited_person_in(
    demanded: SingleSignOn, admin: User, account: Account, session: Session, client: FlaskClient
) -> None:
    demanded.issuer = "http://127.0.0.1:1"
    session.commit()
    path = invited(session, admin, OLA, account)

    answer = client.post(path, data={"name": "Ola Hansen"})

    assert answer.status_code == 422
    assert "127.0.0.1" in answer.text
    assert session.scalars(select(User).where(User.email == OLA)).all() == []


def test_another_organization_s_invitation_asks_for_a_password_as_before(
    demanded: SingleSignOn, session: Session, client: FlaskClient
) -> None:
    other = make_account(session)
    inviter = make_user(session, account=other, role=Role.ADMINISTRATOR)
    path = invited(session, inviter, OLA, other)

    answer = client.post(path, data={"name": "Ola Hansen", "password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/invitations/accepted")


def test_nobody_leaves_the_domain_by_changing_their_address(
    demanded: SingleSignOn, ola: User, session: Session, sign_in: SignInAs
) -> None:
    session.add(make_domain(session.get_one(Account, demanded.account_id), "nordlys.no"))
    session.commit()
    browser = sign_in(ola)

    for outside in ("ola@home.example.org", "ola@nordlys.no"):  # that one is not proven
        answer = ask(browser, outside)
        assert answer.status_code == 422
        assert "nordlys.example.com" in answer.text
    assert session.scalars(select(EmailChange)).all() == []
    assert ask(browser, "ola.hansen@nordlys.example.com").status_code == 303


def test_a_change_that_was_asked_for_before_is_refused_when_it_is_confirmed(  # noqa: PLR0917
    sso: SingleSignOn, admin: User, ola: User, session: Session, sign_in: SignInAs,
    client: FlaskClient, run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    ask(sign_in(ola), "ola@home.example.org")
    sent = links(session, run_jobs)
    sso.required, sso.way_in_id = True, admin.id
    session.commit()

    answers = [client.post(path).status_code for path in sent.values()]

    assert answers == [200, 410]
    session.expire_all()
    assert ola.email == OLA


def test_whoever_the_provider_knows_comes_through_it_whatever_their_address(
    demanded: SingleSignOn, session: Session, visit: Come, client: FlaskClient
) -> None:
    visit().go(kari())
    user = session.scalars(select(User).where(User.name == "Kari Nordmann")).one()
    user.email, user.password_hash = "kari@home.example.org", hash_password("right")
    session.commit()

    right = client.post("/sign-in", data={"email": user.email, "password": "right"})

    assert right.status_code == 200
    assert "http-equiv" in right.text
    assert user in who_must_use(session, demanded)


def test_the_way_in_stays_one_until_another_is_named(
    demanded: SingleSignOn, admin: User, account: Account, session: Session, sign_in: SignInAs
) -> None:
    other = make_user(session, account=account, role=Role.ADMINISTRATOR)
    browser, path = sign_in(other), f"/organization/users/{admin.memberships[0].reference}"
    version = str(admin.memberships[0].version)
    member = {"role": "member", "sees": "everything", "version": version}

    demoted = browser.post(f"{path}/rights", data=member)
    ended = browser.post(f"{path}/deactivation")
    removed = sign_in(admin).post("/profile/security/authenticator/removal")

    assert [it.status_code for it in (demoted, ended, removed)] == [422, 422, 422]
    session.expire_all()
    assert admin.memberships[0].role is Role.ADMINISTRATOR
    assert admin.second_factor_at
    demanded.way_in_id = other.id
    session.commit()
    assert sign_in(admin).post("/profile/security/authenticator/removal").status_code == 303
    assert browser.post(f"{path}/deactivation").status_code == 303


def test_a_way_in_that_is_not_fit_any_more_comes_through_the_provider(
    demanded: SingleSignOn, admin: User, session: Session
) -> None:
    assert not must_use(session, demanded, admin)
    admin.second_factor_at = None
    session.flush()
    assert must_use(session, demanded, admin)
    admin.second_factor_at, admin.memberships[0].role = clock.now(), Role.MEMBER
    session.flush()
    assert must_use(session, demanded, admin)


def test_the_last_proven_domain_stays_while_the_provider_is_demanded(
    demanded: SingleSignOn, admin: User, account: Account, session: Session, sign_in: SignInAs
) -> None:
    session.add(make_domain(account, "nordlys.no"))
    session.commit()
    browser = sign_in(admin)
    domains = "/organization/sign-in/domains"

    assert browser.post(f"{domains}/nordlys.example.com/removal").status_code == 422
    assert browser.post(f"{domains}/nordlys.no/removal").status_code == 303  # it proved nothing
    session.add(make_domain(account, "nordlys.com", proven=True))
    session.commit()
    assert browser.post(f"{domains}/nordlys.example.com/removal").status_code == 303


def test_an_invitation_opens_no_other_account_in_a_provider_s_session(
    sso: SingleSignOn, session: Session, visit: Come
) -> None:
    mine = visit()
    mine.go(kari())
    other = make_account(session)
    inviter = make_user(session, account=other, role=Role.ADMINISTRATOR)
    path = invited(session, inviter, "kari@nordlys.example.com", other)

    assert mine.browser.post(path).status_code == 303

    assert session.scalars(select(SignIn.account_id)).all() == [sso.account_id]
    theirs = select(Membership.account_id).join(User).where(User.name == "Kari Nordmann")
    assert sorted(session.scalars(theirs)) == sorted([sso.account_id, other.id])

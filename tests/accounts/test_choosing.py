from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant
from portal.accounts.models import Account, Membership, SignIn
from portal.base.access import Permission, Role
from tests.conftest import SignInAs
from tests.factories import account_of, make_account, make_grant, make_partner, make_user

NOW = "2026-11-22 12:00Z"


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


def test_someone_in_two_organizations_chooses_between_them(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    user = make_user(session)
    user.memberships.append(Membership(account=account, role=Role.OBSERVER))
    session.commit()
    client = sign_in(user)
    assert account.master_account_id in client.get("/accounts").text
    assert client.get("/organization/sites/new").status_code == 200

    answer = client.post("/active-account", data={"account": account.master_account_id})

    assert answer.location == "/"
    assert client.get("/organization/sites/new").status_code == 403  # an observer there


def test_choosing_another_account_makes_the_old_cookie_worthless(
    app: Flask, session: Session, sign_in: SignInAs
) -> None:
    user = make_user(session)
    client = sign_in(user)
    old = client.get_cookie("session")
    assert old
    client.post("/active-account", data={"account": account_of(user).master_account_id})

    copied = app.test_client()
    copied.set_cookie("session", old.value)
    assert copied.get("/").status_code == 303
    assert client.get("/").status_code == 200
    assert len(session.scalars(select(SignIn)).all()) == 1


@pytest.mark.parametrize("role", [Role.MEMBER, Role.PARTNER])
def test_accounts_out_of_reach_do_not_exist(
    session: Session, sign_in: SignInAs, account: Account, role: Role
) -> None:
    client = sign_in(make_user(session, role=role))
    answer = client.post("/active-account", data={"account": account.master_account_id})
    assert answer.status_code == 404


def test_strangers_choose_nothing(app: Flask, account: Account) -> None:
    answer = app.test_client().post("/active-account", data={"account": account.master_account_id})
    assert answer.location.startswith("/sign-in")
    assert app.test_client().get("/accounts").location == "/sign-in?back=/accounts"


def test_a_membership_that_ended_ends_at_once(session: Session, sign_in: SignInAs) -> None:
    user = make_user(session)
    client = sign_in(user)
    assert client.get("/").status_code == 200

    session.delete(user.memberships[0])
    session.commit()

    answer = client.get("/")
    assert (answer.status_code, answer.location) == (303, "/accounts")
    assert "You have no access to any organization" in client.get("/accounts").text


@time_machine.travel(NOW, tick=False)
def test_a_partner_acts_for_a_customer_and_stops(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, account, last_day=date(2026, 11, 22))
    client = sign_in(make_user(session, partner=partner))
    client.post("/active-account", data={"account": account.master_account_id})

    assert "You are acting on behalf of Nordlys Kraft AS" in client.get("/").text

    assert client.post("/active-account").location == "/partner"
    assert "acting on behalf" not in client.get("/partner").text
    assert client.get("/").location == "/partner"


def test_a_grant_that_ended_ends_at_once(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    partner = make_partner(session)
    with time_machine.travel(NOW, tick=False):
        grant = make_grant(session, partner, account)
        client = sign_in(make_user(session, partner=partner), acting_for=account)
        assert client.get("/").status_code == 200
        grant.last_day = date(2026, 11, 21)
        session.commit()

        assert client.get("/").location == "/partner"
        assert client.post("/organization/sites").location == "/partner"
        answer = client.post("/active-account", data={"account": account.master_account_id})
        assert answer.status_code == 404


def test_a_permission_that_was_taken_back_is_gone_at_once(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    partner = make_partner(session)
    grant = make_grant(session, partner, account)
    client = sign_in(make_user(session, partner=partner), acting_for=account)
    assert client.get("/products").status_code == 200

    grant.permissions = [Permission.ACCOUNT_VIEW.value]
    session.commit()

    assert client.get("/products").status_code == 403
    assert session.scalars(select(Grant)).one()


def test_of_two_accounts_in_one_form_none_is_chosen(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    user = make_user(session)
    user.memberships.append(Membership(account=account, role=Role.OBSERVER))
    session.commit()
    mine, other = account_of(user).master_account_id, account.master_account_id

    answer = sign_in(user).post("/active-account", data={"account": [mine, other]})

    assert answer.status_code == 400
    assert session.scalars(select(SignIn.account_id)).all() == [account_of(user).id]

"""Staff keep the partners: created, renamed, given an administrator, and closed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant
from portal.accounts.models import Partner, User
from portal.base.access import Role
from portal.base.history import Event
from portal.base.mails import Mail
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_grant, make_partner, make_product, make_user

BASE = "/desk/partners"


@pytest.fixture
def admin(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))


def create(admin: FlaskClient, name: str, token: str = "t" * 20) -> Any:
    return admin.post(BASE, data={"name": name, "token": token})


def test_a_partner_is_added_once(session: Session, admin: FlaskClient) -> None:
    first, second = create(admin, " Sørnett  AS "), create(admin, "Sørnett AS")
    assert first.location == second.location
    assert session.scalars(select(Partner.name)).all() == ["Sørnett AS"]
    assert "Created" in admin.get(first.location).text
    for twin in ("SØRNETT as", "Sørnett AS"):
        assert create(admin, twin, token=twin * 2).status_code == 422


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 121])
def test_a_partner_has_a_name(session: Session, admin: FlaskClient, name: str) -> None:
    assert create(admin, name).status_code == 422
    assert session.query(Partner).count() == 0


def test_a_partner_is_renamed_unless_it_changed_meanwhile(
    session: Session, admin: FlaskClient
) -> None:
    partner, other = make_partner(session), make_partner(session)
    path = f"{BASE}/{partner.reference}/name"
    assert admin.post(path, data={"name": "Nytt AS", "version": "1"}).status_code == 303
    assert admin.post(path, data={"name": "Nyere AS", "version": "1"}).status_code == 422
    assert admin.post(path, data={"name": other.name, "version": "2"}).status_code == 422
    session.refresh(partner)
    assert (partner.name, partner.version) == ("Nytt AS", 2)


def test_its_first_administrator_is_invited(
    session: Session, admin: FlaskClient, run_jobs: Callable[..., int]
) -> None:
    partner = make_partner(session)
    stated = {"name": "Siri Berg", "email": "siri@vestnett.example.com", "token": "t" * 20}
    for _ in range(2):
        path = f"{BASE}/{partner.reference}/administrators"
        assert admin.post(path, data=stated).status_code == 303
    run_jobs()
    user = session.scalars(select(User).where(User.partner_id == partner.id)).one()
    assert (user.partner_role, user.staff_role) == (Role.PARTNER_ADMINISTRATOR, None)
    assert session.scalars(select(Mail.address)).all() == [user.email]
    assert "Siri Berg" in admin.get(f"{BASE}/{partner.reference}").text


def test_closing_puts_its_people_out_and_is_on_each_customers_record(
    session: Session, admin: FlaskClient, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    partner = make_partner(session)
    accounts = [make_account(session) for _ in range(2)]
    for account in accounts:
        make_grant(session, partner, account)
    siri = sign_in(make_user(session, partner=partner), acting_for=accounts[0])
    product = make_product(session, account=accounts[0])
    assert siri.get("/").status_code == 200
    path = f"{BASE}/{partner.reference}/closure"
    assert admin.post(path, data={"reason": " "}).status_code == 422

    for _ in range(2):
        assert admin.post(path, data={"reason": "Avtalen er sagt opp"}).status_code == 303

    assert siri.get("/").location.startswith("/sign-in")
    assert siri.post(f"/products/{product.reference}/retirement").location.startswith("/sign-in")
    run_jobs()
    session.expire_all()
    assert all(session.scalars(select(Grant.withdrawn_at)).all())
    events = session.scalars(select(Event).order_by(Event.account_id, Event.number)).all()
    told = [(it.account_id, it.what.value, it.reason, it.on_behalf) for it in events]
    assert told == [
        each
        for account in accounts
        for each in (
            (account.id, "access_withdrawn", "Avtalen er sagt opp", True),
            (account.id, "closed", "Avtalen er sagt opp", True),
        )
    ]
    assert "Closed" in admin.get(BASE).text


def test_the_customer_reads_why_a_partner_was_closed(
    session: Session, admin: FlaskClient, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    partner, account = make_partner(session), make_account(session)
    grant = make_grant(session, partner, account)
    kari = sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR))
    admin.post(f"{BASE}/{partner.reference}/closure", data={"reason": "Avtalen er sagt opp"})
    run_jobs()

    told = "Reason: Avtalen er sagt opp"

    assert kari.get("/organization/log?what=closed").text.count(told) == 1
    with kari.get("/organization/log/log.csv?side=staff") as answer:
        assert "Avtalen er sagt opp" in answer.get_data(as_text=True)
    assert told in kari.get(f"/organization/partners/{grant.reference}").text
    assert told in admin.get("/desk/log?what=closed").text


def test_the_list_is_searched_and_takes_few_statements(
    session: Session, admin: FlaskClient, engine: Engine
) -> None:
    taken = []
    for _ in range(2):
        for _ in range(4):
            make_user(session, partner=make_partner(session))
        with counted(engine) as sent:
            assert admin.get(BASE).status_code == 200
        taken.append(len(sent))
    assert taken[0] == taken[1] <= 6
    assert "No matches" in admin.get(f"{BASE}?q=finnesikke").text

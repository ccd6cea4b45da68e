"""Whoever may not open a page is told whom to ask: of their own company, and nobody else."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.access import Permission, Role
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_partner, make_user

PAGE = "/organization/users"


def test_a_member_is_told_of_the_accounts_administrators(
    session: Session, sign_in: SignInAs
) -> None:
    account = make_account(session)
    made = [
        make_user(session, account=account, role=role, name=name, password_hash="x")
        for role, name in (
            (Role.ADMINISTRATOR, "Kari Nordmann"),
            (Role.ADMINISTRATOR, "Gone Away"),
            (Role.MEMBER, "Per Hansen"),
        )
    ]
    made[1].deactivated_at = clock.now()
    make_user(session, role=Role.ADMINISTRATOR, name="Ingrid Moen", password_hash="x")
    session.commit()
    browser = sign_in(make_user(session, account=account, language="nb"))
    for headers in ({}, {"HX-Request": "true"}):
        told = browser.get(PAGE, headers=headers)
        assert told.status_code == 403
        assert "Kari Nordmann" in told.text
        assert f"mailto:{made[0].email}" in told.text
        for other in ("Gone Away", "Per Hansen", "Ingrid Moen"):
            assert other not in told.text


@pytest.mark.parametrize("role", [Role.PARTNER_ADMINISTRATOR, Role.STAFF_ADMINISTRATOR])
def test_partners_and_staff_are_told_of_their_own(
    session: Session, sign_in: SignInAs, role: Role
) -> None:
    ours = role is Role.STAFF_ADMINISTRATOR
    partner = None if ours else make_partner(session)
    make_user(session, role=role, partner=partner, name="Siri Berg", password_hash="x")
    make_user(session, role=Role.PARTNER_ADMINISTRATOR, name="Jonas Vik", password_hash="x")
    lower = Role.AGENT if ours else Role.PARTNER
    page = "/desk/staff" if ours else "/partner/users"
    told = sign_in(make_user(session, role=lower, partner=partner)).get(page).text
    assert "Siri Berg" in told
    assert "Jonas Vik" not in told


def test_strangers_are_told_nothing(session: Session, client: FlaskClient) -> None:
    make_user(session, role=Role.STAFF_ADMINISTRATOR, name="Admin", password_hash="x")
    told = client.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"})
    assert (told.status_code, "mailto:user" in told.text) == (403, False)


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.ADMINISTRATOR, "/desk/log"),
        (Role.MEMBER, "/partner"),
        (Role.PARTNER, "/desk/staff"),
        (Role.AGENT, "/partner/users"),
    ],
)
def test_nobody_is_sent_to_those_who_cannot_give_it_either(
    session: Session, sign_in: SignInAs, role: Role, page: str
) -> None:
    account, partner = make_account(session), make_partner(session)
    for colleague in (Role.ADMINISTRATOR, Role.PARTNER_ADMINISTRATOR, Role.STAFF_ADMINISTRATOR):
        partners = partner if colleague is Role.PARTNER_ADMINISTRATOR else None
        make_user(session, account=account, role=colleague, partner=partners, password_hash="x")
    mine = partner if role is Role.PARTNER else None
    told = sign_in(make_user(session, account=account, role=role, partner=mine)).get(page)
    assert told.status_code == 403
    assert "mailto:user" not in told.text
    assert "not meant for people in your organization" in told.text


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PARTNER_ADMINISTRATOR])
def test_a_partner_asks_the_customer_for_what_only_the_customer_gives(
    session: Session, sign_in: SignInAs, role: Role
) -> None:
    account, partner = make_account(session), make_partner(session)
    make_user(session, role=Role.PARTNER_ADMINISTRATOR, partner=partner, password_hash="x")
    make_grant(session, partner, account, permissions=frozenset({Permission.ACCOUNT_VIEW}))
    browser = sign_in(make_user(session, role=role, partner=partner), acting_for=account)

    for headers in ({}, {"HX-Request": "true"}):
        told = browser.get("/products", headers=headers)
        assert told.status_code == 403
        assert "mailto:" not in told.text.partition("<footer")[0]
        assert f"{account.name} has not given your organization access to this." in told.text
        asking = f"/partner/requests/new?number={account.master_account_id}"
        assert asking in told.text
    assert f'value="{account.master_account_id}"' in browser.get(asking).text

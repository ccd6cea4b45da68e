"""What staff decide about a license, and who hears of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import Event, What
from portal.base.mails import Mail
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.rules import Renewal, Standing
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_grant,
    make_license,
    make_partner,
    make_seat,
    make_user,
)

RunJobs = Callable[..., int]


@pytest.fixture
def lens(session: Session, account: Account) -> License:
    it = make_license(session, account, seats=10, ends_on=clock.today() + timedelta(40))
    make_seat(session, it, holder="Ola Hansen", seats=3)
    return it


def terms(it: License, **other: Any) -> dict[str, Any]:
    told = {"version": it.version, "name": it.name, "seats": "10", "renewal": "reseller"}
    return told | other


def mails_to(session: Session, user: User) -> list[str]:
    session.expire_all()
    mine = select(Mail).where(Mail.address == user.email).order_by(Mail.id)
    return [mail.subject for mail in session.scalars(mine)]


def done_to(session: Session, it: License) -> list[What]:
    mine = Event.kind == "license", Event.record_id == it.id
    return list(session.scalars(select(Event.what).where(*mine).order_by(Event.id)))


def test_staff_change_the_term_and_history_has_what_it_was(
    session: Session, desk: FlaskClient, client: FlaskClient, lens: License
) -> None:
    told = terms(lens, ends_on="31.12.2030", order_number="991", renewal="automatic", seats="")
    answer = desk.post(f"/licenses/{lens.reference}/terms", data=told)

    assert answer.status_code == 303
    page = client.get(f"/licenses/{lens.reference}").text
    assert "31 December 2030" in page
    session.expire_all()
    assert (lens.seats, lens.renewal, lens.order_number) == (None, Renewal.AUTOMATIC, "991")
    event = session.scalars(select(Event).where(Event.what == What.TERM_CHANGED)).one()
    assert event.details["seats"] == [10, None]
    assert event.details["renewal"] == ["reseller", "automatic"]
    assert lens.reference in client.get("/licenses?q=991").text


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": " "}, "name"),
        ({"seats": "2"}, "seats"),  # three are in use
        ({"seats": "0"}, "seats"),
        ({"starts_on": "01.01.2027", "ends_on": "31.12.2026"}, "ends_on"),
        ({"ends_on": "31.02.2027"}, "ends_on"),
        ({"renewal": "never"}, "renewal"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    told: dict[str, str], field: str, session: Session, desk: FlaskClient, lens: License
) -> None:
    answer = desk.post(f"/licenses/{lens.reference}/terms", data=terms(lens, **told))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert done_to(session, lens) == []


def test_a_stale_save_is_refused_with_both_texts(
    session: Session, desk: FlaskClient, lens: License
) -> None:
    opened = terms(lens, name="Mitt navn")
    assert (
        desk.post(
            f"/licenses/{lens.reference}/terms", data=terms(lens, name="Deres navn")
        ).status_code
        == 303
    )
    answer = desk.post(f"/licenses/{lens.reference}/terms", data=opened)
    assert answer.status_code == 422
    assert "Mitt navn" in answer.text
    assert "Deres navn" in answer.text


def test_a_license_is_revoked_for_a_reason_that_the_customer_reads(
    *,
    session: Session,
    desk: FlaskClient,
    client: FlaskClient,
    kari: User,
    agent: User,
    account: Account,
    lens: License,
    run_jobs: RunJobs,
) -> None:
    member = make_user(session, account=account)  # who has nothing to do with it
    url = f"/licenses/{lens.reference}/revocation"
    assert 'id="reason-error"' in desk.post(url, data={"reason": " "}).text
    assert desk.post(url, data={"reason": "Fakturaen ble ikke betalt"}).status_code == 303
    assert desk.post(url, data={"reason": "En gang til"}).status_code == 422
    run_jobs()

    page = client.get(f"/licenses/{lens.reference}").text
    assert "Fakturaen ble ikke betalt" in page
    session.expire_all()
    assert lens.standing is Standing.REVOKED
    assert mails_to(session, kari) == ["The license Poly Lens Premium is revoked"]
    assert mails_to(session, member) == mails_to(session, agent) == []
    mail = session.scalars(select(Mail)).one()
    assert "Fakturaen ble ikke betalt" in mail.text


def test_another_license_takes_its_place_with_all_its_seats(
    *,
    session: Session,
    desk: FlaskClient,
    client: FlaskClient,
    kari: User,
    account: Account,
    lens: License,
    run_jobs: RunJobs,
) -> None:
    new = make_license(session, account, "Poly Lens Pro", seats=5)
    url = f"/licenses/{lens.reference}/successor"

    assert desk.post(url, data={"successor": new.reference.lower()}).status_code == 303
    run_jobs()

    session.expire_all()
    assert (lens.standing, lens.seats_used, new.seats_used) == (Standing.REVOKED, 0, 3)
    seats = session.scalars(
        select(LicenseAssignment).where(LicenseAssignment.ended_at.is_(None))
    ).all()
    assert [(it.license_id, it.holder, it.seats) for it in seats] == [(new.id, "Ola Hansen", 3)]
    assert new.reference in client.get(f"/licenses/{lens.reference}").text
    assert lens.reference in client.get(f"/licenses/{new.reference}").text
    assert mails_to(session, kari) == ["The license Poly Lens Premium is replaced by another"]
    assert f"{new.reference}" in client.get("/licenses?q=ola+hansen").text
    assert desk.post(url, data={"successor": new.reference}).status_code == 422


def test_what_has_too_few_seats_or_is_another_customers_takes_no_place(
    session: Session, desk: FlaskClient, account: Account, lens: License
) -> None:
    few = make_license(session, account, seats=2)
    over = make_license(session, account, ends_on=clock.today() - timedelta(1))
    theirs = make_license(session, make_account(session, "Andre AS"))
    for other in (few.reference, over.reference, theirs.reference, lens.reference, "", "tull"):
        answer = desk.post(f"/licenses/{lens.reference}/successor", data={"successor": other})
        assert (other, answer.status_code) == (other, 422)
        assert 'id="successor-error"' in answer.text
        assert "Andre AS" not in answer.text
    one = make_license(session, account, seats=1)
    answer = desk.post(f"/licenses/{lens.reference}/successor", data={"successor": one.reference})
    assert f"{one.reference} has 1 of 1 seats left, and 3 are in use of this one." in answer.text
    session.expire_all()
    assert (lens.standing, lens.seats_used) == (Standing.ACTIVATED, 3)


def test_a_partner_hears_only_of_what_it_renews_and_may_see(
    *,
    session: Session,
    desk: FlaskClient,
    account: Account,
    lens: License,
    run_jobs: RunJobs,
) -> None:
    told = []
    for permissions in (
        {Permission.ACCOUNT_VIEW, Permission.LICENSES_VIEW},
        {Permission.ACCOUNT_VIEW},
    ):
        partner = make_partner(session)
        make_grant(session, partner, account, permissions=frozenset(permissions))
        told.append(make_user(session, role=Role.PARTNER, partner=partner))
    own = make_license(session, account, "Vår egen", renewal=Renewal.CUSTOMER)
    for it in (lens, own):
        desk.post(f"/licenses/{it.reference}/revocation", data={"reason": "Slutt"})
    run_jobs()

    assert [len(mails_to(session, user)) for user in told] == [1, 0]


def test_customers_and_partners_decide_nothing_of_this(
    sign_in: SignInAs, client: FlaskClient, lens: License
) -> None:
    page = client.get(f"/licenses/{lens.reference}").text
    for name in ("terms", "revocation", "successor"):
        assert f"{lens.reference}/{name}" not in page
        assert client.post(f"/licenses/{lens.reference}/{name}").status_code == 403

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person, open_sign_in
from portal.accounts.hashing import hash_password
from portal.accounts.models import Membership, PasswordReset, SignIn
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event, What, happened
from portal.base.jobs import later
from tests.conftest import SignInAs
from tests.factories import account_of, make_account, make_partner, make_user


def test_what_ended_is_forgotten_a_day_later(
    session: Session, run_jobs: Callable[..., int]
) -> None:
    user, now = make_user(session), clock.now()
    open_sign_in(session, user, now=now)
    session.add(PasswordReset(user_id=user.id, token_hash="a", ends_at=now + timedelta(hours=1)))
    session.commit()

    def left_after(hours: int) -> list[int]:
        later(session, "retention.apply")
        session.commit()
        with time_machine.travel(now + timedelta(hours=hours)):
            assert run_jobs() == 1
        session.expire_all()
        return [len(session.scalars(select(kind)).all()) for kind in (SignIn, PasswordReset)]

    assert left_after(23) == [1, 1]
    assert left_after(26) == [1, 0]  # the link ended after 1 hour
    assert left_after(34) == [1, 0]
    assert left_after(36) == [0, 0]  # and the sign-in after 12: a day later it is gone


def test_a_sign_in_stands_on_the_customers_own_record(
    session: Session, client: FlaskClient, run_jobs: Callable[..., int]
) -> None:
    password = "Fjorten grå griser under en bro"
    ola = make_user(session, password_hash=hash_password(password))
    anna = make_user(session, role=Role.AGENT, password_hash=ola.password_hash)
    for user in (ola, anna):
        sent = client.post("/sign-in", data={"email": user.email, "password": password})
        assert sent.status_code == 303
    run_jobs()
    event = session.scalars(select(Event)).one()
    assert (event.account_id, event.by_id, event.what) == (
        account_of(ola).id,
        ola.id,
        What.SIGNED_IN,
    )
    assert event.place == "127.0.0.0/24"


def told(session: Session) -> list[tuple[int, What, int | None, int, str | None]]:
    session.expire_all()
    events = session.scalars(select(Event).order_by(Event.id))
    return [(it.account_id, it.what, it.by_id, it.record_id, it.place) for it in events]


def test_the_customer_reads_what_its_people_do_about_signing_in(
    session: Session, client: FlaskClient, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    password, place = "Fjorten grå griser under en bro", "127.0.0.0/24"
    ola = make_user(session, password_hash=hash_password(password))
    here = account_of(ola).id
    client.post("/sign-in", data={"email": ola.email, "password": "guess"})
    client.post("/sign-in", data={"email": "nobody@example.com", "password": "guess"})
    browser = sign_in(ola)
    new = {"old": password, "password": "Femten blå griser under en bro"}
    assert browser.post("/profile/security/password", data=new).status_code == 303
    with browser.session_transaction() as cookie:
        assert cookie["sign_in"]
    browser.post("/sign-out")
    run_jobs()

    assert told(session) == [
        (here, What.SIGN_IN_FAILED, None, ola.id, place),
        (here, What.PASSWORD_CHANGED, ola.id, ola.id, place),
        (here, What.SIGNED_OUT, ola.id, ola.id, place),
    ]


def test_partners_and_staff_have_no_customer_that_reads_it(
    session: Session, client: FlaskClient, run_jobs: Callable[..., int]
) -> None:
    for role in (Role.AGENT, Role.PARTNER):
        partner = make_partner(session) if role is Role.PARTNER else None
        user = make_user(session, role=role, partner=partner, password_hash=hash_password("x"))
        client.post("/sign-in", data={"email": user.email, "password": "guess"})
    run_jobs()

    assert told(session) == []


def test_who_is_a_member_of_several_customers_is_noted_with_each_once(
    session: Session, run_jobs: Callable[..., int]
) -> None:
    ola, other = make_user(session), make_account(session, "Fjordhelse HF")
    session.add(Membership(user=ola, account=other, role=Role.MEMBER))
    left = Membership(user=ola, account=make_account(session, "Vestfjord HF"), role=Role.MEMBER)
    left.deactivated_at = clock.now()
    session.add(left)
    happened(session, ola, What.EMAIL_CHANGED, by=Person(ola.id))
    session.commit()
    run_jobs()

    assert [it[0] for it in told(session)] == [account_of(ola).id, other.id]

"""An import whose job comes to nothing waits for a person again, and for nothing else."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.base.jobs import HANDLERS, Handler, Job
from portal.base.run import Run
from portal.product_imports.models import ImportStatus, ProductImport
from portal.products.models import Product
from tests.factories import make_user
from tests.product_imports.sending import Jobs, SignIn, register, send


def lose_the_right(session: Session, kari: User) -> User:
    """And let a colleague look after what was begun."""
    kari.memberships[0].role = Role.OBSERVER
    account = kari.memberships[0].account
    colleague = make_user(session, account=account, role=Role.ADMINISTRATOR)
    session.commit()
    return colleague


def status_of(session: Session) -> ImportStatus:
    session.expire_all()
    return session.scalars(select(ProductImport.status)).one()


def test_registering_without_the_right_leaves_the_list_to_a_colleague(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    client.post(f"{path}/registration")
    browser = sign_in(lose_the_right(session, kari))
    run_jobs()

    assert status_of(session) is ImportStatus.READY
    assert session.scalars(select(Job.parked_at)).one()
    assert browser.post(f"{path}/disposal").status_code == 303
    assert status_of(session) is ImportStatus.DISCARDED


def test_undoing_without_the_right_leaves_it_registered(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = register(client, run_jobs)
    client.post(f"{path}/reversal")
    lose_the_right(session, kari)
    run_jobs()

    assert status_of(session) is ImportStatus.DONE
    assert session.query(Product).count() == 2


def test_checking_without_the_right_is_said_to_have_been_stopped(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    path = send(sign_in(kari))
    browser = sign_in(lose_the_right(session, kari))
    run_jobs()

    assert status_of(session) is ImportStatus.REFUSED
    assert "The check was stopped" in browser.get(path).text
    assert browser.post(f"{path}/disposal").status_code == 303


def test_it_goes_on_waiting_while_the_job_is_tried_again(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_run: Run, **_asked: object) -> None:
        raise ValueError("no luck")

    client = sign_in(kari)
    path = send(client)
    run_jobs()
    monkeypatch.setitem(HANDLERS, "product_imports.commit", Handler(fail, 60, None))
    client.post(f"{path}/registration")
    run_jobs()

    assert status_of(session) is ImportStatus.COMMITTING

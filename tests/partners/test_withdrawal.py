"""A grant that is withdrawn is over: on pages, in jobs, in downloads, and at the same moment."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant
from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Role
from portal.base.jobs import Job
from portal.catalogue.models import SerialPattern
from portal.product_imports.committing import Commit
from portal.products import exports
from portal.products.models import Product, ProductStatus
from portal.web import sheets
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_user,
)
from tests.product_imports.sending import send


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def grant(session: Session, account: Account) -> Grant:
    return make_grant(session, make_partner(session), account)


@pytest.fixture
def siri(session: Session, sign_in: SignInAs, grant: Grant, account: Account) -> FlaskClient:
    return sign_in(make_user(session, partner=grant.partner), acting_for=account)


@pytest.fixture
def kari(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    return sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR))


def withdraw(session: Session) -> None:
    session.query(Grant).one().withdrawn_at = clock.now()
    session.commit()


def test_nothing_is_written_after_the_withdrawal_is_kept(
    session: Session, siri: FlaskClient, kari: FlaskClient, grant: Grant, account: Account
) -> None:
    """A partner writes as fast as it can while the customer withdraws."""
    paths = [f"/products/{make_product(session, account=account).reference}" for _ in range(24)]
    under_way, answers = threading.Event(), list[tuple[int, str]]()

    def work() -> None:
        for path in paths:
            answer = siri.post(f"{path}/retirement")
            answers.append((answer.status_code, answer.location))
            under_way.set()

    partner = threading.Thread(target=work)
    partner.start()
    assert under_way.wait(30)
    withdrawn = kari.post(f"/organization/partners/{grant.reference}/withdrawal")
    kept = _retired(session)
    partner.join()

    assert withdrawn.status_code == 303
    assert _retired(session) == kept
    assert {status for status, _location in answers} == {303}
    led = [location for _status, location in answers]
    assert kept == len(paths) - led.count("/partner")
    assert led[-1] == "/partner"


def _retired(session: Session) -> int:
    session.rollback()
    retired = Product.status == ProductStatus.RETIRED
    return session.scalars(select(func.count(Product.id)).where(retired)).one()


@pytest.mark.parametrize("moment", ["before", "between chunks"])
def test_a_running_import_registers_nothing(
    session: Session,
    siri: FlaskClient,
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    make_model(session, "Savi 7310", serial_pattern=SerialPattern.HEADSET)
    path = send(siri)
    run_jobs()
    siri.post(f"{path}/registration", data={"create_sites": "y"})
    if moment == "before" or session.get_bind().dialect.name == "sqlite":
        withdraw(session)  # on SQLite nobody else writes while an import does
    else:
        write = Commit.write

        def written(commit: Commit, chunk: Any) -> Any:
            done = write(commit, chunk)
            withdraw(session)
            return done

        monkeypatch.setattr(Commit, "write", written)

    run_jobs()

    assert session.query(Product).count() == 0
    assert session.scalars(select(Job.parked_at).where(Job.name == "product_imports.commit")).one()


def test_a_download_breaks_off(
    session: Session,
    siri: FlaskClient,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(3):
        make_product(session, account=account)
    with siri.get("/products/devices.csv") as answer:
        assert answer.status_code == 200
    rows = exports.rows

    def slowly(*args: Any, **more: Any) -> Iterator[Any]:
        for row in rows(*args, **more):
            yield row
            withdraw(session)

    monkeypatch.setattr(exports, "rows", slowly)
    monkeypatch.setattr(sheets, "LOOKED_EVERY", 0)
    for format in ("csv", "xlsx"):
        with siri.get(f"/products/devices.{format}") as answer:
            assert (answer.status_code, answer.location) == (303, "/partner")


def test_a_download_goes_on_while_the_right_is_there(
    session: Session, siri: FlaskClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_product(session, account=account)
    monkeypatch.setattr(sheets, "LOOKED_EVERY", 0)
    with siri.get("/products/devices.csv") as answer:
        assert answer.status_code == 200
        assert product.reference in answer.get_data(as_text=True)

"""A replacement that was delivered, and those who have to do with it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event
from portal.base.mails import Mail
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage, Track
from portal.replacements.step_models import ReplacementStep
from tests.conftest import SignInAs
from tests.factories import account_of, make_product, make_replacement, make_user

DELIVERED = date(2026, 11, 23)  # a Monday
DUE = date(2026, 12, 7)  # ten business days later
BACK: dict[str, Any] = {
    "stage": Stage.DELIVERED,
    "returned": ReturnStage.LABEL_READY,
    "liability": Liability.AT_RISK,
    "shipped_at": datetime(2026, 11, 20, 12, tzinfo=UTC),
    "delivered_on": DELIVERED,
    "return_due_on": DUE,
    "at_risk": Decimal("4190.00"),
    "currency": "NOK",
    "new_serial_number": "8G22419999ZZCV",
}


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def lars(session: Session) -> User:
    return make_user(session, role=Role.LOGISTICS, name="Lars Lager")


@pytest.fixture
def liv(session: Session) -> User:
    return make_user(session, role=Role.LOGISTICS, name="Liv Lager")


@pytest.fixture
def customer(sign_in: SignInAs, ola: User) -> FlaskClient:
    return sign_in(ola)


@pytest.fixture
def desk(sign_in: SignInAs, lars: User) -> FlaskClient:
    return sign_in(lars)


@pytest.fixture
def both(customer: FlaskClient, desk: FlaskClient) -> tuple[FlaskClient, FlaskClient]:
    return customer, desk


@pytest.fixture
def rma(session: Session, account: Account, ola: User) -> Replacement:
    """The new device has come, and the faulty one is to be sent back."""
    return make_replacement(session, account, by=ola, **BACK)


def sent(session: Session, account: Account, it: Replacement) -> Any:
    """The device that was sent, registered where the faulty one was."""
    made = make_product(
        session, account=account, model=it.model, serial_number=it.new_serial_number
    )
    session.commit()
    return made


def fresh(session: Session, it: Replacement) -> Replacement:
    session.expire_all()
    return session.get_one(Replacement, it.id)


def done(session: Session, it: Replacement) -> list[Any]:
    here = (Event.kind == "replacement", Event.record_id == it.id)
    return list(session.scalars(select(Event.what).where(*here).order_by(Event.number)))


def went(session: Session, it: Replacement, track: Track) -> list[str]:
    steps = (ReplacementStep.replacement_id == it.id, ReplacementStep.track == track)
    query = select(ReplacementStep.state).where(*steps).order_by(ReplacementStep.id)
    return list(session.scalars(query))


def told(session: Session, run_jobs: Callable[..., int]) -> list[tuple[str, str]]:
    """Address and subject of all that was sent by mail, once it is sent."""
    while run_jobs(clock.now()):
        pass
    session.expire_all()
    mails = session.scalars(select(Mail).order_by(Mail.id))
    return [(it.address, it.subject.partition("] ")[2] or it.subject) for it in mails]

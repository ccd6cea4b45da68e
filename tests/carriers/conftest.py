"""A carrier over HTTP that says what a test wants, and a replacement whose parcel it has."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.app import open_worker
from portal.base import clock
from portal.base.access import Role
from portal.base.worker import Worker
from portal.carriers.actions import open_parcel, watch
from portal.carriers.models import CarrierEvent, Parcel, ParcelWatch
from portal.carriers.rules import Direction
from portal.config import Settings
from portal.demo_carrier import DemoCarrier, Handler, serving
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from tests.conftest import SETTINGS, SignInAs
from tests.factories import account_of, make_replacement, make_user

NUMBER = "370722150000017"
SENT = datetime(2026, 11, 19, 13, tzinfo=UTC)  # a Thursday
WAY: dict[str, Any] = {
    "stage": Stage.SHIPPED,
    "returned": ReturnStage.LABEL_READY,
    "liability": Liability.AT_RISK,
    "shipped_at": SENT,
    "carrier": "Posten",
    "tracking_number": NUMBER,
    "new_serial_number": "8G22419999ZZCV",
}


def event(status: str, hours: float, **told: Any) -> dict[str, Any]:
    """So many hours after the parcel was sent."""
    at = (SENT + timedelta(hours=hours)).astimezone(clock.OSLO)
    known = {"status": status, "dateIso": at.isoformat(), "city": "OSLO", "description": status}
    return known | told


def answer(*events: Any, number: str = NUMBER) -> dict[str, Any]:
    package = {"packageNumber": number, "eventSet": list(events)}
    return {"apiVersion": "2", "consignmentSet": [{"packageSet": [package]}]}


UNKNOWN = {"apiVersion": "2", "consignmentSet": [{"error": {"code": 404, "message": "Nothing"}}]}


@dataclass
class Desk(DemoCarrier):
    """What it answers of each number: an object, bytes as they are, or a status alone."""

    says: dict[str, Any] = field(default_factory=dict)
    otherwise: Any = field(default_factory=lambda: UNKNOWN)
    delay: float = 0
    asked: list[str] = field(default_factory=list)
    booked: list[Any] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    books: Any = None
    meanwhile: Callable[[], object] = lambda: None


class Scripted(Handler):
    carrier: Desk

    def do_GET(self) -> None:  # noqa: N802 - the name that is looked for
        number = self.path.partition("&q=")[2]
        self.carrier.asked.append(number)
        self.carrier.headers = dict(self.headers)
        self.carrier.meanwhile()
        time.sleep(self.carrier.delay)
        self.tell(self.carrier.says.get(number, self.carrier.otherwise))

    def do_POST(self) -> None:  # noqa: N802
        told = self.rfile.read(int(self.headers["Content-Length"]))
        self.carrier.booked.append(told)
        self.tell(self.carrier.books)

    def tell(self, what: Any) -> None:
        if isinstance(what, int):
            self.send(what, b"{}")
        elif isinstance(what, bytes):
            self.send(200, what)
        elif what is None:
            self.close_connection = True
        else:
            self.say(200, what)


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel("2026-11-20 14:00Z", tick=False):
        yield


@pytest.fixture
def posten() -> Desk:
    return Desk()


@pytest.fixture
def settings(posten: Desk) -> Iterator[Settings]:
    with serving(posten, Scripted) as url:
        yield replace(
            SETTINGS, bring_url=url, bring_uid="a@b.example", bring_key="k", bring_customer="5"
        )


@pytest.fixture
def worker(app: Flask, settings: Settings) -> Worker:
    return open_worker(app, settings)


@pytest.fixture
def look(session: Session, worker: Worker) -> Callable[[], None]:
    """What a worker does when the minute is full."""

    def once() -> None:
        from portal.base.jobs import later  # noqa: PLC0415

        later(session, "carriers.look")
        session.commit()
        worker.run_due(clock.now())
        session.expire_all()

    return once


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def customer(sign_in: SignInAs, ola: User) -> FlaskClient:
    return sign_in(ola)


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS))


def sent(
    session: Session, account: Account, *, number: str = NUMBER, back: str = "", **told: Any
) -> Replacement:
    """On its way, and watched; so is the one that comes back, where it has a number."""
    it = make_replacement(session, account, **WAY | {"tracking_number": number} | told)
    for way, called in ((Direction.OUT, number), (Direction.BACK, back)):
        if called:
            ways: Any = {"carrier": "Posten", "number": called, "now": it.shipped_at}
            watch(session, open_parcel(session, it, way, **ways), carrier="Posten", now=clock.now())  # type: ignore[arg-type]
    session.commit()
    return it


@pytest.fixture
def rma(session: Session, account: Account, ola: User) -> Replacement:
    return sent(session, account, by=ola)


def events(session: Session, direction: Direction = Direction.OUT) -> list[CarrierEvent]:
    found = session.query(CarrierEvent).filter_by(direction=direction)
    return list(found.order_by(CarrierEvent.at))


def watched(session: Session) -> ParcelWatch:
    return session.query(ParcelWatch).one()


def parcel(session: Session) -> Parcel:
    return session.query(Parcel).one()

"""Replacements in every state for the demo. Everything is made up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.accounts.actions import Person as Doer
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.demo_stories import ANNA, KARI, OLA
from portal.part_orders.actions import ask_for_parts
from portal.products.models import Product
from portal.replacements.actions import Asked, ask_for_replacements
from portal.replacements.addresses import Address
from portal.replacements.approving import call_off
from portal.replacements.deciding import decline
from portal.replacements.deeds import go, hold, settle
from portal.replacements.faults import Fault
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage, Track
from portal.replacements.shipping import deliver, ship
from portal.returns.receiving import receive_back
from portal.spare_parts.parts import spare_parts
from portal.web.session import Sessions

LARS = "lars@poly.example.com"
HERE = Address(
    recipient="Kari Nordmann",
    phone="+47 90 11 22 33",
    street="Storgata 45",
    postal_code="2609",
    city="Lillehammer",
    hours="Mandag til fredag 8–16",
)


@dataclass(frozen=True, slots=True)
class Story:
    """Whose device, so many days ago, and what was done since: each so many days ago too."""

    days: float
    serials: tuple[str, ...]
    deeds: tuple[tuple[float, str], ...] = ()
    fault: Fault = Fault.POWER
    told: dict[str, Any] = field(default_factory=dict)


def _phone(number: int) -> tuple[str, ...]:
    return (f"64167FNK{number}",)


SENT = ((1.2, "ship"),)
STORIES = (
    Story(45, _phone(23), ((44, "ship"), (42, "deliver"), (38, "back")), Fault.KEYS),
    Story(32, _phone(22), ((31, "ship"), (28, "deliver"))),
    Story(6, _phone(21), ((5.5, "ship"), (3, "deliver")), Fault.CALLS),
    Story(4, _phone(17), ((3.8, "cancel"),)),
    Story(3, ("NKH432012",), ((2.5, "decline"),), Fault.OTHER, {"description": "Den er rød."}),
    Story(2, _phone(20), ((1.7, "ship"), (1, "ready"))),
    Story(1.6, _phone(19), ((1.5, "ship"), (1, "transit")), Fault.KEYS),
    Story(1.4, _phone(18), SENT),
    Story(0.2, ("NKH432011",), (), Fault.BATTERY),
    Story(0.1, ("8L22109LHM12",), (), Fault.PICTURE),
    Story(0.05, tuple(f"64167FNK{number}" for number in range(11, 17)), (), Fault.CALLS),
)


def load(sessions: Sessions, *, nordlys: str) -> None:
    """Tell the stories of the account, where it has asked for no new device yet."""
    with sessions(scope=NOBODY) as session:
        account = session.scalars(select(Account.id).where(Account.name == nordlys)).one()
        emails = (KARI, OLA, ANNA, LARS)
        found = select(User.email, User.id).where(User.email.in_(emails))
        people = {email: Doer(number) for email, number in session.execute(found)}
    cast = _Cast(sessions, account, people)
    with cast.session() as session:
        if session.scalars(select(Replacement.id).limit(1)).first() is not None:
            return
    for number, story in enumerate(STORIES):
        cast.tell(story, number)
    with cast.at(0.3) as (session, now):
        part = next(iter(spare_parts(session).values()))
        ola = people[OLA]
        ask_for_parts(session, part, 8, HERE, recipient_id=None, by=ola, now=now)


class _Cast:
    def __init__(self, sessions: Sessions, account: int, people: dict[str, Doer]) -> None:
        self.sessions, self.account, self.people = sessions, account, people
        self.now = clock.now()

    def session(self, *, staff: bool = False) -> ScopedSession:
        scope = Scope(frozenset({self.account}), self.account, staff=staff, reason="demo")
        return self.sessions(scope=scope)

    def at(self, days: float, *, staff: bool = False) -> "_Moment":
        return _Moment(self.session(staff=staff), self.now - timedelta(days=days))

    def tell(self, story: Story, number: int) -> None:
        with self.at(story.days) as (session, now):
            wanted = select(Product).where(Product.serial_number.in_(story.serials))
            devices = session.scalars(wanted.order_by(Product.id)).all()
            if len(devices) != len(story.serials):
                return  # the customer has changed its list
            asked = Asked(fault=story.fault, untried="Haster", address=HERE, waits=True)
            for name, value in story.told.items():
                object.__setattr__(asked, name, value)
            kari = self.people[KARI]
            made = ask_for_replacements(session, devices, asked, by=kari, now=now)[0].id
        for days, deed in story.deeds:
            with self.at(days, staff=deed != "cancel") as (session, now):
                it = session.get_one(Replacement, made)
                DEEDS[deed](session, it, self.people, now, number)


class _Moment:
    """A transaction, as of then."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session, self._now, self._then = session, now, clock.as_of(now)

    def __enter__(self) -> tuple[ScopedSession, datetime]:
        self._then.__enter__()
        return self._session, self._now

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            self._session.commit()
        self._session.close()
        self._then.__exit__(kind, error, trace)


Deed = Callable[[ScopedSession, Replacement, dict[str, Doer], datetime, int], Any]


def _ship(
    session: ScopedSession, it: Replacement, who: dict[str, Doer], now: datetime, number: int
) -> None:
    told: dict[str, Any] = {"serial_number": f"64167F3457{number:02}", "carrier": "Posten"}
    tracking = f"3707221500000{number:02}"
    ship(session, it, tracking_number=tracking, by=who[LARS], now=now, **told)


def _goes(stage: Stage) -> Deed:
    def move(
        session: ScopedSession, it: Replacement, _who: dict[str, Doer], now: datetime, _number: int
    ) -> None:
        held = hold(session, it)
        go(session, held, Track.REPLACEMENT, stage, by=None, now=now)
        settle(session, held, now=now)

    return move


DEEDS: dict[str, Deed] = {
    "ship": _ship,
    "transit": _goes(Stage.IN_TRANSIT),
    "ready": _goes(Stage.READY_FOR_PICKUP),
    "deliver": lambda session, it, who, now, _number: deliver(
        session, it, on=clock.day_of(now), by=who[LARS], now=now
    ),
    "back": lambda session, it, who, now, _number: receive_back(
        session, it, serial_number="", unread=True, condition="Uten kabel", by=who[LARS], now=now
    ),
    "cancel": lambda session, it, who, now, _number: call_off(session, it, by=who[KARI], now=now),
    "decline": lambda session, it, who, now, _number: decline(
        session, it, "Fargen er ingen feil. Vi hjelper deg gjerne om noe ikke virker.",
        by=who[ANNA], now=now,
    ),
}  # fmt: skip

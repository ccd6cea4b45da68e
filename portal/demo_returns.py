"""Two returns of the demo: for one more time is asked, the other is destroyed. Made up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from portal.accounts.actions import Person as Doer
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.clock import day_of
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.demo_stories import INGRID, KARI
from portal.products.actions import Place, register_product
from portal.products.models import Product
from portal.replacements.actions import Asked, ask_for_replacement
from portal.replacements.addresses import Address
from portal.replacements.faults import CHECKS, Fault
from portal.replacements.models import Replacement
from portal.replacements.shipping import deliver, ship
from portal.returns.extending import ask_for_more_time
from portal.web.session import Sessions

LARS = "lars@poly.example.com"
NORDLYS_AT = Address(
    recipient="Kari Nordmann",
    phone="+4790112233",
    street="Elvegata 19",
    postal_code="2609",
    city="Lillehammer",
)
FJORDHELSE_AT = Address(
    recipient="Ingrid Moen",
    phone="+4798765432",
    street="Hafstadvegen 42",
    postal_code="6812",
    city="Førde",
)


@dataclass(frozen=True, slots=True)
class Story:
    """A device, and how many days ago what happened; None: it has not."""

    serial: str
    fault: Fault
    asked: float
    shipped: float | None = None
    delivered: float | None = None
    more_time: float | None = None
    new: str = ""


_F = Fault
# Serial number, fault, and how many days ago it was asked for, sent, delivered; then the new one.
NORDLYS = (Story("8L22109LHM11", _F.CAMERA, 9, 8.8, 7, more_time=1, new="8G2210A1F098LH"),)
FJORDHELSE = (Story("8G22107FHF0011", _F.PICTURE, 10, 9.8, 8, new="8G2210B2F098FH"),)


def load(sessions: Sessions, nordlys: str, fjordhelse: str) -> None:
    """Tell each story of whose device nothing is told yet."""
    with sessions(scope=NOBODY) as session:
        people = dict(iter(session.execute(select(User.email, User.id)).all()))
        accounts = dict(iter(session.execute(select(Account.name, Account.id)).all()))
    _tell(sessions, accounts[nordlys], people, KARI, (NORDLYS, NORDLYS_AT))
    _register(sessions, accounts[fjordhelse], people[INGRID])
    _tell(sessions, accounts[fjordhelse], people, INGRID, (FJORDHELSE, FJORDHELSE_AT))


def _register(sessions: Sessions, account_id: int, by: int) -> None:
    at = clock.now() - timedelta(days=40)
    scope = Scope(frozenset({account_id}), account_id)
    with clock.as_of(at), sessions(scope=scope) as session, session.begin():
        model = catalogue_of(session).named("Studio X30")
        if model is None or session.scalars(select(Product.id).limit(1)).first() is not None:
            return
        for number in range(3):
            register_product(
                session,
                model_id=model.id,
                serial_number=f"8G22107FHF{number + 11:04}",
                mac="",
                place=Place(site_id=None, room=f"Poliklinikk {number + 1}"),
                by=Doer(by),
                now=at,
            )


def _tell(
    sessions: Sessions,
    account_id: int,
    people: dict[str, int],
    who: str,
    told: tuple[tuple[Story, ...], Address],
) -> None:
    scope = Scope(frozenset({account_id}), account_id)
    staff = Scope(frozenset({account_id}), account_id, staff=True, reason="the demo")
    asker, lars = Doer(people[who]), Doer(people[LARS])
    for story in told[0]:
        with sessions(scope=scope) as session:
            if session.scalars(_of(story)).first() is not None:
                continue
        _do(sessions, scope, story.asked, _asking(story, told[1], asker, people[who]))
        for days, deed, whose in _deeds(story, lars, asker):
            if days is not None:
                _do(sessions, staff if whose is lars else scope, days, deed)


def _of(story: Story) -> Select[Replacement]:
    return select(Replacement).where(Replacement.product.has(serial_number=story.serial))


def _do(sessions: Sessions, scope: Scope, days_ago: float, deed: Any) -> None:
    at = clock.now() - timedelta(days=days_ago)
    with clock.as_of(at), sessions(scope=scope) as session, session.begin():
        deed(session, at)


def _asking(story: Story, address: Address, by: Doer, person: int) -> Any:
    def deed(session: ScopedSession, at: datetime) -> None:
        known = select(Product).where(Product.serial_number == story.serial)
        device = session.scalars(known).first()
        if device is not None:
            tried = list(range(len(CHECKS[story.fault])))
            asked = Asked(
                fault=story.fault, tried=tried, address=address, recipient_id=person, waits=True
            )
            ask_for_replacement(session, device, asked, by=by, now=at)

    return deed


def _deeds(story: Story, lars: Doer, asker: Doer) -> list[tuple[float | None, Any, Doer]]:
    def found(session: ScopedSession) -> Replacement | None:
        return session.scalars(_of(story)).first()

    def shipped(session: ScopedSession, at: datetime) -> None:
        if it := found(session):
            parcel: dict[str, Any] = {"tracking_number": f"37072215{it.id:07}", "carrier": "Posten"}
            ship(session, it, serial_number=story.new, **parcel, by=lars, now=at)

    def delivered(session: ScopedSession, at: datetime) -> None:
        if it := found(session):
            deliver(session, it, on=day_of(at), by=lars, now=at)

    def more_time(session: ScopedSession, at: datetime) -> None:
        it = found(session)
        if it and it.return_due_on:
            until, why = it.return_due_on + timedelta(days=7), "Den ligger på et annet kontor."
            ask_for_more_time(session, it, until, why, by=asker, now=at)

    return [
        (story.shipped, shipped, lars),
        (story.delivered, delivered, lars),
        (story.more_time, more_time, asker),
    ]

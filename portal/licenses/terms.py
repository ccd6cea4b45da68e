"""What staff decide about a license: its term, that it is revoked, and what takes its place."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.base.clock import day_of
from portal.base.db import broke, save
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.text import sort_key
from portal.base.words import N_, LabelledEnum, Refused
from portal.licenses.actions import Seat, held, noted
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.part_models import LicenseSuccession
from portal.licenses.queries import seats_in_use
from portal.licenses.registering import Terms
from portal.licenses.rules import Status, refuse_term
from portal.licenses.sealing import KeyRing


@dataclass(frozen=True, slots=True)
class Named:
    """A license's terms, with what it lets one use."""

    name: str
    terms: Terms

    @classmethod
    def of(cls, it: License) -> "Named":
        held = {name: getattr(it, name) for name in Terms.__dataclass_fields__}
        return cls(it.name, Terms(**held))

    def told(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in self.values().items()}

    def values(self) -> dict[str, Any]:
        return {"name": self.name, **asdict(self.terms)}


def _plain(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, LabelledEnum) else value


def change_terms(
    session: ScopedSession,
    ring: KeyRing,
    it: License,
    stated: Named,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """Save what was bought as it was stated; history has what it was before."""
    name = stated.name.strip()
    if not name:
        raise Refused(N_("Enter what the license is for."), field="name")
    refuse_term(stated.terms.starts_on, stated.terms.ends_on)
    if stated.terms.seats is not None and stated.terms.seats < it.seats_used:
        raise Refused(
            N_("%(used)s seats are in use. Take some back first, or write more."),
            field="seats",
            used=it.seats_used,
        )
    stated = replace(stated, name=name)
    before, after = Named.of(it).told(), stated.told()
    save(
        session,
        it,
        version=version,
        name_key=sort_key(name),
        changed_at=now,
        **stated.values(),
    )
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changes:
        index_licenses(session, ring, [it])
        happened(session, it, What.TERM_CHANGED, by=by, **changes)


def take_away(
    session: ScopedSession, it: License, *, because: str, by: Doer, now: datetime
) -> None:
    """Revoke a license for a reason, and tell those it concerns."""
    because = because.strip()
    if not because:
        raise Refused(N_("Write why it is revoked. The customer reads it."), field="reason")
    it.revoke(because=because, now=now)
    happened(session, it, What.REVOKED, by=by)
    _tell(session, it, by)


def replace_license(
    session: ScopedSession, ring: KeyRing, old: License, new: License, *, by: Doer, now: datetime
) -> None:
    """Let another license take a license's place, with all its seats; the old one is revoked."""
    if new.id == old.id:
        raise Refused(N_("A license cannot take its own place."), field="successor")
    for each in sorted((old, new), key=lambda it: it.id):  # two who do this wait in one order
        held(session, each)
    if new.status(day_of(now)) in {Status.REVOKED, Status.EXPIRED}:
        raise Refused(
            N_("%(number)s is revoked or has expired, and can take no place."),
            field="successor",
            number=new.reference,
        )
    if new.seats is not None and new.seats_used + old.seats_used > new.seats:
        raise Refused(
            N_(
                "%(number)s has %(left)s of %(seats)s seats left,"
                " and %(used)s are in use of this one."
            ),
            field="successor",
            number=new.reference,
            left=new.seats - new.seats_used,
            seats=new.seats,
            used=old.seats_used,
        )
    old.revoke(now=now)
    _succeed(session, old, new, by, now)
    for seat in session.scalars(seats_in_use([old.id])).all():
        _move(session, seat, old, new, by=by, now=now)
    index_licenses(session, ring, [old, new])
    happened(session, old, What.SUPERSEDED, by=by, successor=new.reference)
    happened(session, new, What.SUCCEEDED, by=by, predecessor=old.reference)
    _tell(session, old, by)


def _succeed(session: ScopedSession, old: License, new: License, by: Doer, now: datetime) -> None:
    try:
        with session.begin_nested():
            row = LicenseSuccession(license_id=old.id, successor_id=new.id, at=now)
            row.by_id = by.id or None
            session.add(row)
    except IntegrityError as error:
        if not broke(error, "uq_license_succession_license_id"):
            raise
        raise Refused(N_("Another license has taken its place already.")) from None


def _move(
    session: ScopedSession,
    seat: LicenseAssignment,
    old: License,
    new: License,
    *,
    by: Doer,
    now: datetime,
) -> None:
    where = {name: getattr(seat, name) for name in Seat.__dataclass_fields__}
    seat.end(now=now)
    made = LicenseAssignment(
        license_id=new.id, assigned_at=now, assigned_by_id=by.id or None, **where
    )
    session.add(made)
    session.flush()
    old.seats_used -= made.seats
    new.seats_used += made.seats
    noted(session, new, What.LICENSE_ASSIGNED, made, by=by, now=now, seats=made.seats)


def _tell(session: ScopedSession, it: License, by: Doer) -> None:
    later(
        session,
        "licenses.tell_revoked",
        account_id=it.account_id,
        license_id=it.id,
        by_id=by.id or None,
    )

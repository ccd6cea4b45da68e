"""What people do with the licenses they have: they see keys, and give seats away."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from portal.base.clock import day_of
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.visibility import sees_every_site
from portal.base.words import N_, Refused
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.queries import license_with_id
from portal.licenses.rules import Standing, refuse_assigning, refuse_seats
from portal.licenses.sealing import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where seats are: at a site, in a room of it, on a device, or with a person."""

    site_id: int | None = None
    room: str = ""
    product_id: int | None = None
    holder: str = ""
    seats: int = 1


def show_key(session: ScopedSession, ring: KeyRing, it: License, *, by: Doer) -> str:
    """The key in the clear. That it was shown is put on record with it."""
    key = opened(ring, it)
    happened(session, it, What.KEY_SHOWN, by=by)
    return key


def opened(ring: KeyRing, it: License) -> str:
    if it.key_sealed is None or it.sealed_with is None:
        raise Refused(N_("The license has no key."))
    return ring.unseal(it.account_id, it.key_sealed, it.sealed_with)


def file_key(ring: KeyRing, it: License) -> str:
    """The key for the license file; refused where there is to be none."""
    if it.standing is Standing.REVOKED:
        raise Refused(N_("The license is revoked: there is no license file of it."))
    return opened(ring, it) if it.key_sealed else ""


def take_file(session: ScopedSession, ring: KeyRing, it: License, *, by: Doer) -> str:
    """The same, as the file is taken. That it was is put on record with it."""
    key = file_key(ring, it)
    happened(session, it, What.LICENSE_FILE_TAKEN, by=by)
    return key


def note_copy(session: ScopedSession, it: License, *, by: Doer) -> None:
    """Put on record that a key that was shown is copied."""
    happened(session, it, What.KEY_COPIED, by=by)


def assign_license(
    session: ScopedSession, ring: KeyRing, it: License, seat: Seat, *, by: Doer, now: datetime
) -> LicenseAssignment:
    """Give seats of a license to a site, a room, a device or a person."""
    it = held(session, it)
    made = put(session, it, seat, used=it.seats_used, now=now, by=by)
    it.seats_used += made.seats
    noted(session, it, What.LICENSE_ASSIGNED, made, by=by, now=now, seats=made.seats)
    index_licenses(session, ring, [it])
    return made


def take_back(
    session: ScopedSession,
    ring: KeyRing,
    it: License,
    given: LicenseAssignment,
    *,
    by: Doer,
    now: datetime,
) -> None:
    """Take seats back, so that they can be given to others."""
    it = held(session, it)
    session.refresh(given)
    given.end(now=now)
    it.seats_used -= given.seats
    noted(session, it, What.LICENSE_TAKEN_BACK, given, by=by, now=now, seats=given.seats)
    index_licenses(session, ring, [it])


def move_seats(
    session: ScopedSession,
    ring: KeyRing,
    it: License,
    given: LicenseAssignment,
    seat: Seat,
    *,
    by: Doer,
    now: datetime,
) -> LicenseAssignment:
    """Take seats back and give them to others, in one."""
    it = held(session, it)
    session.refresh(given)
    given.end(now=now)
    made = put(session, it, seat, used=it.seats_used - given.seats, now=now, by=by)
    it.seats_used += made.seats - given.seats
    noted(session, it, What.MOVED, made, by=by, now=now, before=given.id)
    index_licenses(session, ring, [it])
    return made


def held(session: ScopedSession, it: License) -> License:
    """The license as it is now, and nobody else gives its seats away meanwhile."""
    if not sees_every_site(session.scope.limits):
        raise Refused(
            N_("You see chosen sites only. Ask somebody who sees all sites to assign licenses.")
        )
    now = license_with_id(it.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(now).one()


def put(
    session: ScopedSession, it: License, seat: Seat, *, used: int, now: datetime, by: Doer
) -> LicenseAssignment:
    """New seats, where so many are used by others."""
    refuse_assigning(it.status(day_of(now)))
    if not (seat.site_id or seat.product_id or seat.holder.strip()):
        raise Refused(N_("Write a site, a device or a person."), field="site")
    if seat.room.strip() and not seat.site_id:
        raise Refused(N_("Write at which site the room is."), field="site")
    refuse_seats(seat.seats, used=used, seats=it.seats)
    made = LicenseAssignment(
        license_id=it.id, assigned_at=now, assigned_by_id=by.id or None, **asdict(seat)
    )
    session.add(made)
    session.flush()
    return made


def noted(
    session: ScopedSession,
    it: License,
    what: What,
    seat: LicenseAssignment,
    *,
    by: Doer | None,
    now: datetime,
    **details: int,
) -> None:
    """Put on record what was done with seats of a license; it is indexed by the caller."""
    it.changed_at = now
    told: Mapping[str, int] = {"assignment": seat.id, **details}
    happened(session, it, what, by=by, **told)

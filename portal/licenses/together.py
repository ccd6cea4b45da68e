"""Seats of one license or of many, moved or taken back in one act; and that undone right after."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from portal.base.clock import day_of
from portal.base.history import Doer, What
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.licenses.actions import Seat, held, noted, put
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.part_models import Deed, SeatChange
from portal.licenses.part_queries import seat_change_locked, seats_with_ids
from portal.licenses.rules import MOST_AT_ONCE, UNDONE_WITHIN, Status, refuse_seats
from portal.licenses.sealing import KeyRing

Part = list[Any]  # see `SeatChange.parts`
CHANGED = N_("Somebody has changed the seats meanwhile. It cannot be undone any more.")


def remember(
    session: ScopedSession, what: Deed, parts: list[Part], *, by: Doer, now: datetime
) -> SeatChange:
    """Keep what was done with seats, so that it can be undone."""
    made = SeatChange(what=what, parts=parts, at=now, by_id=by.id or None)
    session.add(made)
    session.flush()
    return made


def move_together(
    session: ScopedSession,
    ring: KeyRing,
    given: Sequence[LicenseAssignment],
    seat: Seat,
    *,
    by: Doer,
    now: datetime,
) -> SeatChange:
    """Take them all back and give each as many seats there: all of them, or none."""
    parts, licenses = [], []
    for it, mine in _held_all(session, given):
        if it.status(day_of(now)) in {Status.REVOKED, Status.EXPIRED}:
            raise Refused(
                N_("%(number)s is revoked or has expired, and is given to nobody. Leave it out."),
                number=it.reference,
            )
        for each in mine:
            holder = each.holder
            each.end(now=now)
            made = put(
                session,
                it,
                replace(seat, seats=each.seats),
                used=it.seats_used - each.seats,
                now=now,
                by=by,
            )
            noted(session, it, What.MOVED, made, by=by, now=now, before=each.id)
            parts.append([it.id, each.id, holder, made.id])
        licenses.append(it)
    index_licenses(session, ring, licenses)
    return remember(session, Deed.MOVED, parts, by=by, now=now)


def take_back_together(
    session: ScopedSession,
    ring: KeyRing,
    given: Sequence[LicenseAssignment],
    *,
    by: Doer,
    now: datetime,
) -> SeatChange:
    parts, licenses = [], []
    for it, mine in _held_all(session, given):
        for each in mine:
            holder = each.holder
            each.end(now=now)
            it.seats_used -= each.seats
            noted(session, it, What.LICENSE_TAKEN_BACK, each, by=by, now=now, seats=each.seats)
            parts.append([it.id, each.id, holder, None])
        licenses.append(it)
    index_licenses(session, ring, licenses)
    return remember(session, Deed.TAKEN_BACK, parts, by=by, now=now)


def undo_change(
    session: ScopedSession, ring: KeyRing, change: SeatChange, *, by: Doer, now: datetime
) -> list[License]:
    """Let seats be as they were before, if nobody has done anything with them since."""
    change = session.scalars(seat_change_locked(change.id)).one()
    if change.undone_at is not None:
        raise Refused(N_("It is undone already."))
    if now - change.at > UNDONE_WITHIN:
        raise Refused(N_("What is done with seats can be undone for an hour. That time is over."))
    ids = [id for part in change.parts for id in (part[1], part[3]) if id]
    seats = {each.id: each for each in session.scalars(seats_with_ids(ids))}
    licenses = []
    for _license_id, same in groupby(sorted(change.parts, key=_license_of), key=_license_of):
        licenses.append(_put_back(session, list(same), seats, by=by, now=now))
    change.undone_at, change.parts = now, [[part[0], None, "", None] for part in change.parts]
    index_licenses(session, ring, licenses)
    return licenses


def _put_back(
    session: ScopedSession,
    parts: list[Part],
    seats: dict[int, LicenseAssignment],
    *,
    by: Doer,
    now: datetime,
) -> License:
    first = seats.get(parts[0][1] or parts[0][3])
    if first is None:
        raise Refused(CHANGED)
    it = held(session, first.license)
    for _license_id, ended_id, holder, made_id in parts:
        ended, made = seats.get(ended_id or 0), seats.get(made_id or 0)
        for each, wanted in ((ended, ended_id), (made, made_id)):
            if wanted and each is None:
                raise Refused(CHANGED)
        if made is not None:
            session.refresh(made)
            if made.ended_at is not None:
                raise Refused(CHANGED)
            it.seats_used -= made.seats
            noted(session, it, What.SEATS_UNDONE, made, by=by, now=now, seats=made.seats)
            session.delete(made)
        if ended is not None:
            session.refresh(ended)
            if ended.ended_at is None:
                raise Refused(CHANGED)
            _refuse_full(it, ended.seats)
            it.seats_used += ended.seats
            ended.go_on(holder=holder)
            if made is None:
                noted(session, it, What.SEATS_UNDONE, ended, by=by, now=now, seats=ended.seats)
    return it


def _refuse_full(it: License, seats: int) -> None:
    """They were given to others since."""
    try:
        refuse_seats(seats, used=it.seats_used, seats=it.seats)
    except Refused:
        raise Refused(CHANGED) from None


def _license_of(part: Part) -> int:
    return int(part[0])


def _held_all(
    session: ScopedSession, given: Sequence[LicenseAssignment]
) -> Iterator[tuple[License, list[LicenseAssignment]]]:
    """Each license as it is now, with those of its seats; in one order, so that two who do this at
    once wait for each other and not for both."""
    if not given:
        raise Refused(N_("Pick the seats first."))
    if len(given) > MOST_AT_ONCE:
        raise Refused(N_("Pick at most %(most)s seats at a time."), most=MOST_AT_ONCE)
    in_order = sorted(given, key=lambda each: (each.license_id, each.id))
    for _license_id, same in groupby(in_order, key=lambda each: each.license_id):
        mine = list(same)
        it = held(session, mine[0].license)
        for each in mine:
            session.refresh(each)
        yield it, mine

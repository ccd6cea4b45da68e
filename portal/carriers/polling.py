"""A batch of parcels: leased, asked for with no transaction open, and put down again.

Whoever dies in between has written nothing: the lease ends, the parcels are asked for again, and
what is told twice is kept once.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from secrets import token_hex
from typing import Any

from sqlalchemy.exc import DBAPIError

from portal.base import clock
from portal.base.access import AccountClosed
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.carriers.actions import events_by_direction, note
from portal.carriers.asking import Asked, Asking
from portal.carriers.interface import Carrier
from portal.carriers.models import ParcelWatch
from portal.carriers.queries import (
    claim,
    given_again,
    keys_known,
    locked,
    parcels_of,
    put_down,
    standing,
)
from portal.carriers.rules import Answer, Direction, pause, within_time
from portal.replacements.rules import ON_THE_WAY, RETURN_OPEN

BATCH = 400
_log = logging.getLogger(__name__)
_WHY = "asking carriers for parcels"
_EVERYTHING = Scope(None, None, staff=True, reason=_WHY)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How soon a parcel is asked for again, and for how long at all."""

    first: timedelta
    longest: timedelta

    @classmethod
    def of(cls, settings: Any) -> "Rhythm":
        seconds, days = int(settings.carrier_pause), int(settings.carrier_days)
        return cls(timedelta(seconds=seconds), timedelta(days=days))


def ask_for_some(run: Run, carriers: Sequence[Carrier], rhythm: Rhythm) -> tuple[int, bool]:
    """How many were due, and whether it is any use to go on."""
    lease, now, asking = token_hex(16), clock.now(), Asking(carriers)
    with run.session(NOBODY) as session:
        names = [it.name for it in carriers]
        watches = list(session.scalars(claim(names, lease, now, BATCH)))
        session.expunge_all()
    if not watches:
        return 0, False
    with run.reading(_EVERYTHING) as session:
        going, ends = _going(session, watches, now - rhythm.longest), _ends(session, watches)
    asked = [_ours(it, ends, now) for it in asking.all(it for it in watches if it.id in going)]
    run.beat()
    with run.reading(_EVERYTHING) as session:
        news = _news(session, asked)
    told = sorted((it for it in asked if it.watch.id in news), key=_account_of)
    for account_id, theirs in groupby(told, key=_account_of):
        try:
            _keep(run, account_id, list(theirs), lease, rhythm)
        except (DBAPIError, AccountClosed):  # theirs are asked for again, and the others' are kept
            _log.warning("parcels of account %d are not kept", account_id, exc_info=True)
        run.beat()
    with run.session(NOBODY) as session:
        over = [it.id for it in watches if it.id not in going]
        if over:
            session.execute(put_down(over, lease, next_at=None))
        _put_down(session, [it for it in asked if it.watch.id not in news], lease, rhythm)
    return len(watches), not asking.away


def _account_of(it: Asked) -> int:
    return it.watch.account_id


def _going(session: ScopedSession, watches: Iterable[ParcelWatch], oldest: datetime) -> set[int]:
    """Those that something is still awaited of."""
    ids = {it.replacement_id for it in watches}
    found = {row.id: row for row in session.execute(standing(ids))}
    going = set()
    for it in watches:
        row = found.get(it.replacement_id)
        if row is None or row.closed_at is not None or it.since < oldest:
            continue
        out = it.direction is Direction.OUT
        if row.stage in ON_THE_WAY if out else row.returned in RETURN_OPEN:
            going.add(it.id)
    return going


def _ends(session: ScopedSession, watches: Iterable[ParcelWatch]) -> dict[int, datetime]:
    """When a parcel's number was given to a newer one: from then on it tells of that."""
    given: dict[str, list[datetime]] = {}
    for number, since in session.execute(given_again({it.number for it in watches})):
        given.setdefault(number, []).append(since)
    later = {it.id: [day for day in given[it.number] if day > it.since] for it in watches}
    return {key: min(days) for key, days in later.items() if days}


def _ours(it: Asked, ends: dict[int, datetime], now: datetime) -> Asked:
    until = ends.get(it.watch.id)
    events = within_time(it.events, since=it.watch.since, until=until, now=now)
    return replace(it, events=tuple(events))


def _news(session: ScopedSession, asked: Sequence[Asked]) -> set[int]:
    """Of which parcels something is told that is not known yet."""
    ids = {it.watch.replacement_id for it in asked if it.events}
    known = {tuple(row) for row in session.execute(keys_known(ids))} if ids else set()
    return {
        it.watch.id
        for it in asked
        if any(
            (it.watch.replacement_id, it.watch.direction, each.key) not in known
            for each in it.events
        )
    }


def _keep(run: Run, account_id: int, asked: list[Asked], lease: str, rhythm: Rhythm) -> None:
    """What is new of an account's parcels: the events, the tracks and when to ask next are one
    transaction."""
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason=_WHY)
    ids, now = {it.watch.replacement_id for it in asked}, clock.now()
    with run.session(scope) as session:
        them = {it.id: it for it in session.scalars(locked(ids))}
        parcels = {
            (it.replacement_id, it.direction): it for it in session.scalars(parcels_of(*ids))
        }
        known = events_by_direction(session, *ids)
        for each in asked:
            key = (each.watch.replacement_id, each.watch.direction)
            it, parcel = them.get(key[0]), parcels.get(key)
            if it is None or parcel is None or parcel.number != each.watch.number:
                continue
            note(session, it, parcel, each.events, known.get(key, ()), now=now)
        fresh = [replace(it, wait=rhythm.first) for it in asked]
        _put_down(session, fresh, lease, rhythm, news=True)


def _put_down(
    session: ScopedSession,
    asked: Sequence[Asked],
    lease: str,
    rhythm: Rhythm,
    *,
    news: bool = False,
) -> None:
    """One statement for all that are told the same."""
    now = clock.now()
    alike: dict[Any, list[Asked]] = {}
    for it in asked:
        # A carrier that is away says nothing of how much there is to tell.
        tries = 0 if news else it.watch.tries + (it.answer is not Answer.SILENT)
        alike.setdefault((it.answer, tries, it.wait, it.asked), []).append(it)
    for (answer, tries, wait, was_asked), them in alike.items():
        told: dict[str, Any] = {"answer": answer, "tries": tries}
        told["next_at"] = now + (wait or pause(rhythm.first, tries - 1))
        if was_asked:
            told["asked_at"] = now
        if answer in {Answer.KNOWN, Answer.UNKNOWN}:
            told["answered_at"] = now
        session.execute(put_down([it.watch.id for it in them], lease, **told))

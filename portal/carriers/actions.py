"""Opening the parcels of a replacement, and moving its tracks by what carriers tell of them."""

import logging
from collections.abc import Sequence
from datetime import datetime, time

from portal.base import clock
from portal.base.clock import day_of
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.carriers.models import CarrierEvent, Parcel, ParcelWatch
from portal.carriers.queries import events_of, numbers_back, parcels_of, watch_of
from portal.carriers.rules import (
    MOST_KEPT,
    Direction,
    Event,
    Status,
    in_trouble,
    is_handed_in,
    stage_told,
)
from portal.carriers.telling import tell_of_pickup, tell_of_trouble
from portal.replacements.deeds import go, settle
from portal.replacements.indexing import found_by_also, index_replacement
from portal.replacements.models import Replacement
from portal.replacements.rules import ON_THE_WAY, ReturnStage, Stage, Track, may_go
from portal.replacements.shipping import deliver

_log = logging.getLogger(__name__)


def open_parcel(
    session: ScopedSession,
    it: Replacement,
    direction: Direction,
    *,
    carrier: str,
    number: str,
    label: str = "",
    now: datetime,
) -> Parcel:
    """One of the two parcels, with its number as soon as there is one."""
    known = session.scalars(parcels_of(it.id))
    parcel = next((each for each in known if each.direction is direction), None)
    if parcel is None:
        ids = {"account_id": it.account_id, "replacement_id": it.id}
        parcel = Parcel(**ids, direction=direction, number="", since=_morning(now))
        session.add(parcel)
    elif (number, carrier) != (parcel.number, parcel.carrier):
        parcel.since = _morning(now)
        parcel.status = parcel.status_at = None
        parcel.trouble = False
        for told in session.scalars(events_of(it.id)):  # of another parcel, as it turned out
            if told.direction is direction:
                session.delete(told)
    if number != parcel.number:
        parcel.number, parcel.label = number, label
    parcel.carrier = carrier
    session.flush()
    if direction is Direction.BACK:
        index_replacement(session, it)  # which is found by its number from now on
    return parcel


def _number_back(session: ScopedSession, it: Replacement) -> list[str]:
    """What stands on the label of the parcel that comes back, once there is one."""
    if it.shipped_at is None or it.part_id is not None or it.retain_and_destroy:
        return []
    return [number for _id, number in session.execute(numbers_back([it.id]))]


found_by_also(_number_back)


def watch(session: ScopedSession, parcel: Parcel, *, carrier: str, now: datetime) -> None:
    """Have its carrier asked for it from now on. Twice is once."""
    it = session.scalars(watch_of(parcel.replacement_id, parcel.direction)).one_or_none()
    if it is not None and (it.number, it.carrier) == (parcel.number, carrier):
        return
    if it is None:
        it = ParcelWatch(replacement_id=parcel.replacement_id, direction=parcel.direction)
        it.account_id = parcel.account_id
        session.add(it)
    it.carrier, it.number, it.since = carrier, parcel.number, parcel.since
    it.next_at, it.lease, it.tries = now, None, 0
    session.flush()


def watch_no_more(session: ScopedSession, parcel: Parcel) -> None:
    """It goes with a carrier that cannot be asked, as it turned out."""
    for it in session.scalars(watch_of(parcel.replacement_id, parcel.direction)):
        session.delete(it)


def have_ordered(session: ScopedSession, it: Replacement, direction: Direction) -> None:
    """Have a carrier asked to take a parcel, once this transaction is kept. Twice is once."""
    later(
        session,
        "carriers.book",
        key=f"carriers.book {it.id} {direction}",
        account_id=it.account_id,
        replacement_id=it.id,
        direction=direction.value,
    )


def note(
    session: ScopedSession,
    it: Replacement,
    parcel: Parcel,
    told: Sequence[Event],
    known: Sequence[CarrierEvent],
    *,
    now: datetime,
) -> None:
    """Keep what is new of what a carrier tells, and move the tracks to where all of it leads.

    It does not matter in which order it comes: it is sorted by its own time, and told again it is
    what is known already.
    """
    keys = {each.key for each in known}
    new = [each for each in told if each.key not in keys]
    if len(known) + len(new) > MOST_KEPT:
        _log.warning("parcel %d: its carrier tells more than is kept", parcel.id)
        new = new[: max(0, MOST_KEPT - len(known))]
    session.add_all(_record(parcel, each) for each in new)
    events = [*(_event(each) for each in known), *new]
    if events:
        # What moves the parcel says more of it than that somebody was told of it.
        last = max(events, key=lambda each: (each.status is not Status.OTHER, each.at))
        parcel.status, parcel.status_at = last.status, last.at
    parcel.trouble = in_trouble(events)
    session.flush()
    tell_of_trouble(session, it, parcel, new)
    try:
        with session.begin_nested():
            _move(session, it, parcel, events, now=now)
    except Refused as refusal:
        _log.warning("replacement %d does not follow its parcel: %s", it.id, refusal.message)


def _move(
    session: ScopedSession,
    it: Replacement,
    parcel: Parcel,
    events: Sequence[Event],
    *,
    now: datetime,
) -> None:
    if parcel.direction is Direction.BACK:
        if it.returned is ReturnStage.LABEL_READY and is_handed_in(events):
            go(session, it, Track.RETURN, ReturnStage.UNDER_WAY, by=None, now=now)
            settle(session, it, now=now)
        return
    told = stage_told(events)
    if told is None or it.stage not in ON_THE_WAY:
        return
    stage, at = told
    if stage is Stage.DELIVERED:
        on = max(day_of(it.shipped_at or at), min(day_of(at), day_of(now)))
        deliver(session, it, on=on, by=None, now=now)
    elif may_go(it.stage, stage):
        if stage is Stage.READY_FOR_PICKUP:
            tell_of_pickup(session, it, parcel)
        go(session, it, Track.REPLACEMENT, stage, by=None, now=now)
        settle(session, it, now=now)


def events_by_direction(
    session: ScopedSession, *replacement_ids: int
) -> dict[tuple[int, Direction], list[CarrierEvent]]:
    found: dict[tuple[int, Direction], list[CarrierEvent]] = {}
    for each in session.scalars(events_of(*replacement_ids)):
        found.setdefault((each.replacement_id, each.direction), []).append(each)
    return found


def _record(parcel: Parcel, told: Event) -> CarrierEvent:
    return CarrierEvent(
        account_id=parcel.account_id,
        replacement_id=parcel.replacement_id,
        direction=parcel.direction,
        key=told.key,
        at=told.at,
        status=told.status,
        code=told.code,
        place=told.place,
        text=told.text,
    )


def _event(it: CarrierEvent) -> Event:
    return Event(at=it.at, status=it.status, code=it.code, place=it.place, text=it.text)


def _morning(moment: datetime) -> datetime:
    """The beginning of the day, for a parcel may be handed in before it is registered here."""
    return datetime.combine(day_of(moment), time(), clock.OSLO)

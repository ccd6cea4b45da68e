"""Tries, counted in the database where there is no Redis: for every process that shares it.

One row a bucket, locked while it is looked at, so that of many at once no more get through than
there is room for. In a transaction of its own: what is refused is counted all the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from sqlalchemy import JSON, Select, String, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import clock
from portal.base.db import Base
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY


class Attempts(Base):
    """When something was tried, as long as that counts."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64), unique=True)  # hashed: it tells nobody's name
    moments: Mapped[list[float]] = mapped_column(JSON, default=list)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Room(NamedTuple):
    """So many tries in so many seconds, under this name."""

    bucket: str
    tries: int
    seconds: int


def seconds_left(session: Session, rooms: Iterable[Room], times: int = 1) -> int:
    """How long until there is room in all of them; 0 when there is room now."""
    rooms = list(rooms)
    held = {it.bucket: it.moments for it in session.scalars(_all(rooms))}
    return max((_wait(room, held.get(room.bucket, ()), times) for room in rooms), default=0)


def add(session: Session, rooms: Iterable[Room], times: int = 1, *, strict: bool = False) -> int:
    """Count tries; with `strict` only where there is room for them, and how long until there is."""
    # Each deed names its limits in one order always, so two never wait for each other.
    rooms = list(rooms)
    held = [_held(session, room) for room in rooms]
    wait = max(
        (_wait(room, it.moments, times) for room, it in zip(rooms, held, strict=True)), default=0
    )
    if wait and strict:
        return wait
    now = clock.now()
    for room, row in zip(rooms, held, strict=True):
        row.moments = [*_counting(room, row.moments), *[now.timestamp()] * times][-room.tries :]
        row.ends_at = now + timedelta(seconds=room.seconds)
    session.flush()
    return wait


@lets_go("tries")
def forget(run: Run, before: datetime) -> None:
    """Let go of what counts no more."""
    with run.session(NOBODY) as session:
        session.execute(delete(Attempts).where(Attempts.ends_at < before))


def _all(rooms: list[Room]) -> Select[Attempts]:
    return select(Attempts).where(Attempts.bucket.in_([room.bucket for room in rooms]))


def _held(session: Session, room: Room) -> Attempts:
    ask = select(Attempts).where(Attempts.bucket == room.bucket).with_for_update()
    found = session.scalars(ask).one_or_none()
    if found is None:
        try:
            with session.begin_nested():
                session.add(Attempts(bucket=room.bucket, moments=[], ends_at=clock.now()))
        except IntegrityError:
            pass  # somebody else tried for the first time in the same moment
        found = session.scalars(ask).one()
    return found


def _counting(room: Room, moments: Iterable[float]) -> list[float]:
    since = clock.now().timestamp() - room.seconds
    return [moment for moment in moments if moment > since]


def _wait(room: Room, moments: Iterable[float], times: int) -> int:
    counting = _counting(room, moments)
    over = len(counting) + times - room.tries
    if over <= 0:
        return 0
    leaves = counting[min(over, len(counting)) - 1] if counting else clock.now().timestamp()
    return max(1, ceil(leaves + room.seconds - clock.now().timestamp()))

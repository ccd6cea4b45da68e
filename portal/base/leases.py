"""Who does which job, and for how long. A worker holds a lease; whoever lost it changes nothing.

Each deed is one statement that works alike on SQLite and PostgreSQL, and each names the lease, so
that a worker that slept through the end of its own cannot finish, fail or extend the job.
"""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, String, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import clock
from portal.base.db import Base
from portal.base.jobs import HANDLERS, Job, next_slot

LEASE = timedelta(seconds=30)
TRIES = 5
WAITS = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)]
_LONGEST_ERROR = 400
_FORGOTTEN = timedelta(hours=1)


class Pulse(Base):
    """A worker process, and when it last showed that it lives."""

    __tablename__ = "worker_pulse"

    id: Mapped[int] = mapped_column(primary_key=True)
    worker: Mapped[str] = mapped_column(String(80), unique=True)
    seen_at: Mapped[datetime]


class LeaseLost(Exception):
    """Someone else has the job now. What this worker did for it must not be kept."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """How the jobs are doing, for those who watch over the portal."""

    depth: int  # jobs that should have begun
    oldest: timedelta  # for how long the first of them should have
    parked: int
    worker_seen_at: datetime | None


def time_of(session: Session) -> datetime:
    """The time that leases are measured by: the database server's, which all machines share."""
    if session.get_bind().dialect.name == "postgresql":
        moment: datetime = session.scalars(select(func.now())).one()
        return moment
    return clock.now()


def is_due(session: Session, now: datetime) -> bool:
    """Whether it is worth asking for a job: reading is cheap, claiming waits for the write lock."""
    due = select(Job.id).where(Job.due_at <= now, Job.name.in_(HANDLERS)).limit(1)
    return session.scalars(due).first() is not None


def claim(session: Session, lease: str, now: datetime) -> Job | None:
    """Lease the job that has been due for longest, of the kinds this version knows."""
    waiting = (
        select(Job.id)
        .where(Job.due_at <= now, Job.name.in_(HANDLERS))
        .order_by(Job.due_at, Job.id)  # those of one moment in the order they were asked for
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = (
        update(Job)
        .where(Job.id == waiting)
        .values(lease=lease, due_at=now + LEASE, tries=Job.tries + 1, key=None)
        .returning(Job)
    )
    return session.scalars(taken, execution_options={"synchronize_session": False}).one_or_none()


def extend(session: Session, job: Job, now: datetime) -> None:
    """Keep the job. In the transaction of its work, this is what refuses a worker that lost it."""
    _change(session, job, due_at=now + LEASE)


def finish(session: Session, job: Job, now: datetime) -> None:
    """The job is done: it is gone, or waits for its next slot."""
    handler = HANDLERS.get(job.name)
    if job.repeats and handler and handler.every:
        due_at = next_slot(now, handler.every)
        _change(session, job, due_at=due_at, asked_at=due_at, lease=None, tries=0, error="")
    elif not _touched(session.execute(delete(Job).where(*_held(job)))):
        raise LeaseLost(job.name)


def put_back(session: Session, job: Job, due_at: datetime, error: str = "") -> None:
    """Give the job back as if it had not been tried."""
    error = error[:_LONGEST_ERROR]
    _change(session, job, due_at=due_at, lease=None, tries=max(job.tries - 1, 0), error=error)


def fail(session: Session, job: Job, now: datetime, error: str, *, hopeless: bool = False) -> bool:
    """Try again after a while; the fifth time, or when it is hopeless, park. True when parked."""
    error = error[:_LONGEST_ERROR]
    parked = hopeless or job.tries >= TRIES
    if parked:
        _change(session, job, due_at=None, lease=None, parked_at=now, error=error)
    else:
        _change(session, job, due_at=now + WAITS[job.tries - 1], lease=None, error=error)
    return parked


def retry(session: Session, job_id: int, now: datetime) -> bool:
    """Let a parked job begin anew. False when it is not parked any more."""
    parked = (Job.id == job_id, Job.parked_at.is_not(None))
    anew = {"due_at": now, "asked_at": now, "parked_at": None, "tries": 0, "lease": None}
    return _touched(session.execute(update(Job).where(*parked).values(**anew)))


def discard(session: Session, job_id: int) -> bool:
    """Give a parked job up. False when it is not parked any more."""
    parked = (Job.id == job_id, Job.parked_at.is_not(None))
    return _touched(session.execute(delete(Job).where(*parked)))


def schedule(session: Session, now: datetime) -> None:
    """See to it that every repeating job has its one row, and that a parked one tries again."""
    repeating = {name: each.every for name, each in HANDLERS.items() if each.every}
    found = {
        job.repeats: job for job in session.scalars(select(Job).where(Job.repeats.is_not(None)))
    }
    for name, period in repeating.items():
        job = found.get(name)
        if job is None:
            _begin(session, name, now)
        elif job.parked_at and next_slot(job.parked_at, period) <= now:
            retry(session, job.id, now)


def show_life(session: Session, now: datetime) -> None:
    """Leave word that this process lives, and forget those that have been silent for an hour."""
    session.execute(delete(Pulse).where(Pulse.seen_at < now - _FORGOTTEN))
    here = f"{socket.gethostname()[:60]} {os.getpid()}"
    seen = update(Pulse).where(Pulse.worker == here).values(seen_at=now)
    if not _touched(session.execute(seen)):
        session.add(Pulse(worker=here, seen_at=now))


def queue_state(session: Session) -> QueueState:
    now = time_of(session)
    due = select(func.count(Job.id), func.min(Job.due_at)).where(Job.due_at <= now)
    depth, since = session.execute(due).one()
    parked = select(func.count(Job.id)).where(Job.parked_at.is_not(None))
    seen = session.scalars(select(func.max(Pulse.seen_at))).one()
    oldest = now - since if since else timedelta()
    return QueueState(depth, oldest, session.scalars(parked).one(), seen)


def _begin(session: Session, name: str, now: datetime) -> None:
    try:
        with session.begin_nested():
            session.add(Job(name=name, repeats=name, payload={}, asked_at=now, due_at=now))
    except IntegrityError:
        pass  # another worker began it


def _change(session: Session, job: Job, **values: Any) -> None:
    statement = update(Job).where(*_held(job)).values(**values)
    options = {"synchronize_session": False}
    if not _touched(session.execute(statement, execution_options=options)):
        raise LeaseLost(job.name)


def _held(job: Job) -> Iterable[Any]:
    return (Job.id == job.id, Job.lease == job.lease)


def _touched(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1

"""Work that is done after the answer was sent: rows of our own database.

`later` writes a job in the caller's transaction, so that a deed and what follows from it are kept
or undone together. A worker (base/worker.py) leases one job at a time and calls the function that
`handles` its name. A function can be called again after it failed or its process died: it must
come to the same result when part of its work is done already.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import clock
from portal.base.db import Base, broke

Function = TypeVar("Function", bound=Callable[..., None])


class Job(Base):
    """One thing to do. Shared: a worker finds it before there is a scope."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    # For whom it is done: the scope is rebuilt from the rights this person has when it runs.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)  # while it waits
    repeats: Mapped[str | None] = mapped_column(String(80), unique=True)  # the name, if it does
    asked_at: Mapped[datetime]
    # When a worker may take it: when it was asked for, when its lease ends; never while parked.
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    lease: Mapped[str | None] = mapped_column(String(32))
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(400), default="")
    parked_at: Mapped[datetime | None] = mapped_column(index=True)


class Hopeless(Exception):
    """Trying this job again would not help: it is parked at once."""


class NotNow(Exception):
    """The world is not ready for this job. It waits, and that does not count as a try."""

    def __init__(self, reason: str, *, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Handler:
    """How a kind of job is done: by what, in how many seconds at most, and how often by itself."""

    function: Callable[..., None]
    limit: float
    every: timedelta | None


HANDLERS: dict[str, Handler] = {}
GIVEN_UP: dict[str, Callable[..., None]] = {}


def handles(name: str, *, limit: float = 60) -> Callable[[Function], Function]:
    """Let this function do the jobs of this name, within `limit` seconds."""
    return _register(name, limit, None)


def given_up(name: str) -> Callable[[Function], Function]:
    """Let this function undo the waiting for a job that is parked: `deed(session, **payload)`.

    It belongs to the same transaction, in the job's account.
    """

    def declare(function: Function) -> Function:
        GIVEN_UP[name] = function
        return function

    return declare


def every(
    name: str, *, limit: float = 60, hours: int = 0, minutes: int = 0
) -> Callable[[Function], Function]:
    """Let this function run by itself, once in each slot however many workers there are.

    Slots are counted in true time from 1970, so that the change to summer time moves none.
    """
    return _register(name, limit, timedelta(hours=hours, minutes=minutes))


def _register(name: str, limit: float, period: timedelta | None) -> Callable[[Function], Function]:
    def declare(function: Function) -> Function:
        HANDLERS[name] = Handler(function, limit, period)
        return function

    return declare


def next_slot(now: datetime, period: timedelta) -> datetime:
    since = now - datetime(1970, 1, 1, tzinfo=UTC)
    return now + period - since % period


def later(
    session: Session,
    name: str,
    *,
    at: datetime | None = None,
    key: str | None = None,
    account_id: int | None = None,
    user_id: int | None = None,
    **payload: Any,
) -> Job:
    """Have a job done once this transaction is kept, and not before `at`.

    With a `key`, a job with the same key that still waits is the one: twice asked, once done. One
    that is already running may have missed what this transaction writes, so it does not count.
    """
    now = clock.now()
    job = Job(
        name=name,
        payload=payload,
        key=key,
        account_id=account_id,
        user_id=user_id,
        asked_at=now,
        due_at=max(at or now, now),
    )
    if key is None:
        session.add(job)
        session.flush()
        return job
    return _join(session, job) or later(
        session, name, at=at, key=key, account_id=account_id, user_id=user_id, **payload
    )


def _join(session: Session, job: Job) -> Job | None:
    """The job, or the one that waits with its key; None when that one was just taken."""
    # Locked, so that no worker takes it before what we write can be read.
    same = (
        select(Job)
        .where(Job.key == job.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if waiting := session.scalars(same).one_or_none():
        if waiting.due_at and job.due_at:
            waiting.due_at = min(waiting.due_at, job.due_at)
        return waiting
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError as error:
        if not broke(error, "uq_job_key"):
            raise
        return session.scalars(same).one_or_none()
    return job

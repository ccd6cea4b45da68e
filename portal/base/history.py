"""The row that every deed leaves: who did what to which record, for whom, and when.

Written in the deed's own transaction, never changed afterwards. Rows hold ids and never names, so
that a person can be made pseudonymous. Each is hashed together with the one before it, account by
account, so that a row that was altered or taken away is found.
"""

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    ColumnElement,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    exists,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column

from portal.base import clock
from portal.base.db import Base
from portal.base.deeds import LOOKS
from portal.base.deeds import What as What  # noqa: PLC0414 - they belong together
from portal.base.event_chain import follow
from portal.base.places import place_at_hand
from portal.base.tenancy import Owned, ScopedSession
from portal.base.visibility import Limits, Narrowed, narrowed_classes


class _Happening:
    """The columns of a deed, whether it belongs to an account or to the vendor."""

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    what: Mapped[What]
    by_id: Mapped[int | None]
    on_behalf: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    place: Mapped[str | None] = mapped_column(String(60))  # the network it was done from
    reason: Mapped[str | None] = mapped_column(String(200))  # why staff did it to a customer
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    hash: Mapped[str] = mapped_column(String(64))

    def digest(self, previous: str) -> str:
        """The hash of this row and, through `previous`, of every row before it."""
        told = [
            previous,
            self.number,
            self.kind,
            self.record_id,
            self.what,
            self.by_id,
            self.on_behalf,
            self.at.timestamp(),
            self.details,
        ]
        if self.place or self.reason:
            told.append([self.place, self.reason])
        return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


class Event(Narrowed, Owned, _Happening, Base):
    """A deed in a customer's account. It is seen by whoever sees the record that it is about."""

    narrowed_by = "record_id"
    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        Index("ix_event_record", "account_id", "kind", "record_id", "at"),
        Index("ix_event_by", "account_id", "by_id", "number"),
        Index("ix_event_what", "account_id", "what", "number"),
        Index("ix_event_at", "account_id", "at"),
    )

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> ColumnElement[bool] | None:
        ways, kinds = [], []
        for kind in narrowed_classes():
            record: Any = aliased(kind)
            ours = issubclass(kind, Base) and not issubclass(kind, Event)
            if ours and kind.seen(limits, record) is not None:
                kinds.append(inspect(kind).local_table.name)
                # The session narrows the records that it looks among, here as everywhere.
                there = exists().where(record.id == table.record_id).correlate_except(record)
                ways.append(and_(table.kind == kinds[-1], there))
        return or_(table.kind.not_in(kinds), *ways) if kinds else None

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        return True  # what somebody may do, they may note


class DeskEvent(_Happening, Base):
    """A deed outside every account: the catalogue, sign-ins, the vendor's own people."""

    __tablename__ = "desk_event"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_desk_event_by", "by_id", "number"),
        Index("ix_desk_event_what", "what", "number"),
    )


# What else follows from a deed outside every account, by its kind: accounts/echoes.py.
FOLLOWERS: dict[str, Callable[[Session, DeskEvent], None]] = {}


class Doer(Protocol):
    """Whoever does something. One who knows it also says from which `place`, for what `reason`."""

    @property
    def id(self) -> int: ...

    @property
    def on_behalf(self) -> bool: ...


def happened(
    session: Session, record: Any, what: What, *, by: Doer | None, **details: Any
) -> Event | DeskEvent:
    """Write that `by` (None: the portal itself) did this to `record`.

    Of what is internal the vendor's own history tells: no customer's may know that it is there.
    """
    if isinstance(record, Owned) and not getattr(record, "internal", False):
        if record.account_id is None:
            session.flush()  # which stamps it
        return happened_in(session, record.account_id, record, what, by=by, **details)
    noted = DeskEvent()
    _write(session, noted, record, what, by=by, details=details)
    if follower := FOLLOWERS.get(noted.kind):
        follower(session, noted)
    return noted


def happened_in(
    session: Session, account_id: int, record: Any, what: What, *, by: Doer | None, **details: Any
) -> Event | DeskEvent:
    """The same of a record that is nobody's, in the history of the account it concerns."""
    return _write(session, Event(account_id=account_id), record, what, by=by, details=details)


def _write(
    session: Session,
    event: Event | DeskEvent,
    record: Any,
    what: What,
    *,
    by: Doer | None,
    details: dict[str, Any],
) -> Event | DeskEvent:
    if record.id is None:
        session.flush()
    event.kind, event.record_id, event.what = record.__tablename__, record.id, what
    event.by_id, event.on_behalf = (by.id or None) if by else None, False
    if by is not None:  # done to an account in the vendor's name, it is none of its own people's
        staff = isinstance(session, ScopedSession) and session.scope.staff
        event.on_behalf = isinstance(event, Event) and (by.on_behalf or staff)
        event.place = getattr(by, "place", "") or place_at_hand() or None
        event.reason = getattr(by, "reason", "") or None
    event.at, event.details = clock.now().replace(microsecond=0), details
    follow(session, event, f"account {event.account_id}" if isinstance(event, Event) else "desk")
    session.add(event)
    session.flush()
    return event


def events_of(record: DeclarativeBase) -> Select[Any]:
    """What was done to one record, newest first."""
    ours = isinstance(record, Owned) and not getattr(record, "internal", False)
    table: Any = Event if ours else DeskEvent
    return (
        select(table)
        .where(table.what.not_in(LOOKS))
        .where(table.kind == record.__tablename__, table.record_id == record.id)  # type: ignore[attr-defined]
        # Hidden from the index of numbers, which are the account's: all of it would be read.
        .order_by((table.number + 0).desc())
    )


def events_here(record: DeclarativeBase) -> Select[Any]:
    """The same of a record that is nobody's, in the history of the accounts at hand."""
    return (
        select(Event)
        .where(Event.what.not_in(LOOKS))
        .where(Event.kind == record.__tablename__, Event.record_id == record.id)  # type: ignore[attr-defined]
        .order_by(Event.number.desc())
    )

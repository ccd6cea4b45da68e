"""The row that every deed leaves: who did what to which record, for whom, and when.

Written in the deed's own transaction, never changed afterwards. Rows hold ids and never names, so
that a person can be made pseudonymous. Each is hashed together with the one before it, account by
account, so that a row that was altered or taken away is found.
"""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import JSON, Select, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from portal.base import clock
from portal.base.db import Base
from portal.base.tenancy import Owned
from portal.base.words import N_, LabelledEnum


class What(LabelledEnum):
    """What happened, worded so that a name and a time can stand beside it."""

    BROUGHT_BACK = "brought_back", N_("Brought back into use")
    CHANGED = "changed", N_("Changed")
    COUNTED = "counted", N_("Number changed")
    CREATED = "created", N_("Created")
    IMPORTED = "imported", N_("Device list imported")
    IMPORT_UNDONE = "import_undone", N_("Import undone")
    MOVED = "moved", N_("Moved")
    REACHED = "reached", N_("Account opened by staff")
    REGISTERED = "registered", N_("Registered")
    REMOVED = "removed", N_("Removed")
    RETIRED = "retired", N_("Taken out of use")
    SIGNED_IN = "signed_in", N_("Signed in")
    SIGNED_OUT = "signed_out", N_("Signed out")
    SIGN_IN_FAILED = "sign_in_failed", N_("Sign-in refused")
    PASSWORD_CHANGED = "password_changed", N_("Password changed")


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
        return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


class Event(Owned, _Happening, Base):
    """A deed in a customer's account."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("account_id", "number"),)


class DeskEvent(_Happening, Base):
    """A deed outside every account: the catalogue, sign-ins, the vendor's own people."""

    __tablename__ = "desk_event"
    __table_args__ = (UniqueConstraint("number"),)


class EventChain(Base):
    """Where a chain of events ends: one row an account, and one for the desk."""

    __tablename__ = "event_chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Doer(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def on_behalf(self) -> bool: ...


def happened(
    session: Session, record: Any, what: What, *, by: Doer | None, **details: Any
) -> Event | DeskEvent:
    """Write that `by` (None: the portal itself) did this to `record`."""
    if isinstance(record, Owned):
        if record.account_id is None:
            session.flush()  # which stamps it
        event = Event(account_id=record.account_id)
        return _write(session, event, record, what, by=by, details=details)
    return _write(session, DeskEvent(), record, what, by=by, details=details)


def happened_in(
    session: Session, account_id: int, record: Any, what: What, *, by: Doer | None, **details: Any
) -> Event | DeskEvent:
    """The same of a record that is nobody's, in the history of the account it concerns."""
    event = Event(account_id=account_id)
    return _write(session, event, record, what, by=by, details=details)


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
    event.by_id, event.on_behalf = (by.id, by.on_behalf) if by else (None, False)
    event.at, event.details = clock.now().replace(microsecond=0), details
    chain = f"account {event.account_id}" if isinstance(event, Event) else "desk"
    _follow(session, event, chain)
    session.add(event)
    session.flush()
    return event


def events_of(record: DeclarativeBase) -> Select[Any]:
    """What happened to one record, newest first."""
    table: Any = Event if isinstance(record, Owned) else DeskEvent
    return (
        select(table)
        .where(table.kind == record.__tablename__, table.record_id == record.id)  # type: ignore[attr-defined]
        .order_by(table.number.desc())
    )


def broken_link(events: "list[Event] | list[DeskEvent]") -> Event | DeskEvent | None:
    """The first of these rows (oldest first, complete) that does not follow from the one before."""
    previous, number = "", 0
    for event in events:
        if event.number != number + 1 or event.hash != event.digest(previous):
            return event
        previous, number = event.hash, event.number
    return None


def _follow(session: Session, event: Event | DeskEvent, chain: str) -> None:
    """Give the row its number and hash after the last one of its chain."""
    # The chain's row is locked, so that two deeds cannot both follow the same one; a lock on the
    # last event would hand the second of them a last event that is no longer the last.
    ask = (
        select(EventChain)
        .where(EventChain.name == chain)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    end = session.scalars(ask).one_or_none()
    if end is None:
        try:
            with session.begin_nested():
                session.add(EventChain(name=chain, number=0, hash=""))
        except IntegrityError:
            pass  # a twin began the chain
        end = session.scalars(ask).one()
    event.number = end.number + 1
    event.hash = event.digest(end.hash)
    end.number, end.hash = event.number, event.hash

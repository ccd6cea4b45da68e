"""What nearly every page reads and few change, in the memory of each process: the catalogue of
models, the known issues, the incidents.

What is held is renewed at once in the process that changed it (when its transaction is kept), and
within `CHECK_EVERY` seconds in all others: that often a process asks for the numbers that every
change counts up. A check in every request would cost a statement a page.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import CursorResult, Engine, String, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base.db import Base
from portal.base.tenancy import ScopedSession

CHECK_EVERY = 5.0
_CHANGED = "changed_of_what_is_held"
Value = TypeVar("Value")


class Edition(Base):
    """Counts the changes of one kind of what is held, so that processes know when to read anew."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Value]):
    value: Value
    number: int  # of the change it was read after


@dataclass(frozen=True, slots=True)
class _Asked:
    numbers: dict[str, int]
    at: float


class Held(Generic[Value]):
    """Everything of one kind, made by `read` from the rows of `tables`; of their changes those that
    matter, which are all unless it is said.

    It is shared by everyone, so it holds nothing that belongs to an account.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[Session], Value],
        *tables: type[Base],
        matters: Callable[[object], bool] = lambda _: True,
    ) -> None:
        self.name, self.tables, self._read, self._matters = name, tables, read, matters
        self._kept: WeakKeyDictionary[Engine, _Kept[Value]] = WeakKeyDictionary()
        _KINDS.append(self)

    def of(self, session: Session, *, enough: Callable[[Value], bool] = lambda _: True) -> Value:
        """From memory when it can be. What is not `enough` for a page is read anew at once."""
        if self.name in session.info.get(_CHANGED, ()):
            return self._read(session)  # what is not yet kept is for this session only
        engine = session.get_bind().engine
        kept = self._kept.get(engine)
        if (
            kept
            and enough(kept.value)
            and kept.number == self._number(session, engine, CHECK_EVERY)
        ):
            return kept.value
        # The number first: should a change come between, the next check finds it and reads again.
        number = self._number(session, engine, 0)
        kept = self._kept[engine] = _Kept(self._read(session), number)
        return kept.value

    def last(self, engine: Engine) -> Value | None:
        """What was read last, for when the database does not answer."""
        kept = self._kept.get(engine.engine)
        return kept.value if kept else None

    def forget(self) -> None:
        """Read anew at the next question, in this process."""
        self._kept.clear()

    def concerned(self, touched: Iterable[object]) -> bool:
        """Whether what is held is another after these records have changed."""
        return any(type(it) in self.tables and self._matters(it) for it in touched)

    def _number(self, session: Session, engine: Engine, good_for: float) -> int:
        asked = _asked.get(engine)
        if asked is None or time.monotonic() - asked.at >= good_for:
            at = time.monotonic()
            rows = session.execute(select(Edition.name, Edition.number))
            numbers = {row.name: row.number for row in rows}
            asked = _asked[engine] = _Asked(numbers, at)
        return asked.numbers.get(self.name, 0)


_KINDS: list[Held[Any]] = []
_asked: WeakKeyDictionary[Engine, _Asked] = WeakKeyDictionary()


def forget_all() -> None:
    for kind in _KINDS:
        kind.forget()
    _asked.clear()


@event.listens_for(ScopedSession, "after_flush")
def _count(session: Session, _context: object) -> None:
    """Count every change of a row, so that no deed has to remember it."""
    touched = (*session.new, *session.dirty, *session.deleted)
    counted: set[str] = session.info.get(_CHANGED, set())
    changed = {kind.name for kind in _KINDS if kind.concerned(touched)} - counted
    if not changed:
        return
    session.info[_CHANGED] = counted | changed
    for name in sorted(changed):  # in one order, so that no two wait for each other
        one_more = update(Edition).where(Edition.name == name).values(number=Edition.number + 1)
        done = session.execute(one_more, execution_options={"synchronize_session": False})
        if not cast("CursorResult[Any]", done).rowcount:
            session.execute(insert(Edition).values(name=name, number=1))


@event.listens_for(ScopedSession, "after_commit")
def _kept(session: Session) -> None:
    if session.info.pop(_CHANGED, None):
        forget_all()


@event.listens_for(ScopedSession, "after_rollback")
def _undone(session: Session) -> None:
    session.info.pop(_CHANGED, None)

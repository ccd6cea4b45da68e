"""What other features tell above a customer's list of requests: a line each, all in one statement.

Each feature says here what it has to tell, so that this one need not know of any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, literal, union_all

from portal.base.clock import day_of
from portal.base.tenancy import ScopedSession


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with a way to do something. With `waits` it is what the customer is to do."""

    text: str
    href: str
    deed: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """`find` selects a number, a moment, a day and a text, as somebody is to be told of them on a
    day; of each row that `told` gives a line."""

    find: Callable[[int, date], Select[Any]]
    told: Callable[[Any, datetime], Line]


_SOURCES: list[Source] = []


def tells_of_requests(source: Source) -> Source:
    _SOURCES.append(source)
    return source


def told_beside(session: ScopedSession, *, person_id: int, now: datetime) -> list[Line]:
    """The lines of all features, those that wait for the customer first."""
    found = [each.find(person_id, day_of(now)) for each in _SOURCES]
    marked = [it.add_columns(literal(number)) for number, it in enumerate(found)]
    if not marked:
        return []
    rows: Any = session.execute(union_all(*marked)).all()
    lines = [_SOURCES[row[-1]].told(row, now) for row in sorted(rows, key=_order)]
    return sorted(lines, key=lambda it: not it.waits)


def _order(row: Any) -> tuple[int, date, int]:
    number, _at, day, _text, source = row
    return source, day or date.max, number or 0

"""What other features tell above a customer's list of requests: a line each, all in one statement.

Each feature says here what it has to tell, so that this one need not know of any.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, literal, union_all

from portal.base.clock import day_of
from portal.base.plans import KEPT
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
    """`find` selects a number, a moment, a day and a text, by `person_id` as that person is to be
    told of them, by `today` and by what else `days` tells of a day; of each row `told` gives a
    line."""

    find: Callable[[], Select[Any]]
    told: Callable[[Any, datetime], Line]
    days: Callable[[date], Mapping[str, date]] = lambda _today: {}


_SOURCES: list[Source] = []


def tells_of_requests(source: Source) -> Source:
    _SOURCES.append(source)
    _found.cache_clear()
    return source


def told_beside(session: ScopedSession, *, person_id: int, now: datetime) -> list[Line]:
    """The lines of all features, those that wait for the customer first."""
    if not _SOURCES:
        return []
    values: dict[str, Any] = {"person_id": person_id, "today": day_of(now)}
    for each in _SOURCES:
        values |= each.days(day_of(now))
    rows: Any = session.execute(_found(), values).all()
    lines = [_SOURCES[row[-1]].told(row, now) for row in sorted(rows, key=_order)]
    return sorted(lines, key=lambda it: not it.waits)


@cache
def _found() -> Any:
    marked = (it.find().add_columns(literal(number)) for number, it in enumerate(_SOURCES))
    return union_all(*marked).execution_options(**KEPT)


def _order(row: Any) -> tuple[int, date, int]:
    number, _at, day, _text, source = row
    return source, day or date.max, number or 0

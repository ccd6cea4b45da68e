"""Keyset paging: the next page begins after the last row of this one, however deep that is.

An OFFSET would read and throw away every row before the page. A cursor is the last row's values of
the columns that the list is ordered by; one that cannot be read leads to the first page.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

SIZE = 25
LARGEST = 2**31 - 1  # what a column of ids holds
CAP = 1_000  # beyond this, lists say "more than 1,000": an exact count would read every row


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is ordered by; the columns together are unique, and all go the same way.

    With `empties_last`, rows that have nothing in the first column come after all others, whichever
    way the list goes, in the order of the other columns.
    """

    columns: tuple[Any, ...]
    descending: bool = False
    empties_last: bool = False

    @property
    def ways(self) -> list[ColumnElement[Any]]:
        """The order as a statement says it that reads the whole list."""
        ways = [column.desc() if self.descending else column.asc() for column in self.columns]
        return [ways[0].nulls_last(), *ways[1:]] if self.empties_last else ways


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows, and the cursors of the pages beside it; None where there is none."""

    rows: Sequence[Row[Any]]
    following: str | None
    preceding: str | None

    @property
    def first(self) -> bool:
        return self.preceding is None

    def of(self, total: int) -> int:
        """How many rows the list has, of which so many were found: none that is not to be seen.

        What is looked up by its number may not be there, or be somebody else's.
        """
        return len(self.rows) if self.first and self.following is None else total


def page_of(
    session: Session,
    query: Select[Any],
    order: Order,
    *,
    size: int = SIZE,
    listed: Callable[[Select[Any]], Select[Any]] | None = None,
) -> Page:
    """The page that `?after=` or `?before=` asks for. The query brings the order's columns.

    With `listed`, which does so instead, the query only finds the ids of rows: an index that holds
    all it asks for is walked alone, and no row is looked at but those that are shown.
    """
    after, before = (cursor(request.args.get(name), order) for name in ("after", "before"))
    backwards = before is not None and after is None
    place = before if backwards else after
    rows: list[Row[Any]] = []
    for part, columns, down in _parts(query, order, place, backwards):
        if len(rows) <= size:
            some = part.order_by(None).order_by(*_ways(columns, down))
            some = some.limit(size + 1 - len(rows))
            if listed:
                # Hidden, or the index of this order would be walked anew to put them in it.
                hidden = [func.coalesce(it, it) for it in columns]
                some = listed(some).order_by(*_ways(hidden, down))
            rows += session.execute(some).all()
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    ends = [_write(row, order) for row in (rows[0], rows[-1])] if rows else ["", ""]
    onwards, back = (True, more) if backwards else (more, place is not None)
    return Page(rows, ends[1] if onwards and rows else None, ends[0] if back and rows else None)


def _parts(
    query: Select[Any], order: Order, place: Sequence[Any] | None, backwards: bool
) -> list[tuple[Select[Any], Sequence[Any], bool]]:
    """What is read one after the other, by which columns, and whether down: the rows themselves
    and, where they come last, those that have nothing in the first column. Each is a stretch of an
    index: in one statement they are not.
    """
    down = order.descending != backwards
    if not order.empties_last:
        return [_stretch(query, order.columns, place, down)]
    first, *others = order.columns
    inside = place is not None and place[0] is not None
    filled = query.where(first.is_not(None))
    empty = query.where(first.is_(None))
    among = place[1:] if place is not None and not inside else None
    parts = [
        _stretch(filled, order.columns, place if inside else None, down),
        _stretch(empty, others, among, down),
    ]
    if backwards:
        parts.reverse()
    # What lies behind the place, on the other side of where the two meet, is not read.
    return parts[1:] if place is not None and inside == backwards else parts


def _stretch(
    query: Select[Any], columns: Sequence[Any], place: Sequence[Any] | None, down: bool
) -> tuple[Select[Any], Sequence[Any], bool]:
    """The rows behind the place, and the order to read them in."""
    if place is not None:
        here = tuple_(*columns)
        there: ColumnElement[Any] = tuple_(*place)
        query = query.where(here < there if down else here > there)
    return query, columns, down


def _ways(columns: Sequence[Any], down: bool) -> list[ColumnElement[Any]]:
    return [it.desc() if down else it.asc() for it in columns]


def capped_count(session: Session, query: Select[Any], order: Order | None = None) -> int:
    """How many rows there are, counted no further than one beyond `CAP`.

    Counted in an order where an index has it that holds all that is asked for.
    """
    columns = order.columns if order else ()
    inner = query.order_by(None).order_by(*columns).limit(CAP + 1).subquery()
    return session.scalars(select(func.count()).select_from(inner)).one()


def _write(row: Row[Any], order: Order) -> str:
    values = [getattr(row, column.key) for column in order.columns]
    told = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def cursor(text: str | None, order: Order) -> list[Any] | None:
    """The values that a cursor holds; None when it is none of this order."""
    if not text:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        pairs = list(zip(values, order.columns, strict=True))
        first, *others = [(value, column.type.python_type) for value, column in pairs]
        begin = None if order.empties_last and first[0] is None else _typed(*first)
        return [begin, *(_typed(*each) for each in others)]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        return None


def _typed(value: Any, kind: type[Any]) -> Any:
    if kind is date:
        return date.fromisoformat(value)
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)  # beyond the calendar, it overflows
    if type(value) is not kind:
        raise ValueError(value)
    # Half a character, which JSON can spell, is no text either: encoding it fails.
    if (isinstance(value, int) and abs(value) > LARGEST) or (
        isinstance(value, str) and b"\0" in value.encode()
    ):
        raise ValueError(value)
    return value

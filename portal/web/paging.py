"""Keyset paging: the next page begins after the last row of this one, however deep that is.

An OFFSET would read and throw away every row before the page. A cursor is the last row's values of
the columns that the list is ordered by; one that cannot be read leads to the first page.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

SIZE = 25
LARGEST = 2**31 - 1  # what a column of ids holds
CAP = 1_000  # beyond this, lists say "more than 1,000": an exact count would read every row


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is ordered by; the columns together are unique, and all go the same way."""

    columns: tuple[Any, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows, and the cursors of the pages beside it; None where there is none."""

    rows: Sequence[Row[Any]]
    following: str | None
    preceding: str | None

    @property
    def first(self) -> bool:
        return self.preceding is None


def page_of(session: Session, query: Select[Any], order: Order, *, size: int = SIZE) -> Page:
    """The page that `?after=` or `?before=` asks for. The query brings the order's columns."""
    after, before = (cursor(request.args.get(name), order) for name in ("after", "before"))
    backwards = before is not None and after is None
    place = before if backwards else after
    down = order.descending != backwards
    if place is not None:
        here = tuple_(*order.columns)
        there: ColumnElement[Any] = tuple_(*place)
        query = query.where(here < there if down else here > there)
    ways = [column.desc() if down else column.asc() for column in order.columns]
    rows = list(session.execute(query.order_by(None).order_by(*ways).limit(size + 1)).all())
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    ends = [_write(row, order) for row in (rows[0], rows[-1])] if rows else ["", ""]
    onwards, back = (True, more) if backwards else (more, place is not None)
    return Page(rows, ends[1] if onwards and rows else None, ends[0] if back and rows else None)


def capped_count(session: Session, query: Select[Any]) -> int:
    """How many rows there are, counted no further than one beyond `CAP`."""
    inner = query.order_by(None).limit(CAP + 1).subquery()
    return session.scalars(select(func.count()).select_from(inner)).one()


def _write(row: Row[Any], order: Order) -> str:
    values = [getattr(row, column.key) for column in order.columns]
    told = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def cursor(text: str | None, order: Order) -> list[Any] | None:
    """The values that a cursor holds; None when it is none of this order."""
    if not text:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        pairs = list(zip(values, order.columns, strict=True))
        return [_typed(value, column.type.python_type) for value, column in pairs]
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None


def _typed(value: Any, kind: type[Any]) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value)
    if type(value) is not kind:
        raise ValueError(value)
    if (isinstance(value, int) and abs(value) > LARGEST) or (
        isinstance(value, str) and "\0" in value
    ):
        raise ValueError(value)
    return value

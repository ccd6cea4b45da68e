"""How many SQL statements a piece of work sent: lists must not send more for more rows."""

from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

_AROUND = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
_sent: ContextVar[int] = ContextVar("sent", default=0)


def begin_count() -> None:
    _sent.set(0)


def sent() -> int:
    """The statements sent since `begin_count`, in this thread."""
    return _sent.get()


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
    # What begins and ends a transaction is not counted.
    if not sql.startswith(_AROUND):
        _sent.set(_sent.get() + 1)

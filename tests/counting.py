"""How many statements a page costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_AROUND = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
# Asked for by the clock, see `portal.base.held`: on a machine that is busy, by a page that is slow.
_BY_THE_CLOCK = "FROM edition"


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile; what begins and ends a transaction is not counted."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if not sql.startswith(_AROUND) and _BY_THE_CLOCK not in sql:
            sent.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)

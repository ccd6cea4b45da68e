"""Statements that PostgreSQL plans once for each connection, and how it comes to keep the plans."""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

# Execution options of a statement that is put together once, narrowed once for each scope, and, by
# PostgreSQL, planned once for each connection: planning what a page asks for can take longer than
# to answer it. Its plan does not know the values, so they must not decide which index is good.
KEPT = {"kept": True}
_READING = "transaction that only reads"  # where a session remembers it
NEVER = 2**31  # uses after which psycopg would keep any other plan, whatever it is about


def plan_once(cursor: Any, sql: str, values: Any, sent: Any) -> bool | None:
    """Send what is `KEPT` with its plan; anything else SQLAlchemy sends by itself."""
    if sent is None or not sent.execution_options.get("kept"):
        return None
    cursor.execute(sql, values, prepare=True)
    return True


class PlanKeepingSession(Session):
    """What only read has nothing to take back, and is committed in the end: at a rollback, psycopg
    forgets all statements that it has prepared, and each would be planned anew every time."""

    def close(self) -> None:
        transaction = self.info.pop(_READING, None)
        if transaction is not None and transaction.is_active:
            transaction.commit()
        super().close()


@event.listens_for(PlanKeepingSession, "after_begin")
def _remember(session: Session, _transaction: object, connection: Connection) -> None:
    if connection.get_execution_options().get("postgresql_readonly"):
        session.info[_READING] = connection.get_transaction()

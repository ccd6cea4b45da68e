"""Row-level security, the second wall on PostgreSQL: what a session's scope is, the database asks.

The scope is told to each transaction as it begins. A transaction that told nothing sees no owned
row. `FORCE` binds the tables' owner too; only a superuser is above it, and the portal is none.
"""

from sqlalchemy import Connection, Table, event, text
from sqlalchemy.orm import SessionTransaction

from portal.base.db import Base
from portal.base.tenancy import NOBODY, Internal, Owned, Scope, ScopedSession

# Subqueries, so that a setting is looked up once a statement and not once a row.
_READS = (
    "(SELECT current_setting('app.read', true)) = '*' OR account_id = ANY ((SELECT "
    "string_to_array(nullif(current_setting('app.read', true), '*'), ','))::int[])"
)
_WRITES = "account_id = (SELECT nullif(current_setting('app.write', true), '')::int)"
_STAFF = "(NOT internal OR (SELECT current_setting('app.staff', true)) = '1')"


def tell(scope: Scope) -> dict[str, str]:
    """The scope as the settings that the policies read."""
    accounts = "*" if scope.read is None else ",".join(map(str, sorted(scope.read)))
    write = "" if scope.write is None else str(scope.write)
    return {"read": accounts, "write": write, "staff": "1" if scope.staff else ""}


@event.listens_for(ScopedSession, "after_begin")
def _tell(session: ScopedSession, _transaction: SessionTransaction, connection: Connection) -> None:
    if connection.dialect.name == "postgresql" and session.scope != NOBODY:
        connection.execute(_SETTINGS, tell(session.scope))


_SETTINGS = text(
    "SELECT set_config('app.read', :read, true), set_config('app.write', :write, true),"
    " set_config('app.staff', :staff, true)"
)


def owned_tables() -> dict[Table, bool]:
    """Every table whose rows belong to accounts; true where rows can be internal."""
    found = {}
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Owned) and isinstance(mapper.local_table, Table):
            found[mapper.local_table] = issubclass(mapper.class_, Internal)
    return dict(sorted(found.items(), key=lambda item: item[0].name))


def protect(connection: Connection, table: str, *, internal: bool = False) -> None:
    """Let a table's rows be seen and written only within the scope that was told."""
    if connection.dialect.name != "postgresql":
        return
    reads = f"({_READS}) AND {_STAFF}" if internal else _READS
    writes = f"{_WRITES} AND {_STAFF}" if internal else _WRITES
    policies = {
        "SELECT": f"USING ({reads})",
        "INSERT": f"WITH CHECK ({writes})",
        "UPDATE": f"USING ({writes}) WITH CHECK ({writes})",
        "DELETE": f"USING ({writes})",
    }
    connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
    connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    for deed, policy in policies.items():
        connection.execute(text(f"CREATE POLICY {deed}_{table} ON {table} FOR {deed} {policy}"))

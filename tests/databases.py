"""Databases to test in: made whole, wiped between tests, on PostgreSQL under a role of no rank."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Select,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.orm import ORMExecuteState

from portal.base import audit, search
from portal.base.db import Base
from portal.base.row_security import owned_tables, protect

APPLICATION = "portal_test_app"


def create(server: str, name: str) -> str:
    """An empty database of this name on the server, and its URL."""
    url = make_url(server.replace("postgresql://", "postgresql+psycopg://", 1))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"))
    engine.dispose()
    return url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)


def arranging(engine: Engine) -> Engine:
    """On SQLite each statement stands alone: tests never hold the lock that writers need."""
    return engine.execution_options(sqlite_begin="") if _is_sqlite(engine) else engine


def unguarded(engine: Engine) -> Engine:
    """On SQLite nothing waits for the disk: what a test wrote need not outlive the machine."""
    if _is_sqlite(engine):
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    return engine


def in_order(state: ORMExecuteState) -> None:
    """Records come in the order they were made in, where a test asks for no other: where a wiped
    table was written to again, PostgreSQL gives them in any."""
    if isinstance(state.statement, Select) and not (
        state.is_relationship_load or state.is_column_load
    ):
        (shown, *others) = state.statement.column_descriptions
        record = shown["type"]
        if not others and hasattr(record, "__mapper__"):
            state.statement = state.statement.order_by(*record.__mapper__.primary_key)


def build(engine: Engine, metadata: MetaData = Base.metadata) -> None:
    """Make every table, and let the application's role work under row-level security."""
    metadata.create_all(engine)
    _tables.cache_clear()
    if metadata is Base.metadata:
        with engine.begin() as connection:
            search.install(connection)
    if _is_sqlite(engine):
        return
    with engine.begin() as connection:
        for table, internal in owned_tables().items():
            if table.metadata is metadata:
                protect(connection, table.name, internal=internal)
        if metadata is Base.metadata:
            audit.append_only(connection)
        admit_application(connection)


def as_application(database_url: str) -> str:
    """The same database for the application's role, which owns nothing and is above nothing."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return database_url
    return url.set(username=APPLICATION, password="test").render_as_string(hide_password=False)


def wipe(engine: Engine) -> None:
    """Empty every table."""
    off, on = (
        ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
        if _is_sqlite(engine)
        else ("SET session_replication_role = replica", "SET session_replication_role = origin")
    )
    names = _tables(str(engine.url))
    if not names:
        names += [name for name in inspect(engine).get_table_names() if "fts" not in name]
    # In one go where that can be: tests are many, and most of what it takes is the way there.
    with engine.connect() as connection:
        sent = [off, *_emptied(names), on]
        if _is_sqlite(engine):
            # Most are empty, and one question finds those that are not.
            filled = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
            found = connection.exec_driver_sql(" UNION ALL ".join(filled)).scalars().all()
            sent = [off, "BEGIN", *_emptied(found), "COMMIT", on]
        for statement in sent if _is_sqlite(engine) else ["; ".join(sent)]:
            connection.exec_driver_sql(statement)
        connection.commit()


def _emptied(names: Iterable[str]) -> list[str]:
    return [f'DELETE FROM "{name}"' for name in names]


@cache
def _tables(_url: str) -> list[str]:
    """The names of a database's tables, once they were looked up since the last was made."""
    return []


def admit_application(connection: Connection) -> None:
    """Let the application's role use every table there is."""
    connection.execute(
        text(
            f"DO $$ BEGIN CREATE ROLE {APPLICATION} LOGIN PASSWORD 'test' NOSUPERUSER NOBYPASSRLS;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    )
    for what in ("TABLES", "SEQUENCES"):
        connection.execute(text(f"GRANT ALL ON ALL {what} IN SCHEMA public TO {APPLICATION}"))


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"

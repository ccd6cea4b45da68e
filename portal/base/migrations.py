"""The database's tables brought to the newest version, or back, by the scripts in migrations/."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, text

from portal.base.db import Base, make_engine

SCRIPTS = Path(__file__).parents[2] / "migrations"
# How models and database are compared. Full-text search keeps tables and indexes of its own, each
# database others, which base/search.py makes.
COMPARING: dict[str, Any] = {
    "include_name": lambda name, _kind, _parents: "_fts" not in (name or ""),
    "compare_server_default": True,
}


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up. What fails leaves nothing behind."""
    if revision == "head" and revision_of(url) == head():
        return
    with connected(url) as connection:
        command.upgrade(_config(connection), revision)
        _count_orphans(connection)


def downgrade(url: str, revision: str) -> None:
    with connected(url) as connection:
        command.downgrade(_config(connection), revision)
        _count_orphans(connection)


def revision_of(url: str) -> str | None:
    """The version of the database's tables; None when it has none yet."""
    with connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest version there is."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head()


def differences(url: str) -> list[str]:
    """What the models say that the database lacks or has otherwise, in Alembic's words."""
    with connected(url) as connection:
        context = MigrationContext.configure(connection, opts=COMPARING)
        return [str(each) for each in compare_metadata(context, Base.metadata)]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection past every scope, kept when all went well."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        # A table that is copied to be changed must not take its children with it.
        event.listen(engine, "connect", _let_children_be)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def alone(connection: Connection) -> None:
    """Wait for another process that migrates the same database. On SQLite, BEGIN already did."""
    if connection.dialect.name != "sqlite" and inspect(connection).has_table("alembic_version"):
        connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))


def _let_children_be(connection: object, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]


def _count_orphans(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return  # which looked after them itself
    if orphans := connection.execute(text("PRAGMA foreign_key_check")).all():
        raise RuntimeError(f"The migration would leave {len(orphans)} rows without their parents.")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

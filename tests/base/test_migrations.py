"""The tables come and go by migrations, on both databases, and are what the models say."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, inspect, text

from portal.base import migrations
from portal.base.db import make_engine
from portal.base.row_security import owned_tables
from tests import databases

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> str:
    """A database without a table, beside the one that tests share."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'migrated.sqlite'}"
    return databases.create(database_url, f"{database_url.rpartition('/')[2]}_migrated")


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_the_newest_version_is_what_the_models_say(empty: str) -> None:
    migrations.upgrade(empty)

    assert migrations.revision_of(empty) == migrations.head()
    assert migrations.differences(empty) == []


def test_all_that_came_up_goes_down_and_comes_up_again(empty: str) -> None:
    migrations.upgrade(empty)
    up = tables(empty)

    migrations.downgrade(empty, "base")
    assert tables(empty) == {"alembic_version"}

    migrations.upgrade(empty)
    assert tables(empty) == up


def test_every_owned_table_is_behind_row_level_security(empty: str) -> None:
    if empty.startswith("sqlite"):
        return  # the other database's second wall
    migrations.upgrade(empty)
    forced = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    # The search index is read by a function of its owner's, which adds the scope by itself.
    searched = "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
    with migrations.connected(empty) as connection:
        behind = set(connection.scalars(text(forced)))
        found = set(connection.scalars(text(searched)))
    assert found == {"search_entry", "search_entry_fts_word"}

    owned = {table.name for table in owned_tables() if not table.name.startswith("probe_")}
    assert owned == behind


def test_licenses_from_before_are_entered_anew_for_each_customer(empty: str) -> None:
    migrations.upgrade(empty, "0052")
    with migrations.connected(empty) as connection:
        if not empty.startswith("sqlite"):
            connection.execute(text("ALTER TABLE license NO FORCE ROW LEVEL SECURITY"))
        tables = MetaData()
        tables.reflect(connection, only=["account", "license"])
        for account, licenses in ((1, (1, 2)), (2, ()), (3, (3,))):
            values = _filled(tables.tables["account"], id=account)
            connection.execute(tables.tables["account"].insert().values(values))
            for each in licenses:
                values = _filled(tables.tables["license"], id=each, account_id=account)
                connection.execute(tables.tables["license"].insert().values(values))
        if not empty.startswith("sqlite"):
            connection.execute(text("ALTER TABLE license FORCE ROW LEVEL SECURITY"))

    migrations.upgrade(empty, "0053")
    asked = "SELECT account_id FROM job WHERE name = 'licenses.reindex_all' ORDER BY account_id"
    with migrations.connected(empty) as connection:
        assert list(connection.scalars(text(asked))) == [1, 3]
    migrations.downgrade(empty, "0052")
    with migrations.connected(empty) as connection:
        assert list(connection.scalars(text(asked))) == []


def _filled(table: Table, **given: int) -> dict[str, object]:
    """A row with something in every column that must have it."""
    number = given["id"]
    values: dict[str, object] = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None:
            continue
        kind = column.type.python_type
        made = {int: number, str: str(number), bool: False, datetime: MOMENT, date: MOMENT.date()}
        values[column.name] = made.get(kind, "[]")
    return {**values, **given}

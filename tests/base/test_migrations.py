"""The tables come and go by migrations, on both databases, and are what the models say."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from portal.base import migrations
from portal.base.db import make_engine
from portal.base.row_security import owned_tables
from tests import databases


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

"""What Alembic runs: the migrations of every table of the portal, in one transaction.

Called by portal/base/migrations.py with a connection, and by `alembic revision --autogenerate`,
which compares the models with the database of DATABASE_URL, or else of the demo.
"""

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import portal.app  # every table is known once it is imported
from portal.base.db import Base, UTCDateTime
from portal.base.migrations import COMPARING, alone, connected

DEMO = f"sqlite:///{portal.app.ROOT / '.demo' / 'portal.sqlite'}"


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own types by their names, so that a migration reads as the models do."""
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen.imports.add("from portal.base.db import UTCDateTime")
        return "UTCDateTime()"
    return False


def run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        # SQLite cannot change most of a table: Alembic copies it into a new one.
        render_as_batch=connection.dialect.name == "sqlite",
        # Our engine begins transactions itself, so that on SQLite too a migration that fails
        # leaves nothing behind.
        transactional_ddl=True,
        **COMPARING,
    )
    with context.begin_transaction():
        alone(connection)
        context.run_migrations()


if shared := context.config.attributes.get("connection"):
    run(shared)
else:
    with connected(os.environ.get("DATABASE_URL") or DEMO) as opened:
        run(opened)

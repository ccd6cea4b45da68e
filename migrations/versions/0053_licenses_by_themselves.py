"""Licenses are found by themselves too, without where their seats are, for those who see chosen
sites

The entries by which they are found are written by a job for each customer that has licenses: the
codes of license keys are in them, which cannot be made without LICENSE_KEYS, nor taken over from
the entries that tell where seats are. Until a worker has done it, whoever sees chosen sites finds
licenses in the list and not by words; nobody finds more than they may.

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op

from portal.base import clock
from portal.base.db import UTCDateTime

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_ITSELF, _KINDS = 8, 16
_JOB = sa.table(
    "job",
    sa.column("name", sa.String()),
    sa.column("payload", sa.JSON()),
    sa.column("account_id", sa.Integer()),
    sa.column("asked_at", UTCDateTime()),
    sa.column("due_at", UTCDateTime()),
    sa.column("tries", sa.Integer()),
    sa.column("error", sa.String()),
)
_REINDEX = "licenses.reindex_all"


def upgrade() -> None:
    walled = op.get_bind().dialect.name == "postgresql"
    if walled:  # here the owner reads of every account
        op.execute("ALTER TABLE license NO FORCE ROW LEVEL SECURITY")
    accounts = op.get_bind().scalars(sa.text("SELECT DISTINCT account_id FROM license")).all()
    if walled:
        op.execute("ALTER TABLE license FORCE ROW LEVEL SECURITY")
    now = clock.now()
    told = {"name": _REINDEX, "payload": {}, "asked_at": now, "due_at": now, "tries": 0}
    op.bulk_insert(_JOB, [{**told, "account_id": each, "error": ""} for each in accounts])


def downgrade() -> None:
    op.execute(_JOB.delete().where(_JOB.c.name == _REINDEX))
    op.execute(sa.text(f"DELETE FROM search_entry WHERE id % {_KINDS} = {_ITSELF}"))  # noqa: S608

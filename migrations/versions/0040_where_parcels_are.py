"""Where parcels are: what carriers tell, when they are asked, and other carriers by name

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

STATUSES = (
    *("registered", "handed_in", "in_transit", "out_for_delivery", "ready_for_pickup"),
    *("attempted", "delivered", "deviation", "sent_back", "other"),
)
ANSWERS = ("not_asked", "known", "unknown", "silent", "garbled")


def upgrade() -> None:
    _make(
        "parcel",
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=400), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("status", _enum(*STATUSES), nullable=True),
        sa.Column("status_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.Boolean(), nullable=False),
        _unique("parcel", "replacement_id", "direction"),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_parcel_account_id_id")),
    )
    trouble = sa.text("trouble IS true")
    op.create_index(
        "ix_parcel_trouble",
        "parcel",
        ["replacement_id"],
        sqlite_where=sa.text("trouble IS 1"),
        postgresql_where=trouble,
    )
    _make(
        "carrier_event",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("status", _enum(*STATUSES), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        _unique("carrier_event", "replacement_id", "direction", "key"),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_carrier_event_account_id_id")),
    )
    _make(
        "parcel_watch",
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answer", _enum(*ANSWERS), nullable=False),
        _unique("parcel_watch", "replacement_id", "direction"),
    )
    op.create_index("ix_parcel_watch_account_id", "parcel_watch", ["account_id"])
    op.create_index("ix_parcel_watch_next_at", "parcel_watch", ["next_at"])
    op.create_index("ix_parcel_watch_number", "parcel_watch", ["number", "since"])
    op.create_table(
        "other_carrier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=40), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_carrier")),
        sa.UniqueConstraint("folded", name=op.f("uq_other_carrier_folded")),
    )
    for table in ("parcel", "carrier_event"):
        protect(op.get_bind(), table)


def _enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=32)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _make(table: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("replacement_id", sa.Integer(), nullable=False),
        sa.Column("direction", _enum("out", "back"), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "replacement_id"],
            ["replacement.account_id", "replacement.id"],
            name=op.f(f"fk_{table}_account_id_replacement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for table in ("other_carrier", "parcel_watch", "carrier_event", "parcel"):
        op.drop_table(table)

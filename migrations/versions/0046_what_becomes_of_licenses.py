"""Papers, undoing, reminders, successors and lists of licenses; those nobody has activated yet

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

CHANGES = ("assigned", "moved", "taken_back")
STATUSES = ("checking", "ready", "refused", "committing", "done", "discarded")
HOW = ("active", "waiting", "unclaimed")
RENEWALS = ("reseller", "customer", "automatic", "none")
TABLES = (
    "license_paper",
    "seat_change",
    "license_reminder",
    "license_succession",
    "license_import",
)


def upgrade() -> None:
    op.add_column(
        "license",
        sa.Column("revoked_because", sa.String(length=200), nullable=False, server_default=""),
    )
    with op.batch_alter_table("license") as table:  # what is there has one by now
        table.alter_column("revoked_because", server_default=None)
    _create(
        "license_paper",
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        within=(("license", "license_id"), ("stored_file", "file_id")),
        people="added_by_id",
        indexes={"license": ["license_id", "id"], "by": ["added_by_id"]},
    )
    _create(
        "seat_change",
        sa.Column("what", _enum(*CHANGES), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        people="by_id",
        indexes={"at": ["at"], "by": ["by_id"]},
    )
    _create(
        "license_reminder",
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        within=(("license", "license_id"),),
        unique=("license_id", "ends_on", "days"),
    )
    _create(
        "license_succession",
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        within=(("license", "license_id"), ("license", "successor_id")),
        people="by_id",
        unique=("license_id",),
        indexes={"successor": ["successor_id"], "by": ["by_id"]},
    )
    _create(
        "license_import",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("status", _enum(*STATUSES), nullable=False),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("how", _enum(*HOW), nullable=False),
        sa.Column("committed_at", UTCDateTime(), nullable=True),
        within=(("stored_file", "file_id"),),
        people="started_by_id",
        indexes={"started_at": ["account_id", "started_at", "id"], "by": ["started_by_id"]},
    )
    for each in TABLES:
        protect(op.get_bind(), each)
    table = "unclaimed_license"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key_sealed", sa.Text(), nullable=False),
        sa.Column("sealed_with", sa.String(length=16), nullable=False),
        sa.Column("key_tail", sa.String(length=4), nullable=False),
        sa.Column("key_code", sa.String(length=64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("order_number", sa.String(length=40), nullable=False),
        sa.Column("purchase_order", sa.String(length=40), nullable=False),
        sa.Column("renewal", _enum(*RENEWALS), nullable=False),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["user.id"], name=op.f(f"fk_{table}_registered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("key_code", name="uq_unclaimed_license_key_code"),
    )
    op.create_index("ix_unclaimed_license_sealed_with", table, ["sealed_with"])
    op.create_index("ix_unclaimed_license_import_id", table, ["import_id"])
    op.create_index("ix_unclaimed_license_by", table, ["registered_by_id"])


def _create(
    table: str,
    *columns: sa.Column,
    within: tuple[tuple[str, str], ...] = (),
    people: str = "",
    unique: tuple[str, ...] = (),
    indexes: dict[str, list[str]] | None = None,
) -> None:
    told: list[sa.Column | sa.Constraint] = [
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", "id", name=op.f(f"uq_{table}_account_id_id")),
    ]
    told += [
        sa.ForeignKeyConstraint(
            ["account_id", column],
            [f"{parent}.account_id", f"{parent}.id"],
            name=op.f(f"fk_{table}_account_id_{column}"),
        )
        for parent, column in within
    ]
    if people:
        told.append(
            sa.ForeignKeyConstraint([people], ["user.id"], name=op.f(f"fk_{table}_{people}"))
        )
    if unique:
        told.append(sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")))
    op.create_table(table, *told)
    for name, each in (indexes or {}).items():
        op.create_index(f"ix_{table}_{name}", table, each)


def _enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=32)


def downgrade() -> None:
    op.drop_table("unclaimed_license")
    for each in reversed(TABLES):
        op.drop_table(each)
    with op.batch_alter_table("license") as table:
        table.drop_column("revoked_because")

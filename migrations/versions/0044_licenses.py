"""Licenses, with sealed keys, and where their seats are

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

STANDINGS = ("not_activated", "activated", "revoked")
RENEWALS = ("reseller", "customer", "automatic", "none")


def upgrade() -> None:
    op.create_table(
        "license",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("key_sealed", sa.Text(), nullable=True),
        sa.Column("sealed_with", sa.String(length=16), nullable=True),
        sa.Column("key_tail", sa.String(length=4), nullable=True),
        sa.Column("key_code", sa.String(length=64), nullable=True),
        sa.Column("standing", _enum(*STANDINGS), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("seats_used", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=40), nullable=False),
        sa.Column("purchase_order", sa.String(length=40), nullable=False),
        sa.Column("renewal", _enum(*RENEWALS), nullable=False),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("activated_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_owned("license"),
        sa.UniqueConstraint("key_code", name="uq_license_key_code"),
    )
    op.create_index("ix_license_standing", "license", ["account_id", "standing", "ends_on", "id"])
    op.create_index("ix_license_ends_on", "license", ["account_id", "ends_on", "id"])
    op.create_index("ix_license_name", "license", ["account_id", "name_key", "id"])
    op.create_index("ix_license_sealed_with", "license", ["sealed_with"])

    table = "license_assignment"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("license_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=80), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("assigned_at", UTCDateTime(), nullable=False),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        *_owned(table),
        *(_within(parent) for parent in ("license", "site", "product")),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["user.id"], name=op.f(f"fk_{table}_assigned_by_id")
        ),
    )
    for name, *columns in (
        ("license", "account_id", "license_id", "ended_at", "id"),
        ("site", "account_id", "site_id", "ended_at", "license_id"),
        ("product", "account_id", "product_id", "ended_at"),
        ("by", "assigned_by_id"),
    ):
        op.create_index(f"ix_{table}_{name}", table, columns)
    for each in ("license", table):
        protect(op.get_bind(), each)


def _enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=32)


def _owned(table: str) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", "id", name=op.f(f"uq_{table}_account_id_id")),
    )


def _within(parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", f"{parent}_id"],
        [f"{parent}.account_id", f"{parent}.id"],
        name=op.f(f"fk_license_assignment_account_id_{parent}_id"),
    )


def downgrade() -> None:
    op.drop_table("license_assignment")
    op.drop_table("license")

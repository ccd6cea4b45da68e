"""Employees who have no account: the link they come by, their visits, and what they ordered

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

OWNED = ("employee_visit", "employee_order")


def upgrade() -> None:
    op.create_table(
        "employee_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("approval", sa.Boolean(), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _account("employee_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee_link")),
        sa.UniqueConstraint("account_id", name=op.f("uq_employee_link_account_id")),
    )
    _make(
        "employee_visit",
        sa.Column("generation", sa.Integer(), nullable=False),
        *(sa.Column(f"{it}_hash", sa.String(64), nullable=False) for it in _HASHED),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("proven_at", UTCDateTime(), nullable=True),
        sa.Column("replacement_id", sa.Integer(), nullable=True),
        *(
            sa.UniqueConstraint(f"{it}_hash", name=op.f(f"uq_employee_visit_{it}_hash"))
            for it in ("token", "link")
        ),
    )
    op.create_index("ix_employee_visit_ends_at", "employee_visit", ["account_id", "ends_at"])
    _make(
        "employee_order",
        sa.Column("replacement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_employee_order_answered_by_id")
        ),
        sa.UniqueConstraint(
            *("account_id", "replacement_id"),
            name=op.f("uq_employee_order_account_id_replacement_id"),
        ),
    )
    for column in ("email", "waits"):
        op.create_index(f"ix_employee_order_{column}", "employee_order", ["account_id", column])
    for table in OWNED:
        protect(op.get_bind(), table)


_HASHED = ("token", "link", "code")


def _make(table: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *columns,
        _account(table),
        sa.ForeignKeyConstraint(
            ["account_id", "replacement_id"],
            ["replacement.account_id", "replacement.id"],
            name=op.f(f"fk_{table}_account_id_replacement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", "id", name=op.f(f"uq_{table}_account_id_id")),
    )


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
    )


def downgrade() -> None:
    for table in ("employee_order", "employee_visit", "employee_link"):
        op.drop_table(table)

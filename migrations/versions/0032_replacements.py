"""Replacements, and every step of their three tracks

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STAGES = (
    *("requested", "approved", "declined", "shipped"),
    *("in_transit", "ready_for_pickup", "delivered", "canceled"),
)
RETURNED = ("not_due", "label_ready", "under_way", "received", "overdue", "destroyed")
LIABILITIES = ("none", "at_risk", "charged", "settled", "waived")
FAULTS = (
    *("no_sound", "microphone", "connection", "battery", "picture", "camera"),
    *("power", "calls", "keys", "broken", "other"),
)


def _enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "replacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("stage", _enum(*STAGES), nullable=False),
        sa.Column("returned", _enum(*RETURNED), nullable=False),
        sa.Column("liability", _enum(*LIABILITIES), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("fault", _enum(*FAULTS), nullable=False),
        sa.Column("tried", sa.JSON(), nullable=False),
        sa.Column("untried", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("recipient", sa.String(length=120), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("declined_because", sa.String(length=200), nullable=False),
        sa.Column("hand_over_on", sa.Date(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("new_serial_number", sa.String(length=20), nullable=True),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("tracking_number", sa.String(length=40), nullable=False),
        sa.Column("shipped_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("retain_and_destroy", sa.Boolean(), nullable=False),
        sa.Column("return_window", sa.Integer(), nullable=False),
        sa.Column("return_due_on", sa.Date(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=True),
        sa.Column("received_serial_number", sa.String(length=20), nullable=False),
        sa.Column("condition", sa.String(length=200), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_keys("replacement"),
        *(
            sa.ForeignKeyConstraint(
                ["account_id", column],
                [f"{parent}.account_id", f"{parent}.id"],
                name=op.f(f"fk_replacement_account_id_{column}"),
            )
            for parent, column in (
                ("site", "site_id"),
                ("product", "product_id"),
                ("service_request", "request_id"),
            )
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{parent}.id"], name=op.f(f"fk_replacement_{column}")
            )
            for parent, column in (
                ("product_model", "model_id"),
                ("user", "recipient_id"),
                ("user", "asked_by_id"),
                ("user", "approved_by_id"),
            )
        ),
    )
    for name, columns in (
        ("stage", ["account_id", "stage", "id"]),
        ("returned", ["account_id", "returned", "return_due_on", "id"]),
        ("product", ["account_id", "product_id", "id"]),
        ("site", ["account_id", "site_id", "id"]),
        ("request", ["account_id", "request_id"]),
        ("approved_at", ["account_id", "approved_at"]),
        ("desk", ["stage", "hand_over_on", "id"]),
        ("desk_return", ["returned", "return_due_on", "id"]),
        ("tracking", ["tracking_number"]),
    ):
        op.create_index(f"ix_replacement_{name}", "replacement", columns)
    left = sa.column("closed_at").is_(None)
    for name, is_so in (("open", left), ("closed", sa.column("closed_at").is_not(None))):
        op.create_index(
            f"ix_replacement_{name}",
            "replacement",
            ["account_id", "changed_at", "id"],
            sqlite_where=is_so,
            postgresql_where=is_so,
        )
    for name, column, is_so in (
        ("product_id", "product_id", left),
        ("new_serial_number", "new_serial_number", sa.column("new_serial_number").is_not(None)),
    ):
        op.create_index(
            f"uq_replacement_{name}",
            "replacement",
            [column],
            unique=True,
            sqlite_where=is_so,
            postgresql_where=is_so,
        )
    op.create_table(
        "replacement_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("replacement_id", sa.Integer(), nullable=False),
        sa.Column("track", _enum("replacement", "return", "liability"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        *_keys("replacement_step"),
        sa.ForeignKeyConstraint(
            ["account_id", "replacement_id"],
            ["replacement.account_id", "replacement.id"],
            name=op.f("fk_replacement_step_account_id_replacement_id"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_replacement_step_by_id")),
    )
    op.create_index("ix_replacement_step_replacement", "replacement_step", ["replacement_id", "id"])
    for table in ("replacement", "replacement_step"):
        protect(op.get_bind(), table)


def _keys(table: str) -> tuple[sa.Constraint, ...]:
    """Those of everything that is an account's."""
    return (
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", "id", name=op.f(f"uq_{table}_account_id_id")),
    )


def downgrade() -> None:
    op.drop_table("replacement_step")
    op.drop_table("replacement")

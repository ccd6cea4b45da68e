"""Devices that are sent back or destroyed, the money that hangs on them, and dead ones

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = (
    *("return_extension", "destruction_certificate", "return_notice"),
    *("liability_waiver", "replacement_link"),
)
ANSWERS = ("open", "yes", "no")
METHODS = ("shredded", "crushed", "media", "other")


def upgrade() -> None:
    for table, columns in (("product_model", _price()), ("replacement", _added())):
        for column in columns:
            op.add_column(table, column)
    _desk("stage", "turn", "hand_over_on", "id")
    op.create_index(
        "ix_replacement_desk_money", "replacement", ["liability", "return_due_on", "id"]
    )
    charged = sa.column("charged_at").is_not(None)
    op.create_index(
        "ix_replacement_charged",
        "replacement",
        ["charged_at", "id"],
        sqlite_where=charged,
        postgresql_where=charged,
    )
    _make(
        "return_extension",
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        *_asked("return_extension", "asked"),
        *_answered(),
    )
    _make(
        "destruction_certificate",
        sa.Column("method", _enum(*METHODS), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.String(length=120), nullable=False),
        sa.Column("serial_number", sa.String(length=20), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        *_asked("destruction_certificate", "sent"),
        *_answered(),
        _within("destruction_certificate", "stored_file", "file_id"),
    )
    _make(
        "liability_waiver",
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        *_asked("liability_waiver", "proposed", nullable=False),
        *_answered(),
    )
    for table in ("return_extension", "destruction_certificate", "liability_waiver"):
        op.create_index(f"ix_{table}_replacement", table, ["replacement_id", "id"])
        op.create_index(f"ix_{table}_answer", table, ["answer", "id"])
        op.create_index(
            f"uq_{table}_replacement_id",
            table,
            ["replacement_id"],
            unique=True,
            sqlite_where=sa.text("answer = 'open'"),
            postgresql_where=sa.text("answer = 'open'"),
        )
    _make(
        "return_notice",
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.UniqueConstraint(
            *("replacement_id", "due_on", "what"),
            name=op.f("uq_return_notice_replacement_id_due_on_what"),
        ),
    )
    _make(
        "replacement_link",
        sa.Column("next_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", UTCDateTime(), nullable=False),
        _within("replacement_link", "replacement", "next_id"),
        *(
            sa.UniqueConstraint(name, name=op.f(f"uq_replacement_link_{name}"))
            for name in ("replacement_id", "next_id")
        ),
    )
    for table in TABLES:
        protect(op.get_bind(), table, internal=table == "liability_waiver")


def _added() -> tuple[sa.Column, ...]:
    return (
        sa.Column("charge_grace", sa.Integer(), nullable=False, server_default="5"),
        sa.Column("dead_on_arrival", sa.Integer(), nullable=False, server_default="30"),
        sa.Column("turn", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("at_risk", sa.Numeric(12, 2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("charged_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column(
            "settled_as",
            sa.Enum("returned", "paid", "credited", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("settled_reference", sa.String(length=40), nullable=True),
        sa.Column("missing", sa.String(length=200), nullable=True),
        sa.Column("wrong_serial_number", sa.String(length=20), nullable=True),
        sa.Column("instead_serial_number", sa.String(length=20), nullable=True),
    )


def _price() -> tuple[sa.Column, ...]:
    return (
        sa.Column("list_price", sa.Numeric(12, 2), nullable=True),
        sa.Column("list_currency", sa.String(length=3), nullable=False, server_default="NOK"),
    )


def _make(table: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("replacement_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", "id", name=op.f(f"uq_{table}_account_id_id")),
        _within(table, "replacement", "replacement_id"),
    )


def _enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=32)


def _asked(table: str, verb: str, *, nullable: bool = True) -> tuple[sa.Column, ...]:
    return (
        *(_person(table, name) for name in (f"{verb}_by_id", "answered_by_id")),
        sa.Column(f"{verb}_at", UTCDateTime(), nullable=False),
        sa.Column(f"{verb}_by_id", sa.Integer(), nullable=nullable),
    )


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}"))


def _answered() -> tuple[sa.Column, ...]:
    return (
        sa.Column("answer", _enum(*ANSWERS), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
    )


def _within(table: str, parent: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", column],
        [f"{parent}.account_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_account_id_{column}"),
    )


def _desk(*columns: str) -> None:
    op.drop_index("ix_replacement_desk", table_name="replacement")
    op.create_index("ix_replacement_desk", "replacement", list(columns))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_replacement_charged", table_name="replacement")
    op.drop_index("ix_replacement_desk_money", table_name="replacement")
    _desk("stage", "hand_over_on", "id")
    for table, columns in (("product_model", _price()), ("replacement", _added())):
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.drop_column(column.name)

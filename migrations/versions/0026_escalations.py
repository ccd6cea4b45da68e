"""What managers keep of escalations, and what was told as deadlines came near

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("escalated_at", UTCDateTime(), nullable=False),
        sa.Column("escalated_by_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("next_update_due_at", UTCDateTime(), nullable=False),
        sa.Column(
            "remedy", sa.Enum("repair", "workaround", native_enum=False, length=32), nullable=True
        ),
        sa.Column("remedy_text", sa.Text(), nullable=False),
        sa.Column("remedy_at", UTCDateTime(), nullable=True),
        sa.Column("remedy_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_escalation_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_escalation_account_id")
        ),
        *(
            sa.ForeignKeyConstraint([name], ["user.id"], name=op.f(f"fk_escalation_{name}"))
            for name in ("ended_by_id", "escalated_by_id", "owner_id", "remedy_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_escalation_account_id_id")),
    )
    op.create_index("ix_escalation_request", "escalation", ["request_id", "ended_at"])
    op.create_index("ix_escalation_due", "escalation", ["ended_at", "next_update_due_at", "id"])
    op.create_index("ix_escalation_owner", "escalation", ["owner_id", "ended_at"])
    _keep_those_in_force()
    op.create_table(
        "threshold_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_threshold_notice_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_threshold_notice_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold_notice")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_threshold_notice_account_id_id")),
        sa.UniqueConstraint(
            "request_id",
            "target",
            "percent",
            name=op.f("uq_threshold_notice_request_id_target_percent"),
        ),
    )
    for table in ("escalation", "threshold_notice"):
        protect(op.get_bind(), table, internal=True)


def _keep_those_in_force() -> None:
    """What stands escalated already, with the reason that was given last; who takes it promises."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('app.read', '*', true), set_config('app.staff', '1', true)")
    op.execute(
        "INSERT INTO escalation (account_id, request_id, internal, reason, escalated_at,"
        " escalated_by_id, next_update_due_at, remedy_text, ended_because, version)"
        " SELECT r.account_id, r.id, m.internal, m.text, r.escalated_at, m.author_id,"
        " coalesce(r.due_at, r.escalated_at), '', '', 1"
        " FROM service_request AS r JOIN service_request_message AS m ON m.id ="
        " (SELECT max(l.id) FROM service_request_message AS l"
        " WHERE l.request_id = r.id AND l.kind = 'escalation')"
        " WHERE r.escalated"
    )


def downgrade() -> None:
    op.drop_table("threshold_notice")
    op.drop_table("escalation")

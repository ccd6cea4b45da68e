"""Answers by mail: the addresses they go to, and the mails that came

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATES = ("waiting", "parked", "taken", "noted", "attached", "discarded")
REASONS = (
    *("unknown", "forged", "several", "somebody_else", "no_right", "closed", "empty", "encrypted"),
    *("strange", "same_id", "refused", "too_large", "duplicate", "loop", "bounce", "automatic"),
)


def upgrade() -> None:
    op.create_table(
        "reply_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("as_note", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_reply_address_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_reply_address_account_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reply_address_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_address")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_reply_address_account_id_id")),
        sa.UniqueConstraint(
            "request_id",
            "user_id",
            "as_note",
            name=op.f("uq_reply_address_request_id_user_id_as_note"),
        ),
    )
    op.create_index(op.f("ix_reply_address_user_id"), "reply_address", ["user_id"])
    protect(op.get_bind(), "reply_address", internal=True)
    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column(
            "state", sa.Enum(*STATES, name="state", native_enum=False, length=32), nullable=False
        ),
        sa.Column("reason", sa.Enum(*REASONS, name="reason", native_enum=False, length=32)),
        sa.Column("message_id", sa.String(length=250), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("sender_name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_names", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_inbound_mail_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_inbound_mail_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_inbound_mail_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_inbound_mail_key")),
        sa.UniqueConstraint(
            "user_id", "answered_on", name=op.f("uq_inbound_mail_user_id_answered_on")
        ),
    )
    op.create_index("ix_inbound_mail_state", "inbound_mail", ["state", "id"])
    for column in ("message_id", "sender", "account_id", "request_id", "user_id", "decided_at"):
        op.create_index(op.f(f"ix_inbound_mail_{column}"), "inbound_mail", [column])


def downgrade() -> None:
    op.drop_table("inbound_mail")
    op.drop_table("reply_address")

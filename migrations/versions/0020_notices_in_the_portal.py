"""Notices in the portal

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
NOTICES = (
    "import_done",
    "colleague_joined",
    "access_asked",
    "access_ends",
    "access_answered",
    "our_access_ends",
)


def upgrade() -> None:
    with op.batch_alter_table("notice_choice") as table:
        table.add_column(sa.Column("here", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "portal_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "notice",
            sa.Enum(*NOTICES, name="notice", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_portal_notice_account_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_portal_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_notice")),
    )
    op.create_index(op.f("ix_portal_notice_account_id"), "portal_notice", ["account_id"])
    op.create_index(op.f("ix_portal_notice_happened_at"), "portal_notice", ["happened_at"])
    op.create_index("ix_portal_notice_user_id_id", "portal_notice", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("portal_notice")
    with op.batch_alter_table("notice_choice") as table:
        table.drop_column("here")

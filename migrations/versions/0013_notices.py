"""Notices

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "notice",
            sa.Enum(
                "import_done",
                "colleague_joined",
                "access_asked",
                "access_ends",
                "access_answered",
                "our_access_ends",
                name="notice",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_digest_line_account_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_digest_line_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_line")),
    )
    op.create_index(op.f("ix_digest_line_account_id"), "digest_line", ["account_id"], unique=False)
    op.create_index(op.f("ix_digest_line_user_id"), "digest_line", ["user_id"], unique=False)
    op.create_table(
        "notice_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "notice",
            sa.Enum(
                "import_done",
                "colleague_joined",
                "access_asked",
                "access_ends",
                "access_answered",
                "our_access_ends",
                name="notice",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "how",
            sa.Enum("at_once", "daily", "never", name="how", native_enum=False, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_choice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint("user_id", "notice", name=op.f("uq_notice_choice_user_id_notice")),
    )


def downgrade() -> None:
    op.drop_table("notice_choice")
    op.drop_index(op.f("ix_digest_line_user_id"), table_name="digest_line")
    op.drop_index(op.f("ix_digest_line_account_id"), table_name="digest_line")
    op.drop_table("digest_line")

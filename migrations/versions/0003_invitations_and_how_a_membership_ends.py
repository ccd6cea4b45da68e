"""Invitations, and how a membership ends

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_fold", sa.String(length=240), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "member",
                "observer",
                "partner",
                "partner_administrator",
                "agent",
                "escalation_manager",
                "logistics",
                "tam",
                "csm",
                "publisher",
                "staff_administrator",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "sees",
            sa.Enum(
                "everything", "own_sites", "own", name="visibility", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("site_ids", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("invited_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["user.id"], name=op.f("fk_invitation_invited_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("account_id", "email", name=op.f("uq_invitation_account_id_email")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "membership_site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "site_id"],
            ["site.account_id", "site.id"],
            name=op.f("fk_membership_site_account_id_site_id"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_membership_site_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_site")),
        sa.UniqueConstraint(
            "membership_id", "site_id", name=op.f("uq_membership_site_membership_id_site_id")
        ),
    )
    op.add_column(
        "membership",
        sa.Column(
            "sees",
            sa.Enum(
                "everything", "own_sites", "own", name="visibility", native_enum=False, length=32
            ),
            server_default="everything",
            nullable=False,
        ),
    )
    op.add_column("membership", sa.Column("deactivated_at", UTCDateTime(), nullable=True))
    op.add_column(
        "membership", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("membership", "version")
    op.drop_column("membership", "deactivated_at")
    op.drop_column("membership", "sees")
    op.drop_table("membership_site")
    op.drop_table("invitation")

"""People, sign-ins and accounts know more

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Who was signed in before proves anew who they are where that matters.
LONG_AGO = "1970-01-01 00:00:00"


def upgrade() -> None:
    op.add_column("account", sa.Column("closed_at", UTCDateTime(), nullable=True))
    op.add_column(
        "account",
        sa.Column(
            "second_factor_required", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.add_column("membership", sa.Column("created_at", UTCDateTime(), nullable=True))
    op.add_column("partner", sa.Column("closed_at", UTCDateTime(), nullable=True))
    op.add_column("sign_in", sa.Column("place", sa.String(length=60), nullable=True))
    op.add_column("sign_in", sa.Column("device", sa.String(length=80), nullable=True))
    op.add_column(
        "sign_in", sa.Column("proven_at", UTCDateTime(), nullable=False, server_default=LONG_AGO)
    )
    op.add_column("user", sa.Column("phone", sa.String(length=20), nullable=True))
    op.add_column("user", sa.Column("time_zone", sa.String(length=40), nullable=True))
    op.add_column("user", sa.Column("shortcuts", sa.Boolean(), nullable=True))
    op.add_column(
        "user",
        sa.Column(
            "partner_role",
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
            nullable=True,
        ),
    )
    op.add_column("user", sa.Column("signed_in_at", UTCDateTime(), nullable=True))
    op.add_column("user", sa.Column("erased_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "erased_at")
    op.drop_column("user", "signed_in_at")
    op.drop_column("user", "partner_role")
    op.drop_column("user", "shortcuts")
    op.drop_column("user", "time_zone")
    op.drop_column("user", "phone")
    op.drop_column("sign_in", "proven_at")
    op.drop_column("sign_in", "device")
    op.drop_column("sign_in", "place")
    op.drop_column("partner", "closed_at")
    op.drop_column("membership", "created_at")
    op.drop_column("account", "second_factor_required")
    op.drop_column("account", "closed_at")

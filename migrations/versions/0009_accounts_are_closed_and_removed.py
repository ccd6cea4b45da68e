"""Accounts are closed and removed

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.add_column("account", sa.Column("organization_number", sa.String(length=9), nullable=True))
    op.add_column("account", sa.Column("removed_at", UTCDateTime(), nullable=True))
    op.add_column("account", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "user", sa.Column("rights_version", sa.Integer(), server_default="1", nullable=False)
    )


def downgrade() -> None:

    op.drop_column("user", "rights_version")
    op.drop_column("account", "version")
    op.drop_column("account", "removed_at")
    op.drop_column("account", "organization_number")

"""Searching counts and finds at once

Revision ID: 0006
Revises: 0005
"""

from alembic import op

from portal.base import search

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    search.renew(op.get_bind())


def downgrade() -> None:
    """The portal's functions are always those of its code; there are no others to go back to."""

"""A change of firmware that is out waits beside it until a second person agrees

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("software_release", sa.Column("proposed_change", sa.JSON()))


def downgrade() -> None:
    op.drop_column("software_release", "proposed_change")

"""Replacements that were asked for together

Revision ID: 0037
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("replacement", sa.Column("first_id", sa.Integer(), nullable=True))
    op.create_index("ix_replacement_first", "replacement", ["account_id", "first_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_replacement_first", table_name="replacement")
    with op.batch_alter_table("replacement") as table:
        table.drop_column("first_id")

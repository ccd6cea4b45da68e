"""What imports change is told in the history of devices, and which of them wait

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imported_change", sa.Column("after", sa.JSON(), nullable=True))
    op.add_column("imported_change", sa.Column("at", UTCDateTime(), nullable=True))
    op.add_column("imported_change", sa.Column("by_id", sa.Integer(), nullable=True))
    op.add_column(
        "imported_change",
        sa.Column("on_behalf", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("imported_change", sa.Column("undone_at", UTCDateTime(), nullable=True))
    op.create_index(
        "ix_imported_change_product", "imported_change", ["account_id", "product_id", "id"]
    )
    op.add_column(
        "product_import",
        sa.Column("waiting", sa.Boolean(), server_default=sa.true(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("product_import", "waiting")
    op.drop_index("ix_imported_change_product", table_name="imported_change")
    for column in ("undone_at", "on_behalf", "by_id", "at", "after"):
        op.drop_column("imported_change", column)

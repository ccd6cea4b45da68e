"""Licenses at a site are found in indexes alone: by the devices that are there, and how they stand;
and those of several customers by the last signs of their keys

Revision ID: 0051
Revises: 0050
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_BY_PRODUCT = ("ix_license_assignment_product", "license_assignment")


def upgrade() -> None:
    op.create_index("ix_license_ids", "license", ["account_id", "id", "standing", "ends_on"])
    op.create_index("ix_license_key_tail", "license", ["key_tail", "account_id", "id"])
    op.drop_index(*_BY_PRODUCT)
    op.create_index(*_BY_PRODUCT, ["account_id", "product_id", "ended_at", "license_id"])


def downgrade() -> None:
    op.drop_index(*_BY_PRODUCT)
    op.create_index(*_BY_PRODUCT, ["account_id", "product_id", "ended_at"])
    op.drop_index("ix_license_key_tail", "license")
    op.drop_index("ix_license_ids", "license")

"""Products are counted by their indexes

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = {"model": ("model_id", "id"), "site": ("site_id", "id")}
AFTER = {"model": ("model_id", "status", "id"), "site": ("site_id", "status", "id", "model_id")}


def upgrade() -> None:
    _index(AFTER)


def downgrade() -> None:
    _index(BEFORE)


def _index(columns: dict[str, tuple[str, ...]]) -> None:
    for name, of_it in columns.items():
        op.drop_index(f"ix_product_{name}", table_name="product")
        op.create_index(f"ix_product_{name}", "product", ["account_id", *of_it])

"""The log of downloads is walked through from the newest, and by person, however long it is

Revision ID: 0049
Revises: 0048
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_download_newest", "download", ["account_id", "id"], unique=False)
    op.drop_index("ix_download_user", table_name="download")
    by_person = ["user_id", "account_id", "id"]
    op.create_index("ix_download_user", "download", by_person, unique=False)


def downgrade() -> None:
    op.drop_index("ix_download_user", table_name="download")
    op.create_index("ix_download_user", "download", ["user_id"], unique=False)
    op.drop_index("ix_download_newest", table_name="download")

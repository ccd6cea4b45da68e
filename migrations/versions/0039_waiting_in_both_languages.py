"""What a request waits for is kept in both languages where the portal wrote it

And the story of a request, and who follows it, is found by an index of its own for customers.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_COUNTED = ["request_id", "id", "internal", "author_id"]


def upgrade() -> None:
    op.add_column("service_request", sa.Column("waiting_for_en", sa.String(200), nullable=True))
    _of_messages("request", _COUNTED)
    told = ["account_id", *_COUNTED]
    op.create_index("ix_service_request_message_story", "service_request_message", told)
    op.create_index("ix_follower_request", "follower", ["account_id", "request_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_follower_request", table_name="follower")
    op.drop_index("ix_service_request_message_story", table_name="service_request_message")
    _of_messages("request", [*_COUNTED, "account_id"])
    with op.batch_alter_table("service_request") as table:
        table.drop_column("waiting_for_en")


def _of_messages(name: str, columns: list[str]) -> None:
    name, table = f"ix_service_request_message_{name}", "service_request_message"
    op.drop_index(name, table_name=table)
    op.create_index(name, table, columns)

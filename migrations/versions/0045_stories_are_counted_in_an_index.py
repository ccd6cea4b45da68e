"""Stories are counted in an index under row-level security too

The policy of the messages asks for the account, so an index without it is not read alone: each
message of a long request was looked at to be counted.

Revision ID: 0045
Revises: 0044
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_NAME, _TABLE = "ix_service_request_message_request", "service_request_message"
_STORY = ["request_id", "id", "internal", "author_id"]


def upgrade() -> None:
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, [*_STORY, "account_id"])


def downgrade() -> None:
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, _STORY)

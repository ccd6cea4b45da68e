"""The queue has one index

The one of all requests by when they are due is walked through what has long been closed; the queue
has one of what is left.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_service_request_due_at", table_name="service_request")


def downgrade() -> None:
    op.create_index("ix_service_request_due_at", "service_request", ["due_at", "id"])

"""Long stories and large queues: what they are found by

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from portal.base import search
from portal.base.db import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_record", "event", ["account_id", "kind", "record_id", "at"])
    op.add_column("service_request_target", sa.Column("near_at", UTCDateTime(), nullable=True))
    op.create_index(
        "ix_service_request_target_near", "service_request_target", ["met_at", "near_at"]
    )
    _queue("status", "account_id", "owner_id", "severity", "escalated")
    _look_at_what_runs()
    search.renew(op.get_bind())


def _queue(*asked: str) -> None:
    left = sa.text("closed_at IS NULL")
    op.drop_index("ix_service_request_queue", table_name="service_request")
    op.create_index(
        "ix_service_request_queue",
        "service_request",
        ["due_at", "id", *asked],
        sqlite_where=left,
        postgresql_where=left,
    )


def _look_at_what_runs() -> None:
    """It is looked at each time until its next step, which tells exactly when it comes near."""
    walled = op.get_bind().dialect.name == "postgresql"
    if walled:  # here the owner writes for every account
        op.execute("ALTER TABLE service_request_target NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE service_request_target SET near_at = started_at"
        " WHERE met_at IS NULL AND due_at IS NOT NULL"
    )
    if walled:
        op.execute("ALTER TABLE service_request_target FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """The portal's functions are always those of its code; there are no others to go back to."""
    _queue()
    op.drop_index("ix_service_request_target_near", table_name="service_request_target")
    op.drop_column("service_request_target", "near_at")
    op.drop_index("ix_event_record", table_name="event")

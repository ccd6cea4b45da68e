"""The record of deeds is only added to

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from portal.base import audit

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_event", sa.Column("place", sa.String(length=60), nullable=True))
    op.add_column("desk_event", sa.Column("reason", sa.String(length=200), nullable=True))
    op.create_index("ix_desk_event_by", "desk_event", ["by_id", "number"], unique=False)
    op.create_index("ix_desk_event_what", "desk_event", ["what", "number"], unique=False)
    op.add_column("event", sa.Column("place", sa.String(length=60), nullable=True))
    op.add_column("event", sa.Column("reason", sa.String(length=200), nullable=True))
    op.create_index("ix_event_at", "event", ["account_id", "at"], unique=False)
    op.create_index("ix_event_by", "event", ["account_id", "by_id", "number"], unique=False)
    op.create_index("ix_event_what", "event", ["account_id", "what", "number"], unique=False)
    op.add_column(
        "event_chain", sa.Column("pruned", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("event_chain", sa.Column("pruned_hash", sa.String(length=64), nullable=True))
    op.add_column("sign_in", sa.Column("reason", sa.String(length=200), nullable=True))
    audit.append_only(op.get_bind())


def downgrade() -> None:
    audit.remove(op.get_bind())
    op.drop_column("sign_in", "reason")
    op.drop_column("event_chain", "pruned_hash")
    op.drop_column("event_chain", "pruned")
    op.drop_index("ix_event_what", table_name="event")
    op.drop_index("ix_event_by", table_name="event")
    op.drop_index("ix_event_at", table_name="event")
    op.drop_column("event", "reason")
    op.drop_column("event", "place")
    op.drop_index("ix_desk_event_what", table_name="desk_event")
    op.drop_index("ix_desk_event_by", table_name="desk_event")
    op.drop_column("desk_event", "reason")
    op.drop_column("desk_event", "place")

"""A standard answer says how the request stands with it

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STATUSES = (
    "new",
    "in_progress",
    "waiting_for_customer",
    "waiting_for_cloud_partner",
    "waiting_for_development",
    "replacement",
    "solution_proposed",
    "solved",
    "closed",
    "canceled",
)


def upgrade() -> None:
    status = sa.Enum(*STATUSES, name="status", native_enum=False, length=32)
    op.add_column("standard_answer", sa.Column("goes_to", status, nullable=True))
    for name in ("waits_norwegian", "waits_english"):
        column = sa.Column(name, sa.String(200), server_default="", nullable=False)
        op.add_column("standard_answer", column)
    with op.batch_alter_table("standard_answer") as table:  # what is there has one by now
        for name in ("waits_norwegian", "waits_english"):
            table.alter_column(name, server_default=None)


def downgrade() -> None:
    for name in ("waits_english", "waits_norwegian", "goes_to"):
        op.drop_column("standard_answer", name)

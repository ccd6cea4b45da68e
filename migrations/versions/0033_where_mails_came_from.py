"""Where an answer came from that staff took over, when they were told of what waits, and notices
that are about no account

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "service_request_message",
        sa.Column("from_address", sa.String(320), nullable=True),
    )
    op.add_column(
        "service_request_message", sa.Column("entered_by_id", sa.Integer(), nullable=True)
    )
    op.add_column("inbound_mail", sa.Column("told_at", UTCDateTime(), nullable=True))
    op.create_index(op.f("ix_inbound_mail_told_at"), "inbound_mail", ["told_at"])
    for name in ("portal_notice", "digest_line"):
        with op.batch_alter_table(name) as table:
            table.alter_column("account_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    for name in ("portal_notice", "digest_line"):
        account_id = sa.column("account_id")
        op.execute(sa.table(name, account_id).delete().where(account_id.is_(None)))
        with op.batch_alter_table(name) as table:
            table.alter_column("account_id", existing_type=sa.Integer(), nullable=False)
    op.drop_index(op.f("ix_inbound_mail_told_at"), table_name="inbound_mail")
    with op.batch_alter_table("inbound_mail") as table:
        table.drop_column("told_at")
    with op.batch_alter_table("service_request_message") as table:
        table.drop_column("entered_by_id")
        table.drop_column("from_address")

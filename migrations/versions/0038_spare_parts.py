"""Spare parts, which are sent like devices and not asked back

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spare_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=40), nullable=False),
        sa.Column("name_nb", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("model_ids", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spare_part")),
        sa.UniqueConstraint("folded", name=op.f("uq_spare_part_folded")),
    )
    with op.batch_alter_table("replacement") as table:
        table.add_column(sa.Column("part_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("part_count", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_replacement_part_id"), "spare_part", ["part_id"], ["id"])


def downgrade() -> None:
    replacement = sa.table("replacement", sa.column("id"), sa.column("part_id"))
    step = sa.table("replacement_step", sa.column("replacement_id"))
    parts = sa.select(replacement.c.id).where(replacement.c.part_id.is_not(None))
    op.execute(step.delete().where(step.c.replacement_id.in_(parts)))
    op.execute(replacement.delete().where(replacement.c.part_id.is_not(None)))
    with op.batch_alter_table("replacement") as table:
        table.drop_constraint(op.f("fk_replacement_part_id"), type_="foreignkey")
        table.drop_column("part_count")
        table.drop_column("part_id")
    op.drop_table("spare_part")

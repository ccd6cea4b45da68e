"""Replacements that were asked for together; stock, what is sent instead, and what rules approve

Revision ID: 0037
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipping_site_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_on_hand")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_stock_reserved")),
        sa.ForeignKeyConstraint(
            ["shipping_site_id"], ["shipping_site.id"], name=op.f("fk_stock_shipping_site_id")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["product_model.id"], name=op.f("fk_stock_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint(
            "shipping_site_id", "model_id", name=op.f("uq_stock_shipping_site_id_model_id")
        ),
    )
    op.create_index(op.f("ix_stock_model_id"), "stock", ["model_id"])
    op.create_table(
        "approval_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("own_addresses", sa.Boolean(), nullable=False),
        sa.Column("at_home", sa.Boolean(), nullable=False),
        sa.Column("again_days", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rules")),
    )
    with op.batch_alter_table("product_model") as table:
        table.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_product_model_successor_id"), "product_model", ["successor_id"], ["id"]
        )
    with op.batch_alter_table("replacement") as table:
        table.add_column(sa.Column("first_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("sent_model_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("stock_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("held", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(
            sa.Column("waits_for_stock", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("expected_on", sa.Date(), nullable=True))
        table.create_foreign_key(
            op.f("fk_replacement_sent_model_id"), "product_model", ["sent_model_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_replacement_stock_id"), "stock", ["stock_id"], ["id"])
        table.create_index("ix_replacement_first", ["account_id", "first_id", "id"])
    with op.batch_alter_table("replacement") as table:
        table.alter_column("held", server_default=None)
        table.alter_column("waits_for_stock", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("replacement") as table:
        table.drop_index("ix_replacement_first")
        table.drop_constraint(op.f("fk_replacement_stock_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_replacement_sent_model_id"), type_="foreignkey")
        for name in (
            *("expected_on", "waits_for_stock", "held", "stock_id", "sent_model_id", "first_id"),
        ):
            table.drop_column(name)
    with op.batch_alter_table("product_model") as table:
        table.drop_constraint(op.f("fk_product_model_successor_id"), type_="foreignkey")
        table.drop_column("successor_id")
    op.drop_table("approval_rules")
    op.drop_table("stock")

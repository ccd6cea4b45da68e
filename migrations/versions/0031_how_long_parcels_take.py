"""How long parcels take: the shipping site's days off, and postal codes

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sites = op.create_table(
        "shipping_site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("days_off", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_site")),
        sa.UniqueConstraint("name", name=op.f("uq_shipping_site_name")),
    )
    op.create_table(
        "postal_code_stretch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("first_code", sa.Integer(), nullable=False),
        sa.Column("last_code", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postal_code_stretch")),
        sa.UniqueConstraint(
            "country", "first_code", name=op.f("uq_postal_code_stretch_country_first_code")
        ),
    )
    # As the plan has it, until logistics says otherwise.
    oslo = {"name": "Oslo", "country": "NO", "zone": "Europe/Oslo"}
    op.bulk_insert(sites, [oslo | {"days_off": [[12, 24], [12, 31]], "version": 1}])


def downgrade() -> None:
    op.drop_table("postal_code_stretch")
    op.drop_table("shipping_site")

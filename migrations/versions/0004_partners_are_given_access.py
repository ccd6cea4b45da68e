"""Partners are given access, ask for it, and are kept by the desk

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.text import loose_key, sort_key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("partner") as partner:
        partner.add_column(sa.Column("name_key", sa.String(length=400), nullable=True))
        partner.add_column(sa.Column("name_fold", sa.String(length=240), nullable=True))
        partner.add_column(sa.Column("created_at", UTCDateTime(), nullable=True))
        partner.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    _fold_names()
    with op.batch_alter_table("partner") as partner:
        partner.alter_column("name_key", existing_type=sa.String(length=400), nullable=False)
        partner.alter_column("name_fold", existing_type=sa.String(length=240), nullable=False)
        partner.drop_constraint("uq_partner_name", type_="unique")
        partner.create_unique_constraint("uq_partner_name_key", ["name_key"])
    op.add_column(
        "user",
        sa.Column("every_customer", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    with op.batch_alter_table("grant") as grant:
        grant.add_column(
            sa.Column("every_site", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        grant.add_column(sa.Column("granted_by_id", sa.Integer(), nullable=True))
        grant.add_column(sa.Column("reminded_of", sa.Date(), nullable=True))
        grant.add_column(sa.Column("withdrawn_at", UTCDateTime(), nullable=True))
        grant.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        grant.create_foreign_key("fk_grant_granted_by_id", "user", ["granted_by_id"], ["id"])
        grant.create_index("ix_grant_last_day", ["last_day"])
    op.create_table(
        "grant_site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name="fk_grant_site_grant_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_grant_site_account_id"),
        sa.ForeignKeyConstraint(
            ["account_id", "site_id"],
            ["site.account_id", "site.id"],
            name="fk_grant_site_account_id_site_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grant_site"),
        sa.UniqueConstraint("grant_id", "site_id", name="uq_grant_site_grant_id_site_id"),
    )
    op.create_index("ix_grant_site_site_id", "grant_site", ["site_id"])
    op.create_table(
        "partner_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_partner_assignment_user_id"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_partner_assignment_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner_assignment"),
        sa.UniqueConstraint(
            "user_id", "account_id", name="uq_partner_assignment_user_id_account_id"
        ),
    )
    op.create_index("ix_partner_assignment_account_id", "partner_assignment", ["account_id"])
    _create_requests()


def _fold_names() -> None:
    """As SQLAlchemy's models would have them; twins keep apart by their number."""
    partner = sa.table(
        "partner", sa.column("id"), sa.column("name"), sa.column("name_key"), sa.column("name_fold")
    )
    seen: set[str] = set()
    for row in op.get_bind().execute(sa.select(partner.c.id, partner.c.name)).all():
        name = row.name if sort_key(row.name) not in seen else f"{row.name} ({row.id})"
        seen.add(sort_key(name))
        keys = {"name": name, "name_key": sort_key(name), "name_fold": loose_key(name)}
        op.execute(partner.update().where(partner.c.id == row.id).values(**keys))


def _create_requests() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("digits", sa.String(length=9), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=True),
        sa.Column(
            "answer",
            sa.Enum("declined", "given", name="answer", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name="fk_access_request_partner_id"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_access_request_account_id"
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name="fk_access_request_asked_by_id"),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name="fk_access_request_answered_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_request"),
        sa.UniqueConstraint(
            "partner_id", "digits", "waiting", name="uq_access_request_partner_id_digits_waiting"
        ),
    )
    op.create_index("ix_access_request_account_id", "access_request", ["account_id"])


def downgrade() -> None:
    op.drop_index("ix_access_request_account_id", "access_request")
    op.drop_table("access_request")
    op.drop_index("ix_partner_assignment_account_id", "partner_assignment")
    op.drop_table("partner_assignment")
    op.drop_index("ix_grant_site_site_id", "grant_site")
    op.drop_table("grant_site")
    with op.batch_alter_table("grant") as grant:
        grant.drop_index("ix_grant_last_day")
        grant.drop_constraint("fk_grant_granted_by_id", type_="foreignkey")
        for name in ("version", "withdrawn_at", "reminded_of", "granted_by_id", "every_site"):
            grant.drop_column(name)
    op.drop_column("user", "every_customer")
    with op.batch_alter_table("partner") as partner:
        partner.drop_constraint("uq_partner_name_key", type_="unique")
        partner.create_unique_constraint("uq_partner_name", ["name"])
        for name in ("version", "created_at", "name_fold", "name_key"):
            partner.drop_column(name)

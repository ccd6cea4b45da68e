"""Single sign-on

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("token", sa.String(length=60), nullable=False),
        sa.Column("proven", sa.String(length=253), nullable=True),
        sa.Column("proven_at", UTCDateTime(), nullable=True),
        sa.Column("by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_domain_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_domain")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_sign_in_domain_account_id_name")),
        sa.UniqueConstraint("proven", name=op.f("uq_sign_in_domain_proven")),
    )
    op.create_table(
        "single_sign_on",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("client_id", sa.String(length=300), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "member",
                "observer",
                "partner",
                "partner_administrator",
                "agent",
                "escalation_manager",
                "logistics",
                "tam",
                "csm",
                "publisher",
                "staff_administrator",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "sees",
            sa.Enum(
                "everything", "own_sites", "own", name="visibility", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("vouches", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("required", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("way_in_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_single_sign_on_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["way_in_id"], ["user.id"], name=op.f("fk_single_sign_on_way_in_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_single_sign_on")),
        sa.UniqueConstraint("account_id", name=op.f("uq_single_sign_on_account_id")),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["single_sign_on.id"], name=op.f("fk_identity_provider_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint(
            "provider_id", "issuer", "subject", name=op.f("uq_identity_provider_id_issuer_subject")
        ),
        sa.UniqueConstraint("provider_id", "user_id", name=op.f("uq_identity_provider_id_user_id")),
    )
    op.create_index(op.f("ix_identity_user_id"), "identity", ["user_id"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("held_hash", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("back", sa.String(length=800), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["single_sign_on.id"], name=op.f("fk_sign_in_attempt_provider_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_attempt_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_sign_in_attempt_state_hash")),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_ends_at"), "sign_in_attempt", ["ends_at"], unique=False
    )
    op.add_column("half_sign_in", sa.Column("provider_id", sa.Integer(), nullable=True))
    op.add_column("sign_in", sa.Column("provider_id", sa.Integer(), nullable=True))
    op.add_column(
        "sign_in",
        sa.Column("vouched", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("sign_in", "vouched")
    op.drop_column("sign_in", "provider_id")
    op.drop_column("half_sign_in", "provider_id")
    op.drop_index(op.f("ix_sign_in_attempt_ends_at"), table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_index(op.f("ix_identity_user_id"), table_name="identity")
    op.drop_table("identity")
    op.drop_table("single_sign_on")
    op.drop_table("sign_in_domain")

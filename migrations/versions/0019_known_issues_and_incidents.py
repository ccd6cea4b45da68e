"""Known issues and incidents

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CATEGORIES = ("headset", "video", "voice", "quote_only")
ISSUE_STATES = ("examined", "workaround", "fixed", "unfixed")
INCIDENT_STATES = ("investigating", "identified", "watching", "solved")


def upgrade() -> None:
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("name", name=op.f("uq_edition_name")),
    )
    op.drop_table("catalogue_version")
    op.create_table(
        "known_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_nb", sa.String(length=160), nullable=False),
        sa.Column("title_en", sa.String(length=160), nullable=False),
        sa.Column("description_nb", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("workaround_nb", sa.Text(), nullable=False),
        sa.Column("workaround_en", sa.Text(), nullable=False),
        sa.Column("category", sa.Enum(*CATEGORIES, native_enum=False, length=32)),
        sa.Column("affected_from", sa.String(length=40), nullable=False),
        sa.Column("affected_to", sa.String(length=40), nullable=False),
        sa.Column("fixed_in", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Enum(*ISSUE_STATES, native_enum=False, length=32), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_issue")),
    )
    op.create_table(
        "known_issue_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_issue_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["known_issue_id"], ["known_issue.id"], name=op.f("fk_known_issue_model_known_issue_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_known_issue_model_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_issue_model")),
        sa.UniqueConstraint(
            "known_issue_id", "model_id", name=op.f("uq_known_issue_model_known_issue_id_model_id")
        ),
    )
    op.create_index(op.f("ix_known_issue_model_model_id"), "known_issue_model", ["model_id"])
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_nb", sa.String(length=160), nullable=False),
        sa.Column("title_en", sa.String(length=160), nullable=False),
        sa.Column("state", sa.Enum(*INCIDENT_STATES, native_enum=False, length=32), nullable=False),
        sa.Column(
            "impact",
            sa.Enum("degraded", "partial", "outage", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum("public", "concerned", "chosen", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime()),
        sa.Column("next_update_due_at", UTCDateTime()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_table(
        "incident_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_model_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_incident_model_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_model")),
        sa.UniqueConstraint(
            "incident_id", "model_id", name=op.f("uq_incident_model_incident_id_model_id")
        ),
    )
    op.create_table(
        "incident_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_incident_account_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_account_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_account")),
        sa.UniqueConstraint(
            "incident_id", "account_id", name=op.f("uq_incident_account_incident_id_account_id")
        ),
    )
    op.create_index(op.f("ix_incident_account_account_id"), "incident_account", ["account_id"])
    op.create_table(
        "incident_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum(*INCIDENT_STATES, native_enum=False, length=32), nullable=False),
        sa.Column("text_nb", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_incident_update_by_id")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_update_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_update")),
    )
    op.create_index(op.f("ix_incident_update_incident_id"), "incident_update", ["incident_id"])


def downgrade() -> None:
    for table in (
        *("incident_update", "incident_account", "incident_model", "incident"),
        *("known_issue_model", "known_issue", "edition"),
    ):
        op.drop_table(table)
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )

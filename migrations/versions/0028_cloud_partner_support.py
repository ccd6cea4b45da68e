"""Requests that concern a cloud partner, and every step on the way

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def _enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "cloud_partner_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "partner",
            _enum("zoom", "teams", "meet", "webex", "ringcentral", "other"),
            nullable=False,
        ),
        sa.Column("partner_name", sa.String(length=80), nullable=False),
        sa.Column("agreement_number", sa.String(length=80), nullable=False),
        sa.Column("agreement_until", sa.Date(), nullable=True),
        sa.Column("authorization_file_id", sa.Integer(), nullable=True),
        sa.Column("authorization_dated", sa.Date(), nullable=True),
        sa.Column("authorization_until", sa.Date(), nullable=True),
        sa.Column("incident_number", sa.String(length=80), nullable=False),
        sa.Column("incident_at", UTCDateTime(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("workaround", sa.Text(), nullable=False),
        sa.Column("call_at", UTCDateTime(), nullable=True),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *_of_request("cloud_partner_case"),
        sa.ForeignKeyConstraint(
            ["account_id", "authorization_file_id"],
            ["stored_file.account_id", "stored_file.id"],
            name=op.f("fk_cloud_partner_case_account_id_authorization_file_id"),
        ),
        sa.UniqueConstraint("request_id", name=op.f("uq_cloud_partner_case_request_id")),
    )
    op.create_table(
        "cloud_partner_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _enum(
                *("agreement", "authorization", "isolating", "incident"),
                *("findings", "call", "workaround", "referral"),
            ),
            nullable=False,
        ),
        sa.Column("state", _enum("waiting", "under_way", "done", "not_needed"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("next_update_at", UTCDateTime(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("begins_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *_of_request("cloud_partner_step"),
        sa.ForeignKeyConstraint(
            ["account_id", "case_id"],
            ["cloud_partner_case.account_id", "cloud_partner_case.id"],
            name=op.f("fk_cloud_partner_step_account_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_cloud_partner_step_by_id")),
    )
    op.create_index("ix_cloud_partner_step_case", "cloud_partner_step", ["case_id", "id"])
    for table in ("cloud_partner_case", "cloud_partner_step"):
        protect(op.get_bind(), table)


def _of_request(table: str) -> tuple[sa.Constraint, ...]:
    """The keys of what is an account's and seen by whoever sees the request."""
    return (
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f(f"fk_{table}_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", "id", name=op.f(f"uq_{table}_account_id_id")),
    )


def downgrade() -> None:
    op.drop_table("cloud_partner_step")
    op.drop_table("cloud_partner_case")

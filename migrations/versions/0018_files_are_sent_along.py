"""Files are sent along

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATES = ("sending", "checking", "ready", "refused", "attached")


def upgrade() -> None:
    held = sa.Enum("waiting", "stopped", native_enum=False, length=32)
    op.add_column("stored_file", sa.Column("held", held, nullable=True))
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, native_enum=False, length=32), nullable=False),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id")),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["stored_file.account_id", "stored_file.id"],
            name=op.f("fk_upload_account_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["user.id"], name=op.f("fk_upload_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_upload_account_id_id")),
        sa.UniqueConstraint("token", name=op.f("uq_upload_token")),
    )
    op.create_index("ix_upload_begun_at", "upload", ["account_id", "begun_at"])
    op.create_index("ix_upload_file_id", "upload", ["account_id", "file_id"])
    op.create_index(op.f("ix_upload_changed_at"), "upload", ["changed_at"])
    op.create_table(
        "upload_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_upload_part_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "upload_id"],
            ["upload.account_id", "upload.id"],
            name=op.f("fk_upload_part_account_id_upload_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["stored_file.account_id", "stored_file.id"],
            name=op.f("fk_upload_part_account_id_file_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_part")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_upload_part_account_id_id")),
        sa.UniqueConstraint("upload_id", "start", name=op.f("uq_upload_part_upload_id_start")),
    )
    for table in ("upload", "upload_part"):
        protect(op.get_bind(), table)


def downgrade() -> None:
    op.drop_table("upload_part")
    op.drop_table("upload")
    op.drop_column("stored_file", "held")

"""What is published for models, who took it, and the files of publishers on their way

Entries of the search index that are nobody's can be found by everyone in an account.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

from portal.base import search
from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

OWNED = ("terms_acceptance", "download")
TABLES = (
    "release_pilot",
    "release_model",
    "release_channel",
    "incoming_part",
    "download",
    "terms_acceptance",
    "software_release",
    "incoming_file",
    "document_model",
    "published_document",
    "software_terms",
    "published_file",
)


def upgrade() -> None:
    op.create_table(
        "published_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column(
            "held",
            sa.Enum("waiting", "stopped", name="hold", native_enum=False, length=32),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_file")),
        sa.UniqueConstraint("key", name=op.f("uq_published_file_key")),
    )
    op.create_index(op.f("ix_published_file_sha256"), "published_file", ["sha256"], unique=False)
    op.create_table(
        "software_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_nb", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software_terms")),
    )
    op.create_table(
        "published_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "administrator_guide",
                "user_guide",
                "quick_start",
                "release_notes",
                "privacy_guide",
                "technical_bulletin",
                "data_sheet",
                "other",
                name="documentkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("version_key", sa.String(length=400), nullable=False),
        sa.Column("part_number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column(
            "audience",
            sa.Enum(
                "public", "signed_in", "covered", name="audience", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["published_file.id"], name=op.f("fk_published_document_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_document")),
    )
    op.create_table(
        "document_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["published_document.id"], name=op.f("fk_document_model_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_document_model_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_model")),
        sa.UniqueConstraint(
            "document_id", "model_id", name=op.f("uq_document_model_document_id_model_id")
        ),
    )
    op.create_index(
        op.f("ix_document_model_model_id"), "document_model", ["model_id"], unique=False
    )
    op.create_table(
        "incoming_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sending",
                "checking",
                "ready",
                "refused",
                "attached",
                name="uploadstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["published_file.id"], name=op.f("fk_incoming_file_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["user.id"], name=op.f("fk_incoming_file_sent_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_file")),
        sa.UniqueConstraint("token", name=op.f("uq_incoming_file_token")),
    )
    op.create_index(
        op.f("ix_incoming_file_changed_at"), "incoming_file", ["changed_at"], unique=False
    )
    op.create_index(
        op.f("ix_incoming_file_sent_by_id"), "incoming_file", ["sent_by_id"], unique=False
    )
    op.create_table(
        "software_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "sort",
            sa.Enum("firmware", "software", name="sort", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "platform",
            sa.Enum("windows", "macos", name="platform", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("version_key", sa.String(length=400), nullable=False),
        sa.Column("train", sa.String(length=80), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("security", sa.Boolean(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "public", "signed_in", "covered", name="audience", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("draft", "proposed", "published", name="state", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("opens_at", UTCDateTime(), nullable=True),
        sa.Column("staged", sa.Boolean(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "current", "deprecated", "blocked", name="standing", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("reason_nb", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=True),
        sa.Column("steps_nb", sa.Text(), nullable=False),
        sa.Column("steps_en", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["published_file.id"], name=op.f("fk_software_release_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"],
            ["software_release.id"],
            name=op.f("fk_software_release_predecessor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user.id"], name=op.f("fk_software_release_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software_release")),
    )
    op.create_table(
        "terms_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_terms_acceptance_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["terms_id"], ["software_terms.id"], name=op.f("fk_terms_acceptance_terms_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_terms_acceptance_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_acceptance")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_terms_acceptance_account_id_id")),
        sa.UniqueConstraint(
            "account_id",
            "user_id",
            "terms_id",
            name=op.f("uq_terms_acceptance_account_id_user_id_terms_id"),
        ),
    )
    op.create_table(
        "download",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_download_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["published_document.id"], name=op.f("fk_download_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["published_file.id"], name=op.f("fk_download_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["software_release.id"], name=op.f("fk_download_release_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_download_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_download")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_download_account_id_id")),
    )
    op.create_index(
        "ix_download_file", "download", ["account_id", "file_id", "user_id", "at"], unique=False
    )
    op.create_index("ix_download_release", "download", ["release_id", "account_id"], unique=False)
    op.create_index("ix_download_user", "download", ["user_id"], unique=False)
    op.create_table(
        "incoming_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incoming_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_file.id"], name=op.f("fk_incoming_part_incoming_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_part")),
        sa.UniqueConstraint(
            "incoming_id", "start", name=op.f("uq_incoming_part_incoming_id_start")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_incoming_part_key")),
    )
    op.create_table(
        "release_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "portal", "lens", "teams", "zoom", name="channel", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("reason_nb", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["software_release.id"], name=op.f("fk_release_channel_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_channel")),
        sa.UniqueConstraint(
            "release_id", "channel", name=op.f("uq_release_channel_release_id_channel")
        ),
    )
    op.create_table(
        "release_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_release_model_model_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["software_release.id"], name=op.f("fk_release_model_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_model")),
        sa.UniqueConstraint(
            "release_id", "model_id", name=op.f("uq_release_model_release_id_model_id")
        ),
    )
    op.create_index(op.f("ix_release_model_model_id"), "release_model", ["model_id"], unique=False)
    op.create_table(
        "release_pilot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_release_pilot_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["software_release.id"], name=op.f("fk_release_pilot_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_pilot")),
        sa.UniqueConstraint(
            "release_id", "account_id", name=op.f("uq_release_pilot_release_id_account_id")
        ),
    )
    op.create_index(
        op.f("ix_release_pilot_account_id"), "release_pilot", ["account_id"], unique=False
    )
    columns = ["account_id", "status", "model_id", "installed_version"]
    op.create_index("ix_product_installed", "product", columns)
    for table in OWNED:
        protect(op.get_bind(), table)
    search.renew(op.get_bind())


def downgrade() -> None:
    op.drop_index("ix_product_installed", "product")
    for table in TABLES:
        op.drop_table(table)

"""The first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.base import search
from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# On PostgreSQL a session sees and writes only those rows of these that its scope holds.
OWNED = (
    "agreement",
    "agreement_category",
    "agreement_line",
    "event",
    "imported_change",
    "model_name",
    "product",
    "product_count",
    "product_import",
    "site",
    "stored_file",
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_fold", sa.String(length=240), nullable=False),
        sa.Column("digits", sa.String(length=9), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("digits", name=op.f("uq_account_digits")),
    )
    op.create_index(op.f("ix_account_name_key"), "account", ["name_key"], unique=False)
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "desk_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "brought_back",
                "changed",
                "counted",
                "created",
                "imported",
                "import_undone",
                "moved",
                "reached",
                "registered",
                "removed",
                "retired",
                "signed_in",
                "signed_out",
                "sign_in_failed",
                "password_changed",
                name="what",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_event")),
        sa.UniqueConstraint("number", name=op.f("uq_desk_event_number")),
    )
    op.create_table(
        "event_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_chain")),
        sa.UniqueConstraint("name", name=op.f("uq_event_chain_name")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    op.create_index(op.f("ix_mail_written_at"), "mail", ["written_at"], unique=False)
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("name", name=op.f("uq_partner_name")),
    )
    op.create_table(
        "product_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "headset",
                "video",
                "voice",
                "quote_only",
                name="category",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("family", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "headset",
                "speakerphone",
                "webcam",
                "personal video bar",
                "personal display",
                "video bar",
                "USB video bar",
                "camera",
                "codec",
                "legacy codec",
                "touch controller",
                "desk phone",
                "conference phone",
                "legacy conference phone",
                "room system",
                "vertical solution",
                "other",
                name="kind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "serial_pattern",
            sa.Enum(
                "headset",
                "video",
                "mac",
                "unknown",
                name="serialpattern",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("end_of_sale", sa.Date(), nullable=True),
        sa.Column("end_of_service", sa.Date(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_model")),
        sa.UniqueConstraint("name_key", name=op.f("uq_product_model_name_key")),
    )
    op.create_table(
        "search_entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.Column("identifiers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    op.create_table(
        "worker_pulse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_pulse")),
        sa.UniqueConstraint("worker", name=op.f("uq_worker_pulse_worker")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("retain_and_destroy", sa.Boolean(), nullable=False),
        sa.Column("technical_account_manager", sa.Boolean(), nullable=False),
        sa.Column("csm_hours", sa.Integer(), nullable=False),
        sa.Column("headroom", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_agreement_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_agreement_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_agreement_account_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_agreement_number")),
    )
    op.create_index(
        "ix_agreement_account_id_starts_on", "agreement", ["account_id", "starts_on"], unique=False
    )
    op.create_table(
        "event",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "brought_back",
                "changed",
                "counted",
                "created",
                "imported",
                "import_undone",
                "moved",
                "reached",
                "registered",
                "removed",
                "retired",
                "signed_in",
                "signed_out",
                "sign_in_failed",
                "password_changed",
                name="what",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_event_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_event_account_id_id")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_event_account_id_number")),
    )
    op.create_table(
        "grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_grant_account_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_grant_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint(
            "partner_id", "account_id", name=op.f("uq_grant_partner_id_account_id")
        ),
    )
    op.create_index(op.f("ix_grant_account_id"), "grant", ["account_id"], unique=False)
    op.create_table(
        "model_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_model_name_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_model_name_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_name")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_model_name_account_id_id")),
        sa.UniqueConstraint(
            "account_id", "name_key", name=op.f("uq_model_name_account_id_name_key")
        ),
    )
    op.create_table(
        "part_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=40), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_part_number_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_number")),
        sa.UniqueConstraint("folded", name=op.f("uq_part_number_folded")),
    )
    op.create_index(op.f("ix_part_number_model_id"), "part_number", ["model_id"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_fold", sa.String(length=240), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("opening_hours", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_site_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_site_account_id_id")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_site_account_id_name_key")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_stored_file_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_stored_file_account_id_id")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_fold", sa.String(length=240), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("theme", sa.String(length=5), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column(
            "staff_role",
            sa.Enum(
                "administrator",
                "member",
                "observer",
                "partner",
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
            nullable=True,
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("deactivated_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_user_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "agreement_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "headset",
                "video",
                "voice",
                "quote_only",
                name="category",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("agreed_number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "agreement_id"],
            ["agreement.account_id", "agreement.id"],
            name=op.f("fk_agreement_category_account_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_agreement_category_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_category")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_agreement_category_account_id_id")),
        sa.UniqueConstraint(
            "agreement_id", "category", name=op.f("uq_agreement_category_agreement_id_category")
        ),
    )
    op.create_table(
        "agreement_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "agreement_id"],
            ["agreement.account_id", "agreement.id"],
            name=op.f("fk_agreement_line_account_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_agreement_line_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_agreement_line_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_line")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_agreement_line_account_id_id")),
        sa.UniqueConstraint(
            "agreement_id", "model_id", name=op.f("uq_agreement_line_agreement_id_model_id")
        ),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("repeats", sa.String(length=80), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.Column("parked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_job_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_job_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
        sa.UniqueConstraint("repeats", name=op.f("uq_job_repeats")),
    )
    op.create_index(op.f("ix_job_due_at"), "job", ["due_at"], unique=False)
    op.create_index(op.f("ix_job_parked_at"), "job", ["parked_at"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "member",
                "observer",
                "partner",
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
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("user_id", "account_id", name=op.f("uq_membership_user_id_account_id")),
    )
    op.create_index(op.f("ix_membership_account_id"), "membership", ["account_id"], unique=False)
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_password_reset_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
    )
    op.create_index(op.f("ix_password_reset_user_id"), "password_reset", ["user_id"], unique=False)
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial_number", sa.String(length=20), nullable=True),
        sa.Column("mac", sa.String(length=12), nullable=True),
        sa.Column("identifier", sa.String(length=20), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=80), nullable=False),
        sa.Column("asset_tag", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("installed_version", sa.String(length=40), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active", "replaced", "retired", name="productstatus", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "site_id"],
            ["site.account_id", "site.id"],
            name=op.f("fk_product_account_id_site_id"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_product_account_id")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_product_model_id")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["user.id"], name=op.f("fk_product_registered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_product_account_id_id")),
        sa.UniqueConstraint("mac", name=op.f("uq_product_mac")),
        sa.UniqueConstraint("serial_number", name=op.f("uq_product_serial_number")),
    )
    op.create_index(
        "ix_product_asset_tag", "product", ["account_id", "asset_tag", "id"], unique=False
    )
    op.create_index(
        "ix_product_changed_at", "product", ["account_id", "changed_at", "id"], unique=False
    )
    op.create_index(
        "ix_product_identifier", "product", ["account_id", "identifier", "id"], unique=False
    )
    op.create_index("ix_product_import_id", "product", ["account_id", "import_id"], unique=False)
    op.create_index("ix_product_model", "product", ["account_id", "model_id", "id"], unique=False)
    op.create_index(
        "ix_product_registered_by",
        "product",
        ["account_id", "registered_by_id", "id"],
        unique=False,
    )
    op.create_index("ix_product_site", "product", ["account_id", "site_id", "id"], unique=False)
    op.create_index("ix_product_status", "product", ["account_id", "status", "id"], unique=False)
    op.create_table(
        "product_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "site_id"],
            ["site.account_id", "site.id"],
            name=op.f("fk_product_count_account_id_site_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_product_count_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_product_count_model_id")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["user.id"], name=op.f("fk_product_count_registered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_count")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_product_count_account_id_id")),
    )
    op.create_index(
        "uq_product_count_no_site",
        "product_count",
        ["account_id", "model_id"],
        unique=True,
        sqlite_where=sa.text("site_id IS NULL"),
        postgresql_where=sa.text("site_id IS NULL"),
    )
    op.create_index(
        "uq_product_count_site",
        "product_count",
        ["account_id", "model_id", "site_id"],
        unique=True,
        sqlite_where=sa.text("site_id IS NOT NULL"),
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.create_table(
        "product_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("faults_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "checking",
                "columns",
                "ready",
                "refused",
                "committing",
                "done",
                "undoing",
                "undone",
                name="importstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("mapped", sa.Boolean(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("committed_at", UTCDateTime(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "faults_id"],
            ["stored_file.account_id", "stored_file.id"],
            name=op.f("fk_product_import_account_id_faults_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["stored_file.account_id", "stored_file.id"],
            name=op.f("fk_product_import_account_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_product_import_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["user.id"], name=op.f("fk_product_import_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_import")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_product_import_account_id_id")),
    )
    op.create_index(
        "ix_product_import_started_at",
        "product_import",
        ["account_id", "started_at", "id"],
        unique=False,
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("kept_for", sa.String(length=800), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("led_to", sa.String(length=400), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_submission_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("user_id", "token", name=op.f("uq_submission_user_id_token")),
    )
    op.create_index(op.f("ix_submission_sent_at"), "submission", ["sent_at"], unique=False)
    op.create_table(
        "imported_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "import_id"],
            ["product_import.account_id", "product_import.id"],
            name=op.f("fk_imported_change_account_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "product_id"],
            ["product.account_id", "product.id"],
            name=op.f("fk_imported_change_account_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_imported_change_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_change")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_imported_change_account_id_id")),
        sa.UniqueConstraint(
            "import_id", "product_id", name=op.f("uq_imported_change_import_id_product_id")
        ),
    )
    search.install(op.get_bind())
    for table in OWNED:
        protect(op.get_bind(), table)


def downgrade() -> None:
    search.remove(op.get_bind())
    op.drop_table("imported_change")
    op.drop_index(op.f("ix_submission_sent_at"), table_name="submission")
    op.drop_table("submission")
    op.drop_index(op.f("ix_sign_in_user_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index("ix_product_import_started_at", table_name="product_import")
    op.drop_table("product_import")
    op.drop_index(
        "uq_product_count_site",
        table_name="product_count",
        sqlite_where=sa.text("site_id IS NOT NULL"),
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_product_count_no_site",
        table_name="product_count",
        sqlite_where=sa.text("site_id IS NULL"),
        postgresql_where=sa.text("site_id IS NULL"),
    )
    op.drop_table("product_count")
    op.drop_index("ix_product_status", table_name="product")
    op.drop_index("ix_product_site", table_name="product")
    op.drop_index("ix_product_registered_by", table_name="product")
    op.drop_index("ix_product_model", table_name="product")
    op.drop_index("ix_product_import_id", table_name="product")
    op.drop_index("ix_product_identifier", table_name="product")
    op.drop_index("ix_product_changed_at", table_name="product")
    op.drop_index("ix_product_asset_tag", table_name="product")
    op.drop_table("product")
    op.drop_index(op.f("ix_password_reset_user_id"), table_name="password_reset")
    op.drop_table("password_reset")
    op.drop_index(op.f("ix_membership_account_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_job_parked_at"), table_name="job")
    op.drop_index(op.f("ix_job_due_at"), table_name="job")
    op.drop_table("job")
    op.drop_table("agreement_line")
    op.drop_table("agreement_category")
    op.drop_table("user")
    op.drop_table("stored_file")
    op.drop_table("site")
    op.drop_index(op.f("ix_part_number_model_id"), table_name="part_number")
    op.drop_table("part_number")
    op.drop_table("model_name")
    op.drop_index(op.f("ix_grant_account_id"), table_name="grant")
    op.drop_table("grant")
    op.drop_table("event")
    op.drop_index("ix_agreement_account_id_starts_on", table_name="agreement")
    op.drop_table("agreement")
    op.drop_table("worker_pulse")
    op.drop_table("search_entry")
    op.drop_table("product_model")
    op.drop_table("partner")
    op.drop_index(op.f("ix_mail_written_at"), table_name="mail")
    op.drop_table("mail")
    op.drop_table("event_chain")
    op.drop_table("desk_event")
    op.drop_table("catalogue_version")
    op.drop_index(op.f("ix_account_name_key"), table_name="account")
    op.drop_table("account")

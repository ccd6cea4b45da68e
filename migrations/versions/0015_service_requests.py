"""Service requests

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from portal.base.db import UTCDateTime
from portal.base.row_security import protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# By table, whether its rows can be internal.
PROTECTED = {
    "draft": False,
    "service_request": False,
    "follower": True,
    "service_request_link": True,
    "service_request_message": True,
    "service_request_step": False,
    "service_request_target": False,
    "time_spent": True,
    "service_request_file": True,
}


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_draft_account_id_id")),
        sa.UniqueConstraint(
            "account_id", "person_id", "key", name=op.f("uq_draft_account_id_person_id_key")
        ),
    )
    op.create_index("ix_draft_changed_at", "draft", ["changed_at"])

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_saved_view_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "account_id",
            "person_id",
            "list_name",
            "name",
            name=op.f("uq_saved_view_account_id_person_id_list_name_name"),
        ),
    )
    op.create_index("ix_saved_view_person_id", "saved_view", ["person_id"])

    op.create_table(
        "standard_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("norwegian", sa.Text(), nullable=False),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user.id"], name=op.f("fk_standard_answer_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_answer")),
        sa.UniqueConstraint("title", name=op.f("uq_standard_answer_title")),
    )
    op.create_table(
        "service_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column(
            "about",
            sa.Enum(
                "device", "software", "license", "order", "other", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum("critical", "high", "medium", "low", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "in_progress",
                "waiting_for_customer",
                "waiting_for_cloud_partner",
                "waiting_for_development",
                "replacement",
                "solution_proposed",
                "solved",
                "closed",
                "canceled",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_since", UTCDateTime(), nullable=False),
        sa.Column("waiting_for", sa.String(length=200), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("device_count", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("call_from", UTCDateTime(), nullable=True),
        sa.Column("call_until", UTCDateTime(), nullable=True),
        sa.Column("own_reference", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("escalated_at", UTCDateTime(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("known_issue_id", sa.Integer(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("touched_at", UTCDateTime(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("first_response_due_at", UTCDateTime(), nullable=True),
        sa.Column("next_update_due_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "product_id"],
            ["product.account_id", "product.id"],
            name=op.f("fk_service_request_account_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "site_id"],
            ["site.account_id", "site.id"],
            name=op.f("fk_service_request_account_id_site_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_request_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["user.id"], name=op.f("fk_service_request_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_service_request_model_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user.id"], name=op.f("fk_service_request_opened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_service_request_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_service_request_account_id_id")),
    )
    op.create_index(
        "ix_service_request_changed_at", "service_request", ["account_id", "changed_at", "id"]
    )
    op.create_index("ix_service_request_due_at", "service_request", ["due_at", "id"])
    op.create_index(
        "ix_service_request_escalated", "service_request", ["escalated", "due_at", "id"]
    )
    op.create_index("ix_service_request_incident", "service_request", ["incident_id"])
    op.create_index("ix_service_request_known_issue", "service_request", ["known_issue_id"])
    op.create_index(
        "ix_service_request_opened_by", "service_request", ["account_id", "opened_by_id", "id"]
    )
    op.create_index(
        "ix_service_request_owner", "service_request", ["owner_id", "status", "due_at", "id"]
    )
    op.create_index(
        "ix_service_request_product", "service_request", ["account_id", "product_id", "id"]
    )
    op.create_index("ix_service_request_since", "service_request", ["status", "status_since"])
    op.create_index("ix_service_request_site", "service_request", ["account_id", "site_id", "id"])
    op.create_index(
        "ix_service_request_status", "service_request", ["account_id", "status", "changed_at", "id"]
    )
    op.create_index("ix_service_request_touched_at", "service_request", ["touched_at", "id"])

    op.create_table(
        "follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_follower_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_follower_account_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_follower_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_follower_account_id_id")),
        sa.UniqueConstraint("request_id", "user_id", name=op.f("uq_follower_request_id_user_id")),
    )
    op.create_index("ix_follower_user", "follower", ["user_id", "request_id"])

    op.create_table(
        "service_request_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "related", "duplicate", "split", "merged", "copied", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("other_reference", sa.String(length=20), nullable=False),
        sa.Column("linked_at", UTCDateTime(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "other_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_service_request_link_account_id_other_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_service_request_link_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_request_link_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request_link")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_service_request_link_account_id_id")),
    )
    op.create_index("ix_service_request_link_other", "service_request_link", ["other_id"])
    op.create_index("ix_service_request_link_request", "service_request_link", ["request_id"])

    op.create_table(
        "service_request_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "description",
                "reply",
                "solution",
                "escalation",
                "closing",
                "reopening",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column(
            "source", sa.Enum("portal", "mail", native_enum=False, length=32), nullable=False
        ),
        sa.Column("mail_message_id", sa.String(length=250), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_service_request_message_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_request_message_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_service_request_message_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request_message")),
        sa.UniqueConstraint(
            "account_id", "id", name=op.f("uq_service_request_message_account_id_id")
        ),
        sa.UniqueConstraint(
            "request_id",
            "mail_message_id",
            name=op.f("uq_service_request_message_request_id_mail_message_id"),
        ),
    )
    op.create_index(
        "ix_service_request_message_author_id", "service_request_message", ["author_id"]
    )
    op.create_index(
        "ix_service_request_message_request", "service_request_message", ["request_id", "id"]
    )

    op.create_table(
        "service_request_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("opened", "status", "severity", "answered", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "in_progress",
                "waiting_for_customer",
                "waiting_for_cloud_partner",
                "waiting_for_development",
                "replacement",
                "solution_proposed",
                "solved",
                "closed",
                "canceled",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum("critical", "high", "medium", "low", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_service_request_step_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_request_step_account_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_service_request_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request_step")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_service_request_step_account_id_id")),
    )
    op.create_index("ix_service_request_step_request", "service_request_step", ["request_id", "id"])

    op.create_table(
        "service_request_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("first_response", "next_update", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum("critical", "high", "medium", "low", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("met_at", UTCDateTime(), nullable=True),
        sa.Column("missed_at", UTCDateTime(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_service_request_target_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_request_target_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request_target")),
        sa.UniqueConstraint(
            "account_id", "id", name=op.f("uq_service_request_target_account_id_id")
        ),
        sa.UniqueConstraint(
            "request_id", "number", name=op.f("uq_service_request_target_request_id_number")
        ),
    )
    op.create_index("ix_service_request_target_due", "service_request_target", ["met_at", "due_at"])
    op.create_index(
        "ix_service_request_target_started", "service_request_target", ["account_id", "started_at"]
    )

    op.create_table(
        "time_spent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_time_spent_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_time_spent_account_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_time_spent_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_spent")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_time_spent_account_id_id")),
    )
    op.create_index("ix_time_spent_request", "time_spent", ["request_id"])
    op.create_index("ix_time_spent_user", "time_spent", ["user_id", "day"])

    op.create_table(
        "service_request_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["stored_file.account_id", "stored_file.id"],
            name=op.f("fk_service_request_file_account_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "message_id"],
            ["service_request_message.account_id", "service_request_message.id"],
            name=op.f("fk_service_request_file_account_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "request_id"],
            ["service_request.account_id", "service_request.id"],
            name=op.f("fk_service_request_file_account_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_request_file_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request_file")),
        sa.UniqueConstraint("account_id", "id", name=op.f("uq_service_request_file_account_id_id")),
        sa.UniqueConstraint(
            "request_id", "file_id", name=op.f("uq_service_request_file_request_id_file_id")
        ),
    )
    op.create_index("ix_service_request_file_message", "service_request_file", ["message_id"])
    for table, internal in PROTECTED.items():
        protect(op.get_bind(), table, internal=internal)


def downgrade() -> None:
    for table in reversed(
        (
            "draft",
            "saved_view",
            "standard_answer",
            "service_request",
            "follower",
            "service_request_link",
            "service_request_message",
            "service_request_step",
            "service_request_target",
            "time_spent",
            "service_request_file",
        )
    ):
        op.drop_table(table)

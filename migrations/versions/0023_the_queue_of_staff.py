"""The queue of staff, and their views of it, each once under its name

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "uq_saved_view_person_id_list_name_name",
        "saved_view",
        ["person_id", "list_name", "name"],
        unique=True,
        sqlite_where=sa.text("account_id IS NULL"),
        postgresql_where=sa.text("account_id IS NULL"),
    )
    op.drop_index("ix_service_request_owner", table_name="service_request")
    for name, columns in (
        ("ix_service_request_queue", ["due_at", "id"]),
        ("ix_service_request_owner", ["owner_id", "due_at", "id"]),
    ):
        op.create_index(
            name,
            "service_request",
            columns,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_index("ix_service_request_owner", table_name="service_request")
    op.drop_index("ix_service_request_queue", table_name="service_request")
    op.create_index(
        "ix_service_request_owner", "service_request", ["owner_id", "status", "due_at", "id"]
    )
    op.drop_index("uq_saved_view_person_id_list_name_name", table_name="saved_view")

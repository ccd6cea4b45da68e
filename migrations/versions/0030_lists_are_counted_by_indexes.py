"""Lists of requests are counted by their indexes

What is left to do has indexes of its own, for staff and for customers, and each list one that holds
what it is narrowed by. What was walked through what has long been closed goes.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ASKED_FOR = (
    *("status", "severity", "site_id", "escalated", "about", "model_id"),
    *("opened_by_id", "contact_id"),
)
_QUEUE = ("due_at", "id", "status", "account_id", "owner_id", "severity", "escalated")
_OWNER = ("owner_id", "due_at", "id")
_LEFT = "closed_at IS NULL AND status != 'solved'"


def upgrade() -> None:
    for name in ("due_at", "status", "changed_at", "queue", "owner"):
        op.drop_index(f"ix_service_request_{name}", table_name="service_request")
    listed = ["account_id", "changed_at", "id", *_ASKED_FOR]
    op.create_index("ix_service_request_changed_at", "service_request", listed)
    op.create_index("ix_service_request_of_status", "service_request", ["status", "id"])
    for name, columns in (("queue", _QUEUE), ("owner", _OWNER), ("open", listed)):
        _of_what_is_left(name, columns, _LEFT)
    op.drop_index("ix_follower_user", table_name="follower")
    _of_messages("request_id", "id", "internal", "author_id", "account_id")
    followed = ["user_id", "account_id", "muted", "internal", "request_id"]
    op.create_index("ix_follower_user", "follower", followed)


def downgrade() -> None:
    _of_messages("request_id", "id")
    op.drop_index("ix_follower_user", table_name="follower")
    op.create_index("ix_follower_user", "follower", ["user_id", "request_id"])
    for name in ("open", "owner", "queue", "of_status", "changed_at"):
        op.drop_index(f"ix_service_request_{name}", table_name="service_request")
    for name, columns in (
        ("changed_at", ["account_id", "changed_at", "id"]),
        ("status", ["account_id", "status", "changed_at", "id"]),
        ("due_at", ["due_at", "id"]),
    ):
        op.create_index(f"ix_service_request_{name}", "service_request", columns)
    before = ("due_at", "id", "status", "account_id", "owner_id", "severity", "escalated")
    for name, columns in (("queue", before), ("owner", _OWNER)):
        _of_what_is_left(name, columns, "closed_at IS NULL")


def _of_messages(*columns: str) -> None:
    name, table = "ix_service_request_message_request", "service_request_message"
    op.drop_index(name, table_name=table)
    op.create_index(name, table, list(columns))


def _of_what_is_left(name: str, columns: tuple[str, ...] | list[str], where: str) -> None:
    op.create_index(
        f"ix_service_request_{name}",
        "service_request",
        list(columns),
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )

"""Lists of replacements are found in their indexes

Each list has an index in its order that holds all that the list is narrowed by; what comes back and
the money that hangs on it are walked in one, of what goes on.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_LISTED = ("account_id", "changed_at", "id")
_NARROWED = ("closed_at", "stage", "returned", "return_due_on")
_BACK = ("return_due_on", "id", "closed_at", "returned", "liability", "account_id")
_DESK = ("stage", "turn", "hand_over_on", "id")
_OPEN, _CLOSED = "closed_at IS NULL", "closed_at IS NOT NULL"


def upgrade() -> None:
    _drop("desk", "desk_money", "desk_return", "open", "closed")
    _index("desk", *_DESK, "account_id")
    _index("open", *_LISTED, *_NARROWED, where=_OPEN)
    _index("open_number", "account_id", "id", *_NARROWED, where=_OPEN)
    _index("closed", *_LISTED, *_NARROWED[:2], where=_CLOSED)
    _index("back", *_BACK, where=_OPEN)


def downgrade() -> None:
    _drop("desk", "open", "open_number", "closed", "back")
    _index("desk", *_DESK)
    _index("desk_money", "liability", "return_due_on", "id")
    _index("desk_return", "returned", "return_due_on", "id")
    _index("open", *_LISTED, where=_OPEN)
    _index("closed", *_LISTED, where=_CLOSED)


def _drop(*names: str) -> None:
    for name in names:
        op.drop_index(f"ix_replacement_{name}", table_name="replacement")


def _index(name: str, *columns: str, where: str = "") -> None:
    only = {f"{kind}_where": sa.text(where) for kind in ("sqlite", "postgresql")} if where else {}
    op.create_index(f"ix_replacement_{name}", "replacement", list(columns), **only)

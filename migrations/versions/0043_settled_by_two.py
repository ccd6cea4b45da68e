"""That a charge is settled is proposed by one and confirmed by another, as a waiver is

And what still waits for an answer, though nothing hangs on it any more, is over.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_HOW = sa.Enum("returned", "paid", "credited", native_enum=False, length=32)
_NUMBER = sa.Column("reference", sa.String(length=40), nullable=True)
_REPLACEMENT = sa.table(
    "replacement", sa.column("id"), sa.column("returned"), sa.column("liability")
)
_L, _R = _REPLACEMENT.c.liability, _REPLACEMENT.c.returned
_OF_USE = {
    "return_extension": sa.and_(_L == "at_risk", _R == "label_ready"),
    "liability_waiver": _L.in_(("at_risk", "charged")),
}


def upgrade() -> None:
    op.add_column("liability_waiver", sa.Column("how", _HOW, nullable=True))
    op.add_column("liability_waiver", _NUMBER)
    for name, useful in _OF_USE.items():
        asked = sa.table(name, sa.column("replacement_id"), sa.column("answer"))
        over = sa.select(_REPLACEMENT.c.id).where(sa.not_(useful))
        waits = (asked.c.answer == "open", asked.c.replacement_id.in_(over))
        _everywhere(name, asked.update().where(*waits).values(answer="over"))


def _everywhere(table: str, deed: sa.Update) -> None:
    """In all accounts, which the policies let nobody write at once."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('app.read', '*', true), set_config('app.staff', '1', true)")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(deed)
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    else:
        op.execute(deed)


def downgrade() -> None:
    for name in _OF_USE:
        asked = sa.table(name, sa.column("answer"))
        _everywhere(name, asked.update().where(asked.c.answer == "over").values(answer="no"))
    with op.batch_alter_table("liability_waiver") as table:
        table.drop_column("reference")
        table.drop_column("how")

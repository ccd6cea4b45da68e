"""Until when a faulty device is to be sent back is known once the new one is delivered: of what is
still on its way, the day that was worked out from the promise is forgotten

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_REPLACEMENT = sa.table("replacement", sa.column("stage"), sa.column("return_due_on"))
_ON_THE_WAY = ("shipped", "in_transit", "ready_for_pickup")


def upgrade() -> None:
    deed = (
        _REPLACEMENT.update()
        .where(_REPLACEMENT.c.stage.in_(_ON_THE_WAY), _REPLACEMENT.c.return_due_on.is_not(None))
        .values(return_due_on=None)
    )
    if op.get_bind().dialect.name == "postgresql":  # in all accounts, which no policy lets write
        op.execute("SELECT set_config('app.read', '*', true), set_config('app.staff', '1', true)")
        op.execute("ALTER TABLE replacement NO FORCE ROW LEVEL SECURITY")
        op.execute(deed)
        op.execute("ALTER TABLE replacement FORCE ROW LEVEL SECURITY")
    else:
        op.execute(deed)


def downgrade() -> None:
    """The day is set at delivery as it was before."""

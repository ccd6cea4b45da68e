"""Everything that belongs to an account, taken away: every table that says whose its rows are.

So a feature that comes with tables of its own needs to do nothing for it. What stays is the record
of what was done, which holds numbers and no names, and is let go of in its own time.
"""

from typing import Any, cast

from sqlalchemy import CursorResult, delete, select

from portal.base import search
from portal.base.db import Base
from portal.base.history import Event
from portal.base.tenancy import OutOfScope, ScopedSession

STAYS = frozenset({Event})


def remove_some(session: ScopedSession, most: int) -> int:
    """Take away at most so many rows of the account that the session writes for.

    Tells how many it was: 0 when nothing is left. Children go before what they hang on.
    """
    account_id = session.scope.write
    if account_id is None:
        raise OutOfScope("Nothing is removed without an account.")
    if gone := search.forget_some(session, most):
        return gone
    for kind in _kinds():
        mine = select(kind.id).where(kind.account_id == account_id).limit(most)
        deed = delete(kind).where(kind.id.in_(mine))
        deed = deed.execution_options(synchronize_session=False)
        if gone := cast(CursorResult[Any], session.execute(deed)).rowcount:
            return gone
    return 0


def _kinds() -> list[Any]:
    """Every mapped class whose rows name an account, those that others point to last."""
    mapped = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    ordered = [mapped[table] for table in reversed(Base.metadata.sorted_tables) if table in mapped]
    return [kind for kind in ordered if hasattr(kind, "account_id") and kind not in STAYS]

"""What was asked for when there was none left, and is sent when there are more."""

from datetime import date

from sqlalchemy import Select, func, select

from portal.base import clock
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.tenancy import Scope
from portal.base.words import Refused
from portal.replacements.deciding import approve_waiting
from portal.replacements.deeds import hold
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_with_id
from portal.replacements.rules import Stage
from portal.replacements.telling import tell

EVERY = Scope(None, None, staff=True, reason="finding who waits for more in stock")


@handles("replacements.stock_came", limit=600)
def stock_came(run: Run, *, model_id: int) -> None:
    """Let those who wait for the model have theirs, in the order in which they asked."""
    with run.reading(EVERY) as session:
        rows = session.execute(waiting_for(model_id)).all()
    for row in rows:
        scope = Scope(frozenset({row.account_id}), row.account_id, reason=f"job {run.job.name}")
        with run.session(scope) as session:
            it = session.scalars(replacement_with_id(row.id)).one()
            try:
                with session.begin_nested():
                    approve_waiting(session, it, now=clock.now())
            except Refused:  # there is none left again
                return
        run.beat()


@handles("replacements.stock_expected", limit=600)
def stock_expected(run: Run, *, model_id: int, on: str | None) -> None:
    """Let those who wait for the model know of another day than they were told."""
    day = date.fromisoformat(on) if on else None
    with run.reading(EVERY) as session:
        rows = session.execute(waiting_for(model_id)).all()
    for row in rows:
        scope = Scope(frozenset({row.account_id}), row.account_id, reason=f"job {run.job.name}")
        with run.session(scope) as session:
            it = hold(session, session.get_one(Replacement, row.id))
            if it.waits_for_stock and it.expected_on != day:
                it.expected_on = day
                tell(session, it, "expected", by=None)
        run.beat()


def waiting_for(model_id: int) -> Select[int, int]:
    sent = func.coalesce(Replacement.sent_model_id, Replacement.model_id)
    return (
        select(Replacement.id, Replacement.account_id)
        .where(Replacement.stage == Stage.REQUESTED, Replacement.waits_for_stock)
        .where(sent == model_id)
        .order_by(Replacement.turn, Replacement.id)
    )

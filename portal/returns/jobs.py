"""Telling in time of the day by which something is to be sent back: each once, as the day nears.

What is told and the row that says so are one transaction: whoever dies in between told nothing, and
of two who come upon the same the second finds the row.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.base import clock
from portal.base.clock import day_of
from portal.base.db import broke
from portal.base.history import What, happened
from portal.base.jobs import every
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.delivery_times.times import delivery_times
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_locked
from portal.replacements.rules import ReturnStage, Stage
from portal.replacements.telling import tell
from portal.returns.extending import note
from portal.returns.queries import nearly_due, told_of
from portal.returns.rules import Near, reached

_WHY = "devices that are to be sent back"
EVERYTHING = Scope(None, None, staff=True, reason=_WHY)
_LONGEST = timedelta(days=30)  # in which five business days lie, whatever the holidays
_AT_ONCE = 500


@every("returns.remind", hours=1, limit=600)
def remind(run: Run) -> None:
    today = day_of(clock.now())
    with run.reading(EVERYTHING) as session:
        near = _news(session, session.execute(nearly_due(today + _LONGEST)).all(), today)
    for row in near:
        _remind(run, row.id, row.account_id, today)
        run.beat()


def _news(session: ScopedSession, rows: Any, today: date) -> list[Any]:
    """Those of which something is to be told that was not."""
    told: set[tuple[int, date, str]] = set()
    for start in range(0, len(rows), _AT_ONCE):
        ids = [row.id for row in rows[start : start + _AT_ONCE]]
        told.update((row[0], row[1], row[2]) for row in session.execute(told_of(ids)))
    times = delivery_times(session)
    found = []
    for row in rows:
        near = reached(today, row.return_due_on, times.workdays(row.country))
        wanted = near and _is_wanted(near, row.return_window)
        if near and wanted and (row.id, row.return_due_on, near.name.lower()) not in told:
            found.append(row)
    return found


def _is_wanted(near: Near, window: int) -> bool:
    """Who has so little time from the start has just been told of the day."""
    return near is Near.OVER or window > near.value


def _remind(run: Run, replacement_id: int, account_id: int, today: date) -> None:
    with run.session(scope_of(account_id)) as session:
        it = session.scalars(replacement_locked(replacement_id)).one_or_none()
        near = _near(session, it, today) if it else None
        if it is None or near is None:
            return
        try:
            with session.begin_nested():
                note(session, it, near, today=today)
        except IntegrityError as error:
            if not broke(error, "uq_return_notice_replacement_id_due_on_what"):
                raise
            return
        if near is Near.OVER:
            if it.at_risk is None:  # what nobody had priced when it was sent
                priced = catalogue_of(session, knowing=[it.model_id])[it.model_id]
                it.at_risk, it.currency = priced.list_price, priced.list_currency
            happened(session, it, What.OVERDUE, by=None)
        tell(session, it, "overdue" if near is Near.OVER else "due", by=None, near=near.value)


def _near(session: ScopedSession, it: Replacement, today: date) -> Near | None:
    """As it is by now: meanwhile it may have come in, or been given more time."""
    waits = it.stage is Stage.DELIVERED and it.returned is ReturnStage.LABEL_READY
    if not waits or it.return_due_on is None:
        return None
    return reached(today, it.return_due_on, delivery_times(session).workdays(it.country))


def scope_of(account_id: int) -> Scope:
    return Scope(frozenset({account_id}), account_id, staff=True, reason=_WHY)

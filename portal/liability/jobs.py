"""Charging what was not sent back, on the day that was announced; and no day before."""

from datetime import date, datetime
from typing import Any

from portal.base import clock
from portal.base.clock import day_of
from portal.base.jobs import every
from portal.base.run import Run
from portal.base.tenancy import ScopedSession
from portal.delivery_times.times import delivery_times
from portal.liability.actions import charge
from portal.liability.queries import may_be_charged
from portal.replacements.queries import replacement_locked
from portal.replacements.rules import charged_from
from portal.returns.jobs import EVERYTHING, scope_of


@every("liability.charge", hours=1, limit=600)
def charge_what_is_late(run: Run) -> None:
    now = clock.now()
    with run.reading(EVERYTHING) as session:
        rows = session.execute(may_be_charged(day_of(now))).all()
        late = [row for row in rows if _is_late(session, row, day_of(now))]
    for row in late:
        _charge(run, row.id, row.account_id, now)
        run.beat()


def _is_late(session: ScopedSession, row: Any, today: date) -> bool:
    workdays = delivery_times(session).workdays(row.country)
    return charged_from(row.return_due_on, row.charge_grace, row.told_on, workdays) <= today


def _charge(run: Run, replacement_id: int, account_id: int, now: datetime) -> None:
    with run.session(scope_of(account_id)) as session:
        it = session.scalars(replacement_locked(replacement_id)).one_or_none()
        # As it is by now: meanwhile it may have come in, or somebody asked for more time.
        row = session.execute(may_be_charged(day_of(now), [replacement_id])).one_or_none()
        if it is not None and row is not None and _is_late(session, row, day_of(now)):
            charge(session, it, now=now)

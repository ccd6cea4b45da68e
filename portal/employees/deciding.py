"""What an administrator, or whom they granted it, decides about what an employee ordered."""

from datetime import datetime

from portal.approval_rules.rules import Held
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.employees.models import EmployeeOrder
from portal.employees.queries import order_of
from portal.replacements.deciding import approve_asked, decline
from portal.replacements.deeds import MOVED_ON, hold, settle
from portal.replacements.models import Replacement
from portal.replacements.rules import CALLED_OFF, Stage
from portal.replacements.unsaid import check_said


def approve_for_employee(
    session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime
) -> None:
    """Let it be sent; where something else holds it back, or there is none left by now, let it wait
    for that alone."""
    it = hold(session, replacement)
    asked = _waiting(session, it)
    if asked is None:
        if it.stage in CALLED_OFF:
            raise Refused(MOVED_ON)
        return
    check_said(it)
    _answer(asked, by, now)
    it.held = [each for each in it.held if each != Held.EMPLOYEE.value]
    if not it.held:
        try:
            with session.begin_nested():
                approve_asked(session, it, by=by, now=now)
            return
        except Refused:
            it.held, it.waits_for_stock = [Held.STOCK.value], True
    happened(session, it, What.EMPLOYEE_APPROVED, by=by)
    settle(session, it, now=now)


def decline_for_employee(
    session: ScopedSession, replacement: Replacement, because: str, *, by: Doer, now: datetime
) -> None:
    it = hold(session, replacement)
    asked = _waiting(session, it)
    if asked is None and it.stage is not Stage.DECLINED:
        raise Refused(MOVED_ON)
    decline(session, it, because, by=by, now=now)
    if asked:
        _answer(asked, by, now)


def _waiting(session: ScopedSession, it: Replacement) -> EmployeeOrder | None:
    """The order, if it waits for an answer; None where there was one. Nobody decides of others."""
    asked = session.scalars(order_of(it.id)).one_or_none()
    if asked is None or (asked.waits and it.stage is not Stage.REQUESTED):
        raise Refused(MOVED_ON)
    return asked if asked.waits else None


def _answer(asked: EmployeeOrder, by: Doer, now: datetime) -> None:
    asked.waits, asked.answered_at, asked.answered_by_id = False, now, by.id

"""What staff do with a request, and what it does by itself: whose it is, how bad, how far."""

from datetime import datetime

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.access import GRANTS, Permission
from portal.base.bilingual import Bilingual
from portal.base.clock import day_of
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.clocks import StepKind
from portal.service_requests.deeds import go_to, hold, note_step, put, settle, wait_for
from portal.service_requests.desk_models import TimeSpent
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import (
    CLOSED_AFTER,
    LONGEST_LINE,
    SOLVED_AFTER,
    STOPPED,
    Status,
    milder,
    one_line,
    over,
)
from portal.service_requests.telling import alarm, tell, told_of

MOST_MINUTES = 24 * 60


def assign(
    session: ScopedSession,
    request: ServiceRequest,
    owner_id: int | None,
    *,
    by: Doer,
    now: datetime,
    version: int | None = None,
) -> None:
    """Give it to somebody of staff who works with requests, or to nobody: see also `taking`."""
    owner = session.get(User, owner_id) if owner_id else None
    if owner_id and not _works(owner):
        raise Refused(N_("Choose somebody who works with requests."), field="owner")
    request = hold(session, request)
    if request.owner_id == owner_id:
        return
    if owner_id and request.status is Status.CANCELED:
        raise Refused(over(request.status), field="owner")
    put(session, request, version, owner_id=owner_id)
    if owner_id == by.id and request.status is Status.NEW:
        go_to(session, request, Status.IN_PROGRESS, by=by, now=now)
    happened(session, request, What.ASSIGNED, by=by, owner=owner_id)
    settle(session, request, now=now)
    if owner_id and owner_id != by.id:
        tell(session, request, "assigned", by=by)


def _works(user: User | None) -> bool:
    if user is None or user.staff_role is None or user.deactivated_at:
        return False
    return Permission.REQUESTS_WORK in GRANTS[user.staff_role]


def change_status(
    session: ScopedSession,
    request: ServiceRequest,
    status: Status,
    *,
    waiting_for: str | Bilingual = "",
    by: Doer | None,
    now: datetime,
    version: int | None = None,
    tells: bool = True,
) -> None:
    """Move it without a word; `actions.reply` does it with one. Not told by itself where it is a
    part of what is told otherwise."""
    request = hold(session, request)
    if request.status is status:
        anew = status is Status.WAITING_FOR_CUSTOMER
        if anew and wait_for(session, request, waiting_for, by=by, version=version):
            settle(session, request, now=now)
            tell(session, request, told_of(status), by=by)
        return
    # Which days count for what is closed, `actions.reopen_request` knows.
    if request.status in {Status.CLOSED, Status.CANCELED}:
        raise Refused(over(request.status), field="status")
    go_to(session, request, status, waiting_for=waiting_for, by=by, now=now, version=version)
    happened(session, request, What.STATUS_CHANGED, by=by, status=status)
    settle(session, request, now=now)
    if tells:
        tell(session, request, told_of(status), by=by)


def change_severity(
    session: ScopedSession,
    request: ServiceRequest,
    severity: Severity,
    *,
    by: Doer,
    now: datetime,
    phone: str = "",
    version: int | None = None,
    tells: bool = True,
) -> None:
    """Say that it is worse than thought, or not as bad. What is not met yet is measured anew.

    `phone` is the number to call, in E.164, where none was given before. It is not told where it is
    a part of what is told otherwise.
    """
    request = hold(session, request)
    if request.status in STOPPED:
        raise Refused(over(request.status))
    if request.severity is severity:
        return
    before = request.severity
    number = {"contact_phone": phone} if phone else {}
    put(session, request, version, severity=severity, **number)
    note_step(session, request, StepKind.SEVERITY, by=by, now=now)
    happened(session, request, What.SEVERITY_CHANGED, by=by, severity=[before, severity])
    settle(session, request, now=now)
    if tells:
        tell(session, request, "severity", by=by)
    if severity is Severity.CRITICAL and request.owner_id is None:
        alarm(session, request, by=by)


def accept_workaround(
    session: ScopedSession,
    request: ServiceRequest,
    *,
    by: Doer,
    now: datetime,
    tells: bool = True,
) -> None:
    """There is a way around that the customer can live with: it is one step less bad."""
    change_severity(session, request, milder(request.severity), by=by, now=now, tells=tells)


def add_time(
    session: ScopedSession,
    request: ServiceRequest,
    minutes: int,
    *,
    note: str = "",
    by: Doer,
    now: datetime,
) -> TimeSpent:
    """Note how long one worked on it. It is no business of the customer's."""
    if not 1 <= minutes <= MOST_MINUTES:
        most = MOST_MINUTES
        raise Refused(N_("Write a number from 1 to %(most)s."), field="minutes", most=most)
    request = hold(session, request)
    spent = TimeSpent(
        request_id=request.id,
        account_id=request.account_id,
        internal=True,
        user_id=by.id,
        minutes=minutes,
        day=day_of(now),
        note=one_line(note, field="note", most=LONGEST_LINE),
        noted_at=now,
    )
    session.add(spent)
    happened(session, spent, What.TIME_ADDED, by=by, request=request.id, minutes=minutes)
    settle(session, request, now=now, public=False, texts=[spent.note], internal=True)
    return spent


def let_time_pass(session: ScopedSession, request: ServiceRequest, *, now: datetime) -> bool:
    """What is proposed is solved, and what is solved is closed, when nobody said otherwise."""
    request = hold(session, request)
    stood = now - request.status_since
    if request.status is Status.SOLUTION_PROPOSED and stood >= SOLVED_AFTER:
        after = Status.SOLVED
    elif request.status is Status.SOLVED and stood >= CLOSED_AFTER:
        after = Status.CLOSED
    else:
        return False
    go_to(session, request, after, by=None, now=now)
    happened(session, request, What.STATUS_CHANGED, by=None, status=after)
    settle(session, request, now=now)
    tell(session, request, told_of(after), by=None)
    return True

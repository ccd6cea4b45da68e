"""What managers promise of a request that is escalated, beside what its clocks promise."""

from datetime import datetime, timedelta
from typing import Any

from portal.agreements.targets import next_update
from portal.base.db import derive
from portal.base.tenancy import ScopedSession
from portal.service_requests.clocks import Clocks, TargetKind
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import escalations_open
from portal.service_requests.rules import RESTING, Status


def due_of(session: ScopedSession, request: ServiceRequest, found: Clocks) -> dict[str, Any]:
    """By when the customer gets a first answer, by when they hear from us next, and which of both
    they are promised: the nearer; or, once a manager has taken over, what that manager says.

    What staff escalate among themselves promises the customer nothing.
    """
    first, news = found.due(TargetKind.FIRST_RESPONSE), found.due(TargetKind.NEXT_UPDATE)
    taken = False
    if news is not None and request.escalated:
        told = [it for it in session.scalars(escalations_open(request.id)) if not it.internal]
        news = min([news, *(it.next_update_due_at for it in told)])
        taken = any(it.owner_id is not None for it in told)
    both = (news,) if taken else (first, news)
    due = min(filter(None, both), default=None)
    return {"first_response_due_at": first, "next_update_due_at": news, "due_at": due}


def keep_promise(session: ScopedSession, request: ServiceRequest, now: datetime) -> None:
    """Staff answered. What a manager promised for later holds; what was due, or what the portal
    promised until a manager would, is met, and the next news are due as the clock has it."""
    if not request.escalated:
        return
    due = now + timedelta(hours=request.targets[next_update(request.severity)])
    for it in session.scalars(escalations_open(request.id)):
        if not it.internal and (it.owner_id is None or it.next_update_due_at <= now):
            derive(session, it, next_update_due_at=due)


def rested(session: ScopedSession, request: ServiceRequest, after: Status, now: datetime) -> None:
    """It goes on to another status. What fell due while we waited for the customer was not missed:
    from now on there is as much left of it as when the waiting began."""
    since = request.status_since
    if request.escalated_at is None or request.status not in RESTING or after in RESTING:
        return
    for it in session.scalars(escalations_open(request.id)):
        if since < it.next_update_due_at <= now:
            derive(session, it, next_update_due_at=it.next_update_due_at + (now - since))

"""What managers promise of a request that is escalated, beside what its clocks promise."""

from datetime import datetime, timedelta

from portal.agreements.targets import next_update
from portal.base.db import derive
from portal.base.tenancy import ScopedSession
from portal.service_requests.clocks import Clocks, TargetKind
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import escalations_open


def next_promised(
    session: ScopedSession, request: ServiceRequest, found: Clocks
) -> datetime | None:
    """By when the customer hears from us next: by a clock, or by what was promised on top of it.

    What staff escalate among themselves promises the customer nothing.
    """
    due = found.due(TargetKind.NEXT_UPDATE)
    if due is None or not request.escalated:
        return due
    told = session.scalars(escalations_open(request.id)).all()
    return min([due, *(it.next_update_due_at for it in told if not it.internal)])


def keep_promise(session: ScopedSession, request: ServiceRequest, now: datetime) -> None:
    """Staff answered. What a manager promised for later holds; what was due, or what the portal
    promised until a manager would, is met, and the next news are due as the clock has it."""
    if not request.escalated:
        return
    due = now + timedelta(hours=request.targets[next_update(request.severity)])
    for it in session.scalars(escalations_open(request.id)):
        if not it.internal and (it.owner_id is None or it.next_update_due_at <= now):
            derive(session, it, next_update_due_at=due)

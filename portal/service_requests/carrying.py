"""What goes along when a request is merged into another: the escalation that it stands by."""

from datetime import datetime

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.service_requests.deeds import end_escalations, put
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import escalations_open

_KEPT = (
    *("internal", "reason", "escalated_at", "escalated_by_id", "owner_id", "next_update_due_at"),
    *("remedy", "remedy_text", "remedy_at", "remedy_by_id", "accepted_at"),
)


def carry_escalation(
    session: ScopedSession,
    request: ServiceRequest,
    into: ServiceRequest,
    *,
    by: Doer,
    now: datetime,
) -> None:
    """Whoever asked for a manager's eye has it still, by the reason, the owner and the promise that
    there were; unless the other stands escalated already, at least as openly. Here it ends, and
    says where it goes on."""
    found = [
        it
        for it in session.scalars(escalations_open(request.id))
        if it.escalated_at == request.escalated_at
    ]
    for it in found:
        it.ended_because = into.reference
        if into.escalated or (it.internal and into.escalated_at):
            continue
        end_escalations(session, into, by=by, now=now)  # of what staff did among themselves
        told = {name: getattr(it, name) for name in _KEPT}
        carried = Escalation(request_id=into.id, account_id=into.account_id, **told)
        session.add(carried)
        put(session, into, None, escalated=not it.internal, escalated_at=it.escalated_at)
        happened(session, carried if it.internal else into, What.ESCALATED, by=by)

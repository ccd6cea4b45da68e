"""Asking for a manager's eye on a request, and its end."""

from datetime import datetime, timedelta

from portal.agreements.targets import first_response
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.deeds import end_escalations, hold, put, settle
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import STOPPED, MessageKind, over, whole_text
from portal.service_requests.telling import tell
from portal.service_requests.writing import write_message


def escalate(
    session: ScopedSession,
    request: ServiceRequest,
    reason: str,
    *,
    by: Doer,
    now: datetime,
    internal: bool = False,
) -> ServiceRequestMessage:
    """Have a manager look after it. The reason is told in the request, or to staff alone.

    Of what staff escalate among themselves the customer sees nothing, and may escalate as well: the
    request then stands escalated by that.
    """
    request = hold(session, request)
    if request.escalated or (internal and request.escalated_at):
        raise Refused(N_("This request is escalated already."))
    if request.status in STOPPED:
        raise Refused(over(request.status))
    reason = whole_text(reason, field="reason", missing=N_("Say why it cannot wait."))
    message = write_message(
        session, request, reason, kind=MessageKind.ESCALATION, by=by, now=now, internal=internal
    )
    end_escalations(session, request, by=by, now=now)  # of what staff did among themselves
    put(session, request, None, escalated=not internal, escalated_at=now)
    escalation = Escalation(
        request_id=request.id,
        account_id=request.account_id,
        internal=internal,
        reason=reason,
        escalated_at=now,
        escalated_by_id=by.id,
        next_update_due_at=_first_news(request, now),
    )
    session.add(escalation)
    happened(session, escalation if internal else request, What.ESCALATED, by=by)
    settle(session, request, now=now, texts=[reason], writers=[by.id], internal=internal)
    tell(session, request, "escalated", by=by, message=message)
    return message


def end_escalation(
    session: ScopedSession, request: ServiceRequest, *, by: Doer, now: datetime
) -> None:
    """It needs no manager any more."""
    request = hold(session, request)
    since = request.escalated_at
    if since is None:
        return
    put(session, request, None, escalated=False, escalated_at=None)
    ended = end_escalations(session, request, by=by, now=now)
    for it in ended:
        if it.escalated_at == since:
            record = it if it.internal else request
            happened(session, record, What.ESCALATION_ENDED, by=by, escalation=it.id)
    settle(session, request, now=now, public=not all(it.internal for it in ended))


def _first_news(request: ServiceRequest, now: datetime) -> datetime:
    """Until a manager promises when: as soon as a new request would be answered, and no later than
    what is promised already."""
    soon = now + timedelta(minutes=request.targets[first_response(request.severity)])
    return min(soon, request.due_at) if request.due_at and request.due_at > now else soon

"""What managers do with an escalation: take it, promise, record how it was got over, end it."""

from datetime import datetime

from portal.accounts.models import User
from portal.base.db import save
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.escalations.queries import MANAGING
from portal.escalations.rules import promise
from portal.service_requests.deeds import hold, settle
from portal.service_requests.escalating import end_escalation
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.handling import accept_workaround
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Remedy, whole_text


def give(
    session: ScopedSession,
    escalation: Escalation,
    owner_id: int,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """Let a manager look after it: whoever takes it, or whom it is handed to."""
    owner = session.get(User, owner_id)
    if owner is None or owner.staff_role not in MANAGING or owner.deactivated_at:
        raise Refused(N_("Choose an escalation manager."), field="owner")
    _hold(session, escalation)
    if escalation.owner_id == owner_id:
        return
    save(session, escalation, version=version, owner_id=owner_id)
    taken = owner_id == by.id
    what = What.ESCALATION_TAKEN if taken else What.ESCALATION_HANDED_OVER
    happened(session, escalation, what, by=by, owner=owner_id)
    _settle(session, escalation, now)
    if not taken:
        later(
            session,
            "escalations.tell_owner",
            account_id=escalation.account_id,
            escalation_id=escalation.id,
            owner_id=owner_id,
        )


def promise_update(
    session: ScopedSession,
    escalation: Escalation,
    due_at: datetime,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """Say until when the customer hears of it next."""
    due_at = promise(due_at, now)
    _hold(session, escalation)
    save(session, escalation, version=version, next_update_due_at=due_at)
    happened(session, escalation, What.UPDATE_PROMISED, by=by, due=due_at.isoformat())
    _settle(session, escalation, now)


def record_remedy(
    session: ScopedSession,
    escalation: Escalation,
    remedy: Remedy,
    text: str,
    *,
    accepted: bool = False,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """Say how it was got over. A workaround that the customer accepts makes it one step less bad,
    and that once."""
    text = whole_text(text, field="text", missing=N_("Say what was done."))
    if accepted and remedy is not Remedy.WORKAROUND:
        raise Refused(N_("Only a workaround is accepted: after a repair, end the escalation."))
    request = _hold(session, escalation)
    lowers = accepted and escalation.accepted_at is None
    accepted_at = now if lowers else escalation.accepted_at
    fields = {"remedy": remedy, "remedy_text": text, "remedy_at": now, "remedy_by_id": by.id}
    save(session, escalation, version=version, accepted_at=accepted_at, **fields)
    happened(session, escalation, What.REMEDY_RECORDED, by=by, remedy=remedy)
    if lowers:
        accept_workaround(session, request, by=by, now=now)
    _settle(session, escalation, now)


def end(
    session: ScopedSession,
    escalation: Escalation,
    because: str = "",
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """It needs no manager any more: it was got over, or there is a reason why it need not be."""
    request = _hold(session, escalation)
    missing = N_("Record the repair or the workaround first, or say why it ends without.")
    because = whole_text(
        because, field="because", missing="" if escalation.remedy is not None else missing
    )
    fields = {"ended_at": now, "ended_by_id": by.id, "ended_because": because}
    save(session, escalation, version=version, **fields)
    end_escalation(session, request, by=by, now=now)


def _hold(session: ScopedSession, escalation: Escalation) -> ServiceRequest:
    """The request, so that nobody else moves it meanwhile; refused when it is over."""
    request = hold(session, escalation.request)
    if escalation.ended_at or request.escalated_at != escalation.escalated_at:
        raise Refused(N_("This escalation has ended."))
    return request


def _settle(session: ScopedSession, escalation: Escalation, now: datetime) -> None:
    settle(session, escalation.request, now=now, public=not escalation.internal)

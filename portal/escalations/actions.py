"""What managers do with an escalation: take it, promise, record how it was got over, end it."""

from datetime import datetime
from typing import Any

from portal.accounts.models import User
from portal.base.db import save
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.escalations.queries import MANAGING
from portal.escalations.rules import promise
from portal.service_requests.actions import reply
from portal.service_requests.deeds import hold, settle
from portal.service_requests.escalating import end_escalation
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.handling import accept_workaround
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import MessageKind, Remedy, whole_text


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
    _happened(session, escalation, what, by, owner=owner_id)
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
    _happened(session, escalation, What.UPDATE_PROMISED, by, due=due_at.isoformat())
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
    """Say how it was got over, in a message that is as internal as the escalation. A workaround
    that the customer accepts makes it one step less bad, and that once."""
    text = whole_text(text, field="text", missing=N_("Say what was done."))
    if accepted and remedy is not Remedy.WORKAROUND:
        raise Refused(N_("Only a workaround is accepted: after a repair, end the escalation."))
    request = _hold(session, escalation)
    lowers = accepted and escalation.accepted_at is None
    new = (escalation.remedy, escalation.remedy_text) != (remedy, text)
    accepted_at = now if lowers else escalation.accepted_at
    fields = {"remedy": remedy, "remedy_text": text, "remedy_at": now, "remedy_by_id": by.id}
    save(session, escalation, version=version, accepted_at=accepted_at, **fields)
    if new:
        told_as = "workaround_accepted" if lowers else "remedy"
        ways: dict[str, Any] = {"internal": escalation.internal, "takes": False, "told_as": told_as}
        reply(session, request, text, kind=MessageKind(remedy.value), by=by, now=now, **ways)
    _happened(session, escalation, What.REMEDY_RECORDED, by, remedy=remedy, accepted=lowers)
    if lowers:  # which the message tells as well, where the customer reads it
        told = escalation.internal or not new
        accept_workaround(session, request, by=by, now=now, tells=told)
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
    save(session, escalation, version=version, ended_because=because)
    end_escalation(session, request, by=by, now=now)


def _hold(session: ScopedSession, escalation: Escalation) -> ServiceRequest:
    """The request, so that nobody else moves it meanwhile; refused when it is over."""
    request = hold(session, escalation.request)
    if escalation.ended_at or request.escalated_at != escalation.escalated_at:
        raise Refused(N_("This escalation has ended."))
    return request


def _happened(
    session: ScopedSession, escalation: Escalation, what: What, by: Doer, **details: Any
) -> None:
    """Of the request, whose story tells it; of what is internal the vendor's own history."""
    record = escalation if escalation.internal else escalation.request
    happened(session, record, what, by=by, escalation=escalation.id, **details)


def _settle(session: ScopedSession, escalation: Escalation, now: datetime) -> None:
    settle(session, escalation.request, now=now, public=not escalation.internal)

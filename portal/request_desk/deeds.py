"""What staff do with a request beside answering, by what they filled in."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.agreements.targets import Severity
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Overtaken, Refused
from portal.cloud_partners.queries import case_of
from portal.request_desk.contacts import contact_named
from portal.request_desk.explaining import explain_alike
from portal.request_desk.moving import customer_named, move_to_customer
from portal.request_desk.reaching import numbered, path_of
from portal.service_requests import escalating, handling, joining
from portal.service_requests.actions import reopen_request, reply
from portal.service_requests.deeds import hold
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.rules import (
    STOPPED,
    LinkKind,
    MessageKind,
    Status,
    graver,
    whole_text,
)
from portal.service_requests.splitting import split
from portal.service_requests.wording import waits_for
from portal.web.locale import label


class Unseen(Exception):
    """It can be done, and is not, until whoever does it has seen what it is done to."""


def guard(session: ScopedSession, request: ServiceRequest, version: int) -> ServiceRequest:
    """The request, locked, if nobody changed it since the form was opened."""
    request = hold(session, request)
    if request.version != version:
        raise Overtaken(
            N_("Someone else changed this while you were writing. Compare, then save."),
            version=request.version,
        )
    return request


def other_of(session: ScopedSession, request: ServiceRequest, typed: str) -> ServiceRequest:
    """Another request of the same customer, by its number; those of others are not offered."""
    here = ServiceRequest.account_id == request.account_id
    number = numbered(PREFIX, typed)
    found = session.scalars(select(ServiceRequest).where(ServiceRequest.id == number, here))
    other = found.one_or_none()
    if other is None or other.id == request.id:
        raise Refused(
            N_("We find no other request of this customer by that number."), field="other"
        )
    return other


def give(session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime) -> None:
    chosen = form.owner.data
    handling.assign(session, it, int(chosen) if chosen else None, by=by, now=now)


def change_severity(
    session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime
) -> None:
    handling.change_severity(session, it, Severity(form.severity.data), by=by, now=now)


def standing(it: ServiceRequest) -> dict[str, str]:
    """How it stands, as the form begins."""
    return {"status": it.status.value, "waiting_for": waits_for(it)}


def change_status(
    session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime
) -> None:
    waits = form.waiting_for.data or ""
    handling.change_status(session, it, Status(form.status.data), waiting_for=waits, by=by, now=now)


def accept_workaround(
    session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime
) -> None:
    """The customer reads what it is, and is told once: of it, and of how severe it is with it."""
    told: dict[str, Any] = {"kind": MessageKind.WORKAROUND, "told_as": "workaround"}
    text = whole_text(form.text.data or "", field="text", missing=N_("Describe the workaround."))
    if it.status in STOPPED or it.severity is Severity.LOW:
        raise Refused(N_("The severity cannot be lowered any more."))
    reply(session, it, text, **told, by=by, now=now)
    handling.accept_workaround(session, it, by=by, now=now, tells=False)


def escalate(
    session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime
) -> None:
    why, internal = form.reason.data or "", form.internal.data == "1"
    escalating.escalate(session, it, why, internal=internal, by=by, now=now)


def merge(session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime) -> str:
    form.shown = into = other_of(session, it, form.other.data)
    seen, form.seen.data = form.seen.data == into.reference, into.reference
    chosen = Severity(form.severity.data) if form.severity.data else None
    if chosen is None and graver(it.severity, into.severity):
        raise Refused(
            N_("This one is “%(here)s”, the other “%(there)s”. Choose how severe it is then."),
            field="severity",
            here=label(it.severity),
            there=label(into.severity),
        )
    _refuse_to_leave_case(session, it, into)
    joining.merge(session, it, into, by=by, now=now)
    explain_alike(session, it, into, by=by, now=now)
    handling.change_severity(session, into, chosen or into.severity, by=by, now=now)
    if not seen:
        raise Unseen
    return path_of(into)


def _refuse_to_leave_case(session: ScopedSession, it: ServiceRequest, into: ServiceRequest) -> None:
    """What goes on with a cloud partner stays with its request, which would be closed."""
    has = [session.scalars(case_of(each.id)).one_or_none() is not None for each in (it, into)]
    if it.is_open and has == [True, False]:
        raise Refused(
            N_("This one has a cloud partner case. Merge the other one into this one instead."),
            field="other",
        )


def divide(session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime) -> str:
    subject, chosen = form.subject.data or "", form.messages.data
    try:
        return path_of(split(session, it, message_ids=chosen, subject=subject, by=by, now=now))
    except Refused as refusal:
        refusal.field = "messages" if refusal.field == "message_ids" else refusal.field
        raise


def link(session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime) -> None:
    other, kind = other_of(session, it, form.other.data), LinkKind(form.kind.data)
    joining.link(session, it, other, kind, by=by, now=now, internal=form.internal.data == "1")


def note_time(
    session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime
) -> None:
    note = form.time_note.data or ""
    handling.add_time(session, it, form.minutes.data, note=note, by=by, now=now)


def move(session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime) -> None:
    typed, chosen, text = form.customer.data, form.messages.data, form.text.data or ""
    to = customer_named(session, typed)
    contact = contact_named(session, to.id, form.contact.data or "")
    move_to_customer(
        session, it, to, contact_id=contact.id, message_ids=chosen, text=text, by=by, now=now
    )


def reopen(session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime) -> None:
    reopen_request(session, it, form.text.data or "", by=by, now=now)

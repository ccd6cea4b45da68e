"""Which mails belong together, and where an answer to one of them goes."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.db import broke
from portal.base.jobs import Job
from portal.base.references import reference
from portal.base.reply_addresses import address_with, token_for
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import PREFIX, ServiceRequest, ServiceRequestMessage
from portal.service_requests.reply_models import ReplyAddress
from portal.service_requests.rules import MessageKind
from portal.web.mail_headers import Thread

# What staff are told with these is said before everybody; all else is between themselves.
_SAID_TO_ALL = frozenset(
    {"opened", "answered", "reopened", "closed_with", "canceled_with"}
    | {"remedy", "workaround", "workaround_accepted"}
)


def own_id(
    request: ServiceRequest, message: ServiceRequestMessage | None, what: str, *, job: Job
) -> str:
    """What the Message-ID of a mail begins with, before the person's own part of it.

    It is made of what is told and never of chance, so that whoever is sent it twice has it once.
    """
    if message is not None:
        return message.mail_id
    return f"{request.reference}.{what}.{job.id}-{int(job.asked_at.timestamp() * 1000)}"


def previous_of(asking: Session, request_id: int, user: User, before: int | None) -> str:
    """The mail that somebody had or sent before this one, as far as they may know of it."""
    query = select(
        ServiceRequestMessage.id,
        ServiceRequestMessage.author_id,
        ServiceRequestMessage.kind,
        ServiceRequestMessage.mail_message_id,
    ).where(ServiceRequestMessage.request_id == request_id)
    if before is not None:
        query = query.where(ServiceRequestMessage.id < before)
    row = asking.execute(query.order_by(ServiceRequestMessage.id.desc()).limit(1)).first()
    if row is None:
        return ""
    receipt = row.kind is MessageKind.DESCRIPTION and user.staff_role is None
    if row.author_id == user.id and not receipt:  # of what they write they are told nothing else
        return row.mail_message_id or ""
    return f"{reference(PREFIX, request_id)}.{row.id}.u{user.id}"


def thread_of(
    session: ScopedSession,
    request: ServiceRequest,
    user: User,
    *,
    what: str,
    own: str,
    previous: str,
    settings: Any,
) -> Thread:
    return Thread(
        own=f"{own}.u{user.id}",
        root=request.reference,
        previous=previous,
        reply_to=_reply_to(session, request, user, what=what, settings=settings),
    )


def _reply_to(
    session: ScopedSession, request: ServiceRequest, user: User, *, what: str, settings: Any
) -> str:
    """Where they can answer to; nowhere, for who may read and not write, or where none is set."""
    if not settings.reply_address or not _may_answer(session, user, request.account_id):
        return ""
    as_note = user.staff_role is not None and what not in _SAID_TO_ALL
    whose = _address_of(session, request, user.id, as_note=as_note).whose
    return address_with(settings.reply_address, token_for(whose, secret_key=settings.secret_key))


def _may_answer(session: Session, user: User, account_id: int) -> bool:
    may = Permission.REQUESTS_WORK if user.staff_role else Permission.REQUESTS_CHANGE
    today = clock.today()
    return bool(
        account_scope(session, user_id=user.id, account_id=account_id, permission=may, today=today)
    )


def _address_of(
    session: ScopedSession, request: ServiceRequest, user_id: int, *, as_note: bool
) -> ReplyAddress:
    found = select(ReplyAddress).where(
        ReplyAddress.request_id == request.id,
        ReplyAddress.user_id == user_id,
        ReplyAddress.as_note.is_(as_note),
    )
    if known := session.scalars(found).one_or_none():
        return known
    made = ReplyAddress(account_id=request.account_id, request_id=request.id, internal=True)
    made.user_id, made.as_note = user_id, as_note
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # another job told them of something else
        if not broke(error, "uq_reply_address_request_id_user_id_as_note"):
            raise
        return session.scalars(found).one()
    return made

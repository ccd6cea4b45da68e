"""Making two requests of one."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.clocks import StepKind
from portal.service_requests.deeds import hold, note_step, promised, settle
from portal.service_requests.indexing import index_request
from portal.service_requests.joining import add_link
from portal.service_requests.models import (
    Follower,
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.queries import files_of, followers_of, messages_of
from portal.service_requests.rules import LONGEST_SUBJECT, LinkKind, MessageKind, one_line
from portal.service_requests.telling import tell

_COPIED = (
    *("about", "severity", "product_id", "model_id", "device_count", "site_id", "own_reference"),
    *("opened_by_id", "on_behalf", "contact_id", "contact_name", "contact_phone", "owner_id"),
    "people",
)


def split(
    session: ScopedSession,
    request: ServiceRequest,
    *,
    message_ids: Collection[int],
    subject: str,
    by: Doer,
    now: datetime,
) -> ServiceRequest:
    """Make some of what was said a request of its own. What was said stays where it is as well."""
    request = hold(session, request)
    missing = N_("Say in a few words what it is about.")
    subject = one_line(subject, field="subject", most=LONGEST_SUBJECT, missing=missing)
    said = [it for it in session.scalars(messages_of(request.id)) if it.id in message_ids]
    if all(it.internal for it in said):
        raise Refused(
            N_("Choose at least one message that the customer sees."), field="message_ids"
        )
    new = ServiceRequest(
        account_id=request.account_id,
        subject=subject,
        opened_at=now,
        status_since=now,
        changed_at=now,
        touched_at=now,
        targets=promised(session, request.account_id, now),
        **{name: getattr(request, name) for name in _COPIED},
    )
    session.add(new)
    session.flush()
    note_step(session, new, StepKind.OPENED, by=by, now=now)
    lines = session.scalars(followers_of(request.id)).all()
    session.add_all(_follower(line, new) for line in lines)
    index_request(session, new, [])
    description: ServiceRequestMessage | None = None
    for internal in (False, True):
        chosen = [it for it in said if it.internal is internal]
        description = _copy(session, chosen, new) or description
        texts, writers = [it.text for it in chosen], [it.author_id for it in chosen]
        found: dict[str, Any] = {"texts": texts, "writers": writers, "internal": internal}
        settle(session, new, now=now, public=not internal, **found)
    kind = LinkKind.SPLIT
    add_link(session, new, kind, request, request.reference, by=by, now=now, internal=False)
    happened(session, new, What.OPENED, by=by, severity=new.severity)
    settle(session, request, now=now)
    tell(session, new, "opened", by=by, message=description)
    return new


def _follower(line: Follower, new: ServiceRequest) -> Follower:
    return Follower(
        request_id=new.id,
        account_id=new.account_id,
        user_id=line.user_id,
        muted=line.muted,
        internal=line.internal,
        since=new.opened_at,
    )


def _copy(
    session: ScopedSession, said: Collection[ServiceRequestMessage], new: ServiceRequest
) -> ServiceRequestMessage | None:
    """The same words by the same people at the same time, and their files. What it begins with."""
    description = None
    files = list(session.scalars(files_of(next(iter(said)).request_id))) if said else []
    for it in said:
        first = description is None and not it.internal
        copy = ServiceRequestMessage(
            request_id=new.id,
            account_id=new.account_id,
            kind=MessageKind.DESCRIPTION if first else MessageKind.REPLY,
            author_id=it.author_id,
            by_staff=it.by_staff,
            on_behalf=it.on_behalf,
            automatic=it.automatic,
            internal=it.internal,
            text=it.text,
            written_at=it.written_at,
            source=it.source,
            from_address=it.from_address,
            entered_by_id=it.entered_by_id,
        )
        session.add(copy)
        session.flush()
        description = copy if first else description
        for line in files:
            if line.message_id == it.id:
                session.add(
                    ServiceRequestFile(
                        request_id=new.id,
                        account_id=new.account_id,
                        message_id=copy.id,
                        file_id=line.file_id,
                        internal=line.internal,
                    )
                )
    session.flush()
    return description

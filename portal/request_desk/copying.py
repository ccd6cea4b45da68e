"""Opening for the right customer what was opened for another: in words and files that were chosen.

Of the customer it came from nothing goes along but what staff chose. People go along as far as they
have access here; what others wrote is taken over by whoever of staff copied it, and says so.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base.access import Permission
from portal.base.clock import day_of
from portal.base.files import Hold, StoredFile
from portal.base.history import Doer, What, happened
from portal.base.jobs import NotNow
from portal.base.participation import seen_by
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.request_pages.queries import messages_with_files
from portal.service_requests.clocks import StepKind
from portal.service_requests.deeds import note_step, promised, settle
from portal.service_requests.indexing import index_request
from portal.service_requests.joining import note_origin
from portal.service_requests.models import Follower, ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import MessageKind, Source
from portal.service_requests.telling import tell
from portal.service_requests.writing import attach

_COPIED = ("subject", "about", "severity", "model_id")
_CONTACT = ("contact_id", "contact_name", "contact_phone", "call_from", "call_until")


@dataclass(slots=True)
class Original:
    """What was chosen of a request, and which of its people have access where it belongs."""

    request: ServiceRequest
    said: list[ServiceRequestMessage]
    known: set[int] = field(default_factory=set)
    keys: dict[int, str] = field(default_factory=dict)  # by a file: where its bytes are here


def read_original(run: Run, scope: Scope, request_id: int, message_ids: Iterable[int]) -> Original:
    chosen = set(message_ids)
    with run.reading(scope) as session:
        request = session.get_one(ServiceRequest, request_id)
        said = session.scalars(messages_with_files(request_id)).unique().all()
        original = Original(request, [it for it in said if it.id in chosen])
        session.expunge_all()
    return original


def find_known(session: ScopedSession, original: Original, account_id: int, now: datetime) -> None:
    """Who of its people may see requests of this account."""
    request = original.request
    asked = {request.opened_by_id, request.contact_id, *(it.author_id for it in original.said)}
    may, today = Permission.REQUESTS_VIEW, day_of(now)
    original.known = {
        each
        for each in asked - {None}
        if each
        and account_scope(session, user_id=each, account_id=account_id, permission=may, today=today)
    }


def copy_bytes(run: Run, original: Original) -> None:
    """A file is one account's: its bytes are copied, before anything is written that knows them."""
    for it in original.said:
        for line in it.files:
            if line.file.held is Hold.WAITING:
                raise NotNow("A file is still being checked.", wait=timedelta(minutes=1))
            if line.file.held is None:
                key = secrets.token_urlsafe(24)
                run.files.put(key, run.files.read(line.file.key))
                original.keys[line.file_id] = key
                run.beat()


def open_copy(
    session: ScopedSession,
    original: Original,
    contact_id: int | None,
    *,
    by: Doer,
    now: datetime,
) -> ServiceRequest:
    """The request as the right customer's, from now on, and as that of one of its people."""
    old, account_id = original.request, session.scope.write or 0
    opener = old.opened_by_id if old.opened_by_id in original.known else by.id
    contact = _contact(session, original, contact_id)
    outside = _outside(session, {opener, contact.get("contact_id")})
    new = ServiceRequest(
        account_id=account_id,
        opened_at=now,
        opened_by_id=opener,
        on_behalf=old.on_behalf or opener == by.id,
        owner_id=by.id,
        status_since=now,
        changed_at=now,
        touched_at=now,
        people=seen_by(outside),
        targets=promised(session, account_id, now),
        **{name: getattr(old, name) for name in _COPIED},
        **contact,
    )
    session.add(new)
    session.flush()
    for user_id in outside:
        line = Follower(request_id=new.id, account_id=account_id, user_id=user_id, since=now)
        session.add(line)
    note_step(session, new, StepKind.OPENED, by=by, now=now)
    index_request(session, new, [])
    description = _write(session, original, new, by, now)
    note_origin(session, new, old.reference, by=by, now=now)
    happened(session, new, What.OPENED, by=by, severity=new.severity)
    tell(session, new, "opened", by=by, message=description)
    return new


def _contact(session: ScopedSession, original: Original, contact_id: int | None) -> dict[str, Any]:
    old = original.request
    chosen = session.get(User, contact_id) if contact_id else None
    if chosen is not None and chosen.id != old.contact_id:
        return {"contact_id": chosen.id, "contact_name": chosen.name}
    known = old.contact_id in original.known
    return {name: getattr(old, name) for name in _CONTACT} if known else {}


def _outside(session: ScopedSession, ids: set[int | None]) -> list[int]:
    found = (session.get(User, each) for each in sorted(ids - {None}, key=lambda it: it or 0))
    return [it.id for it in found if it is not None and it.staff_role is None]


def _write(
    session: ScopedSession, original: Original, new: ServiceRequest, by: Doer, now: datetime
) -> ServiceRequestMessage | None:
    """What was chosen, in order. What it begins with is returned."""
    description = None
    for it in original.said:
        first = description is None and not it.internal
        known = it.author_id in original.known
        message = ServiceRequestMessage(
            request_id=new.id,
            account_id=new.account_id,
            kind=MessageKind.DESCRIPTION if first else MessageKind.REPLY,
            author_id=it.author_id if known else by.id,
            by_staff=it.by_staff if known else True,
            on_behalf=it.on_behalf if known else False,
            automatic=it.automatic,
            internal=it.internal,
            text=it.text,
            written_at=it.written_at,
            source=it.source if known else Source.COPY,
            from_address=it.from_address if known else None,
            entered_by_id=it.entered_by_id if known else None,
        )
        session.add(message)
        session.flush()
        description = message if first else description
        kept = [
            _kept(session, line.file, original, now)
            for line in it.files
            if line.file_id in original.keys
        ]
        attach(session, message, kept)
        texts = [it.text, *(file.name for file in kept)]
        found: dict[str, Any] = {"texts": texts, "writers": [message.author_id]}
        settle(session, new, now=now, public=not it.internal, internal=it.internal, **found)
    return description


def _kept(
    session: ScopedSession, file: StoredFile, original: Original, now: datetime
) -> StoredFile:
    copy = StoredFile(key=original.keys[file.id], created_at=now, held=None)
    for name in ("name", "media_type", "size", "sha256"):
        setattr(copy, name, getattr(file, name))
    session.add(copy)
    session.flush()
    return copy

"""What both sides do with a request: write, close, open again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.agreements.targets import targets_with
from portal.base.clock import day_of
from portal.base.files import StoredFile
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.deeds import go_to, hold, put, settle, wait_for
from portal.service_requests.ending import close_twice
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.queries import agreed_targets, message_by_mail
from portal.service_requests.rules import (
    ANSWERED,
    MessageKind,
    Source,
    Status,
    over,
    reopened_until,
    whole_text,
)
from portal.service_requests.taking_part import add_follower
from portal.service_requests.telling import answer_told_as, tell, told_of
from portal.service_requests.writing import Entered, write_message


def reply(
    session: ScopedSession,
    request: ServiceRequest,
    text: str,
    *,
    by: Doer,
    now: datetime,
    internal: bool = False,
    status: Status | None = None,
    waiting_for: str = "",
    version: int | None = None,
    files: Sequence[StoredFile] = (),
    kind: MessageKind = MessageKind.REPLY,
    source: Source = Source.PORTAL,
    mail_message_id: str | None = None,
    takes: bool = True,
    told_as: str = "",
    entered: Entered | None = None,
) -> ServiceRequestMessage:
    """Write to the others, or to staff alone; and move the request, to `status` or as it follows.

    A mail that comes twice is written once. `version` guards the status alone. Who answers what
    nobody has `takes` it, unless many are answered. `told_as`: as something else than an answer.
    """
    request = hold(session, request)
    if mail_message_id and (
        known := session.scalars(message_by_mail(request.id, mail_message_id)).one_or_none()
    ):
        return known
    text = whole_text(text, field="text", missing="" if files else N_("Write your answer."))
    if request.closed_at and not (internal and status is None):  # see `reopen_request`
        raise Refused(over(request.status), field="text")
    message = write_message(
        session,
        request,
        text,
        kind=kind,
        by=by,
        now=now,
        internal=internal,
        files=files,
        source=source,
        mail_message_id=mail_message_id,
        entered=entered,
    )
    moved = _follow_from(session, request, message, status)
    if moved is not None and moved is not request.status:
        go_to(session, request, moved, waiting_for=waiting_for, by=by, now=now, version=version)
        happened(session, request, What.STATUS_CHANGED, by=by, status=moved)
    elif moved is Status.WAITING_FOR_CUSTOMER:
        wait_for(session, request, waiting_for, by=by, version=version)
    _take_part(session, request, message, now, takes=takes)
    texts = [text, *(file.name for file in files)]
    seen: dict[str, Any] = {"public": not internal or moved is not None, "internal": internal}
    settle(session, request, now=now, texts=texts, writers=[message.author_id], **seen)
    _note(session, request, message, by, moved=moved, told_as=told_as)
    return message


def _follow_from(
    session: ScopedSession,
    request: ServiceRequest,
    message: ServiceRequestMessage,
    status: Status | None,
) -> Status | None:
    """Where a message moves its request."""
    if status is not None:
        return status
    begun = message.by_staff and request.status is Status.NEW
    answered = not message.by_staff and request.status in ANSWERED
    return Status.IN_PROGRESS if (begun or answered) and not message.internal else None


def _take_part(
    session: ScopedSession,
    request: ServiceRequest,
    message: ServiceRequestMessage,
    now: datetime,
    *,
    takes: bool,
) -> None:
    """Whoever answers first has it, unless somebody does; of the customer's, who writes follows."""
    if message.internal or message.author_id is None:
        return
    if not message.by_staff:
        add_follower(session, request, message.author_id, now=now, anew=False)
    elif takes and request.owner_id is None:
        put(session, request, None, owner_id=message.author_id)


def _note(
    session: ScopedSession,
    request: ServiceRequest,
    message: ServiceRequestMessage,
    by: Doer,
    *,
    moved: Status | None,
    told_as: str,
) -> None:
    if not message.internal:
        happened(session, request, What.ANSWERED, by=by, message=message.id)
        tell(session, request, told_as or answer_told_as(moved), by=by, message=message)
        return
    happened(session, message, What.NOTED, by=by, request=request.id)
    tell(session, request, "noted", by=by, message=message)
    if moved:  # which everybody sees, without a word of the note
        tell(session, request, told_of(moved), by=by)


def close_request(
    session: ScopedSession,
    request: ServiceRequest,
    *,
    solved: bool,
    text: str = "",
    by: Doer,
    now: datetime,
    version: int | None = None,
) -> None:
    """Close it, and say whether it was solved: of the request as it was at `version`."""
    request = hold(session, request)
    text, message = whole_text(text, field="text"), None
    if request.closed_at:
        close_twice(session, request, solved=solved, text=text, by_id=by.id)
        return
    if text:
        message = write_message(session, request, text, kind=MessageKind.CLOSING, by=by, now=now)
    go_to(session, request, Status.CLOSED, by=by, now=now, version=version, solved=solved)
    happened(session, request, What.CLOSED, by=by, solved=solved)
    settle(session, request, now=now, texts=[text], writers=[by.id] if text else ())
    tell(session, request, "closed_with" if message else "closed", by=by, message=message)


def accept_solution(
    session: ScopedSession, request: ServiceRequest, *, by: Doer, now: datetime
) -> None:
    """The proposed solution works."""
    request = hold(session, request)
    if request.status is not Status.SOLUTION_PROPOSED:
        raise Refused(N_("No solution is proposed at the moment."))
    go_to(session, request, Status.SOLVED, by=by, now=now, solved=True)
    happened(session, request, What.STATUS_CHANGED, by=by, status=request.status)
    settle(session, request, now=now)
    tell(session, request, "status", by=by)


def reopen_request(
    session: ScopedSession, request: ServiceRequest, text: str, *, by: Doer, now: datetime
) -> None:
    """Go on with what is closed, while the agreement lets it; the reason is what is wrong yet."""
    request = hold(session, request)
    if request.status not in {Status.SOLVED, Status.CLOSED}:
        raise Refused(N_("Only a closed request can be opened again."))
    days = reopening_days(session, request, now)
    if request.closed_at and day_of(now) > reopened_until(request.closed_at, days):
        raise Refused(
            N_("This request was closed more than %(days)s days ago. Open a new one."), days=days
        )
    text = whole_text(text, field="text", missing=N_("Say what is still wrong."))
    message = write_message(session, request, text, kind=MessageKind.REOPENING, by=by, now=now)
    go_to(session, request, Status.IN_PROGRESS, by=by, now=now, merged_into_id=None)
    happened(session, request, What.REOPENED, by=by)
    settle(session, request, now=now, texts=[text], writers=[by.id])
    tell(session, request, "reopened", by=by, message=message)


def reopening_days(session: ScopedSession, request: ServiceRequest, now: datetime) -> int:
    """For how many days the agreement in force lets a closed request be opened again."""
    own = session.scalars(agreed_targets(request.account_id, day_of(now))).first() or {}
    return targets_with(own)["reopening"]

"""A message and its files, written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.base.files import StoredFile
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.clocks import StepKind
from portal.service_requests.deeds import note_step, who
from portal.service_requests.models import (
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.promises import keep_promise
from portal.service_requests.rules import MessageKind, Source, Who

# Of what staff write before everybody, what says nothing to what was asked.
NO_ANSWERS = frozenset({MessageKind.DESCRIPTION, MessageKind.ESCALATION})


@dataclass(frozen=True, slots=True)
class Entered:
    """Where a mail came from that staff took over as somebody's answer, and who did."""

    address: str
    by_id: int


def write_message(
    session: ScopedSession,
    request: ServiceRequest,
    text: str,
    *,
    kind: MessageKind,
    by: Doer | None,
    now: datetime,
    internal: bool = False,
    automatic: bool = False,
    files: Sequence[StoredFile] = (),
    source: Source = Source.PORTAL,
    mail_message_id: str | None = None,
    entered: Entered | None = None,
) -> ServiceRequestMessage:
    if internal and not session.scope.staff:
        raise Refused(N_("Only staff write internal notes."), field="internal")
    message = ServiceRequestMessage(
        request_id=request.id,
        account_id=request.account_id,
        kind=kind,
        author_id=by.id if by else None,
        by_staff=who(session, by) is Who.STAFF,
        on_behalf=bool(by and by.on_behalf) and not session.scope.staff,
        automatic=automatic or by is None,
        internal=internal,
        text=text,
        written_at=now,
        source=source,
        mail_message_id=mail_message_id,
        from_address=entered.address if entered else None,
        entered_by_id=entered.by_id if entered else None,
    )
    session.add(message)
    session.flush()
    attach(session, message, files)
    counts = message.by_staff and not internal and not message.automatic
    if counts and kind not in NO_ANSWERS:
        note_step(session, request, StepKind.ANSWERED, by=by, now=now)
        keep_promise(session, request, now)
    return message


def attach(
    session: ScopedSession, message: ServiceRequestMessage, files: Iterable[StoredFile]
) -> None:
    """Let files belong to a message, as internal as it is."""
    for file in files:
        session.add(
            ServiceRequestFile(
                request_id=message.request_id,
                account_id=message.account_id,
                message_id=message.id,
                file_id=file.id,
                internal=message.internal,
            )
        )
    session.flush()

"""What staff decide about a mail that was set aside: once, and never that the customer sees it."""

from datetime import datetime

from portal.base.file_store import FileStore
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_
from portal.mail_intake.models import InboundMail
from portal.mail_intake.queries import mail_locked
from portal.mail_intake.reading import Letter, read_letter
from portal.mail_intake.rules import MOST_BYTES, UNDECIDED, State
from portal.mail_intake.taking import take_files
from portal.service_requests.actions import reply
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import message_by_mail
from portal.service_requests.rules import Source, one_line
from portal.uploads.scanner import Scanner


def attach_mail(
    session: ScopedSession,
    store: FileStore,
    scanner: Scanner | None,
    mail_id: int,
    request: ServiceRequest,
    *,
    heading: str,
    by: Doer,
    now: datetime,
) -> bool:
    """Let a request have it as an internal note, below a heading that says where it is from.

    False when somebody decided before.
    """
    mail = session.scalars(mail_locked(mail_id)).one()
    if mail.state not in UNDECIDED:
        return False
    letter, raw = read_again(store, mail)
    files, left = take_files(session, store, scanner, letter, raw, by=by, now=now)
    known = session.scalars(message_by_mail(request.id, mail.message_id)).one_or_none()
    names = "".join(f"\n– {name}" for name in left)
    message = reply(
        session,
        request,
        f"{heading}\n\n{mail.text}\n{names}",
        by=by,
        now=now,
        internal=True,
        files=files,
        source=Source.ENTERED,
        mail_message_id=None if known else mail.message_id or None,
    )
    mail.account_id, mail.request_id = request.account_id, request.id
    decide(mail, State.ATTACHED, by=by, now=now)
    told = {"request": request.id, "message": message.id}
    happened(session, mail, What.MAIL_ATTACHED, by=by, **told)
    return True


def discard_mail(
    session: ScopedSession, mail_id: int, remark: str, *, by: Doer, now: datetime
) -> bool:
    """Say that nothing comes of it, and why. False when somebody decided before."""
    mail = session.scalars(mail_locked(mail_id)).one()
    if mail.state not in UNDECIDED:
        return False
    missing = N_("Say in a few words why it is discarded.")
    mail.remark = one_line(remark, field="remark", most=200, missing=missing)
    decide(mail, State.DISCARDED, by=by, now=now)
    happened(session, mail, What.MAIL_DISCARDED, by=by)
    return True


def decide(mail: InboundMail, state: State, *, by: Doer, now: datetime) -> None:
    mail.state, mail.decided_at, mail.decided_by_id = state, now, by.id


def read_again(store: FileStore, mail: InboundMail) -> tuple[Letter, bytes]:
    if mail.size > MOST_BYTES:
        return Letter(), b""
    raw = b"".join(store.read(mail.key))
    return read_letter(raw, recipients=mail.recipients, returned=mail.returned, here=""), raw

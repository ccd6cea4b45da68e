"""A mail that was set aside, taken over by staff as the answer of somebody of the customer's.

It is written with that person's own rights, never as staff, and never silently: the message says,
to each reader in their language, from which address it came and who took it over, and so does the
log of both.
"""

from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import User
from portal.base.file_store import FileStore
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.mail_intake.addressing import Writer, writer
from portal.mail_intake.answering import with_what_is_missing
from portal.mail_intake.deciding import decide, read_again
from portal.mail_intake.models import InboundMail
from portal.mail_intake.queries import mail_locked
from portal.mail_intake.rules import PLAUSIBLE, UNDECIDED, State
from portal.mail_intake.taking import take_files
from portal.service_requests.actions import reply
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import message_by_mail
from portal.service_requests.rules import Source
from portal.service_requests.writing import Entered
from portal.uploads.scanner import Scanner


def can_be_taken_over(mail: InboundMail) -> bool:
    """Where it says whom it is from, and there is something to read."""
    there = bool(mail.sender) and bool(mail.text or mail.file_names)
    return mail.state in UNDECIDED and mail.reason in PLAUSIBLE and there


def check_sender(session: ScopedSession, mail: InboundMail, user: User) -> None:
    """Who is known to us by another name is nobody else."""
    known = session.scalars(select(User.id).where(User.email == mail.sender)).one_or_none()
    if not can_be_taken_over(mail) or known not in {None, user.id}:
        raise Refused(N_("This e-mail cannot be their answer. Add it as an internal note instead."))


def take_over(
    session: ScopedSession,
    store: FileStore,
    scanner: Scanner | None,
    mail_id: int,
    request: ServiceRequest,
    *,
    user: User,
    by: Doer,
    now: datetime,
) -> bool:
    """Let it be an answer of `user`, in whose scope the session is; taken over `by` one of staff.

    False when somebody decided before.
    """
    mail = session.scalars(mail_locked(mail_id)).one()
    if mail.state not in UNDECIDED:
        return False
    check_sender(session, mail, user)
    letter, raw = read_again(store, mail)
    theirs = writer(user)
    files, left = take_files(session, store, scanner, letter, raw, by=theirs, now=now)
    known = session.scalars(message_by_mail(request.id, mail.message_id)).one_or_none()
    message = reply(
        session,
        request,
        with_what_is_missing(mail.text, left, user.language),
        by=theirs,
        now=now,
        files=files,
        source=Source.MAIL,
        mail_message_id=None if known else mail.message_id or None,
        entered=Entered(mail.sender, by.id),
    )
    mail.account_id, mail.request_id = request.account_id, request.id
    decide(mail, State.TAKEN, by=by, now=now)
    told = {"message": message.id, "user": user.id}
    happened(session, mail, What.MAIL_TAKEN_OVER, by=by, request=request.id, **told)
    ours = Writer(by.id, on_behalf=True)
    happened(session, request, What.MAIL_TAKEN_OVER, by=ours, **told)
    mail.text = ""  # which stands there now
    return True

"""What becomes of a mail: a message in its request, a note that a machine wrote, or set aside."""

import logging
from dataclasses import dataclass

from sqlalchemy import select

from portal.base import clock
from portal.base.history import What, happened
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.base.words import Refused
from portal.mail_intake.addressing import (
    Addressee,
    addressee,
    refused_sender,
    scope_to_answer,
    writer,
)
from portal.mail_intake.answering import answer_by_itself, with_what_is_missing
from portal.mail_intake.models import InboundMail
from portal.mail_intake.queries import customers_with
from portal.mail_intake.reading import Letter, read_letter
from portal.mail_intake.rules import ANSWERED, MOST_BYTES, NOTED, Reason, State
from portal.mail_intake.taking import take_files
from portal.mail_intake.telling import have_told
from portal.service_requests.actions import reply
from portal.service_requests.deeds import hold
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.queries import message_by_mail
from portal.service_requests.rules import Source, Status
from portal.uploads.scanner import scanner_at
from portal.web.mail import host_of

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sorting:
    """One mail on its way."""

    run: Run
    mail: InboundMail
    raw: bytes
    letter: Letter
    found: Addressee | None = None


def sort_mail(run: Run, mail_id: int) -> None:
    """Decide about a mail, once. Whatever goes wrong with it, it is there for staff to see."""
    with run.reading(NOBODY) as session:
        mail = session.get(InboundMail, mail_id)
    if mail is None or mail.state is not State.WAITING:
        return
    it = _read(run, mail)
    try:
        reason = it.letter.reason if it.letter.reason in NOTED else _take(it)
    except Refused as refusal:
        _log.warning("Mail %d was refused: %s", mail_id, refusal.message)
        reason = Reason.REFUSED
    if reason is not None:
        _set_aside(it, reason)


def _read(run: Run, mail: InboundMail) -> Sorting:
    here = host_of(run.settings.portal_url)
    if mail.size > MOST_BYTES:
        return Sorting(run, mail, b"", Letter(reason=Reason.TOO_LARGE))
    raw = b"".join(run.files.read(mail.key))
    letter = read_letter(raw, recipients=mail.recipients, returned=mail.returned, here=here)
    return Sorting(run, mail, raw, letter)


def _take(it: Sorting) -> Reason | None:
    """Let it be a message of its request; else why not."""
    found = addressee(it.run, it.letter.recipients)
    seems_automatic = it.letter.reason is Reason.PERHAPS_AUTOMATIC
    if isinstance(found, Reason):
        found = it.letter.reason or found
        return Reason.AUTOMATIC if seems_automatic else found
    it.found = found
    refused = refused_sender(found, it.letter.sender)
    if seems_automatic and refused:
        return Reason.AUTOMATIC
    if reason := it.letter.reason or refused:
        return reason
    scope = scope_to_answer(it.run, found)
    return _write(it, found, scope) if scope else Reason.NO_RIGHT


def _write(it: Sorting, found: Addressee, scope: Scope) -> Reason | None:
    now, by = clock.now(), writer(found.user)
    with it.run.session(scope) as session:
        request = hold(session, session.get_one(ServiceRequest, found.whose.request_id))
        if reason := _stopped(it, session, request):
            return reason
        scanner = scanner_at(it.run.settings.clamd_url)
        files, left = take_files(session, it.run.files, scanner, it.letter, it.raw, by=by, now=now)
        message = reply(
            session,
            request,
            with_what_is_missing(it.letter.text, left, found.user.language),
            by=by,
            now=now,
            internal=found.whose.as_note,
            files=files,
            source=Source.MAIL,
            mail_message_id=it.letter.message_id,
        )
        _decide(it, session, State.TAKEN, None)
        mail = session.get_one(InboundMail, it.mail.id)
        told = {"request": request.id, "message": message.id}
        happened(session, mail, What.MAIL_TAKEN, by=by, **told)
        it.run.finish(session)
    return None


def _stopped(it: Sorting, session: ScopedSession, request: ServiceRequest) -> Reason | None:
    """Whether it is here already, or the request is over."""
    number = it.letter.message_id
    if known := session.scalars(message_by_mail(request.id, number)).one_or_none():
        return Reason.DUPLICATE if _is_the_same(it, session, known) else Reason.SAME_ID
    if request.status in {Status.CLOSED, Status.CANCELED} and not _as_note(it):
        return Reason.CLOSED
    return None


def _as_note(it: Sorting) -> bool:
    return it.found is not None and it.found.whose.as_note


def _is_the_same(it: Sorting, session: ScopedSession, known: ServiceRequestMessage) -> bool:
    """Whether what came before with this number said the same, as far as that is still known."""
    before = select(InboundMail.digest).where(
        InboundMail.message_id == it.letter.message_id,
        InboundMail.request_id == known.request_id,
        InboundMail.state.in_([State.TAKEN, State.ATTACHED]),
    )
    digests = set(session.scalars(before))
    return it.letter.digest in digests or not digests


def _set_aside(it: Sorting, reason: Reason) -> None:
    with it.run.session(NOBODY) as session:
        if reason not in NOTED and _came_before(it, session):
            reason = Reason.DUPLICATE
        state = State.NOTED if reason in NOTED else State.PARKED
        _decide(it, session, state, reason)
        mail = session.get_one(InboundMail, it.mail.id)
        if it.found and reason in ANSWERED:
            answer_by_itself(session, mail, it.found, reason, it.run.settings.portal_url)
        if reason is Reason.UNKNOWN:
            mail.user_id = session.scalars(customers_with(mail.sender)).one_or_none()
        if state is State.PARKED:
            have_told(session)
        what = What.MAIL_NOTED if state is State.NOTED else What.MAIL_PARKED
        happened(session, mail, what, by=None, why=reason)
        it.run.finish(session)
    _log.info("mail %d: %s, %s", it.mail.id, state, reason)


def _came_before(it: Sorting, session: ScopedSession) -> bool:
    """Whether the same mail was set aside before: staff decide about it once."""
    letter = it.letter
    same = InboundMail.message_id == letter.message_id, InboundMail.digest == letter.digest
    before = select(InboundMail.id).where(*same, InboundMail.id != it.mail.id)
    decided = before.where(InboundMail.state.not_in([State.WAITING, State.NOTED]))
    return bool(letter.digest) and session.scalars(decided).first() is not None


def _decide(it: Sorting, session: ScopedSession, state: State, reason: Reason | None) -> None:
    """Write down what was found out. Of what became a message, the words stand there."""
    mail, letter = session.get_one(InboundMail, it.mail.id), it.letter
    mail.state, mail.reason = state, reason
    mail.message_id, mail.digest = letter.message_id, letter.digest
    mail.sender, mail.sender_name, mail.subject = letter.sender, letter.sender_name, letter.subject
    if state is not State.TAKEN:
        mail.text = letter.text
        mail.file_names = [name for name, _part in letter.named()]
    if it.found:
        mail.account_id, mail.user_id = it.found.account_id, it.found.user.id
        mail.request_id = it.found.whose.request_id
    if state is not State.PARKED:
        mail.decided_at = clock.now()

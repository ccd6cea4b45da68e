"""Destroyed instead of sent back: the certificate of it, and what we say to that."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from portal.base.clock import day_of
from portal.base.db import broke
from portal.base.files import StoredFile
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.products.rules import bare
from portal.replacements.deeds import go, hold, settle
from portal.replacements.models import Replacement
from portal.replacements.rules import ReturnStage, Stage, Track
from portal.replacements.telling import tell
from portal.returns.extending import ANSWERED
from portal.returns.models import DestructionCertificate
from portal.returns.queries import last_certificate
from portal.returns.receiving import awaited_numbers
from portal.returns.rules import Answer, Method
from portal.service_requests.rules import one_line

CERTIFICATE_WAITS = N_("A certificate waits for our answer already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """What a certificate says."""

    method: Method
    destroyed_on: date
    signed_by: str
    serial_number: str = ""


def waits_for_answer(session: ScopedSession, it: Replacement) -> bool:
    """Whether a certificate was sent in that nobody has answered."""
    sent = session.scalars(last_certificate(it.id)).one_or_none()
    return sent is not None and sent.answer is Answer.OPEN


def may_be_certified(it: Replacement) -> bool:
    """Whether it is kept and destroyed, and the new one is there, so that it can be."""
    waits = it.returned is ReturnStage.NOT_DUE and it.stage is Stage.DELIVERED
    return it.retain_and_destroy and waits


def send_certificate(
    session: ScopedSession,
    replacement: Replacement,
    told: Certified,
    file: StoredFile | None,
    *,
    by: Doer,
    now: datetime,
) -> DestructionCertificate:
    it = hold(session, replacement)
    if not may_be_certified(it):
        raise Refused(N_("No certificate is asked for now."))
    if file is None:
        raise Refused(N_("Choose the file with the signed certificate."), field="files")
    if told.destroyed_on > day_of(now) or told.destroyed_on < day_of(it.asked_at):
        raise Refused(
            N_("Choose a day from when you asked for the new one until today."),
            field="destroyed_on",
        )
    signed_by = one_line(
        told.signed_by, field="signed_by", most=120, missing=N_("Enter who signed it.")
    )
    made = DestructionCertificate(
        account_id=it.account_id,
        replacement_id=it.id,
        method=told.method,
        destroyed_on=told.destroyed_on,
        signed_by=signed_by,
        serial_number=_number(session, it, told.serial_number),
        file_id=file.id,
        sent_at=now,
        sent_by_id=by.id,
        answer=Answer.OPEN,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_destruction_certificate_replacement_id"):
            raise
        raise Refused(CERTIFICATE_WAITS) from None
    happened(session, it, What.CERTIFICATE_SENT, by=by)
    settle(session, it, now=now)
    tell(session, it, "certificate_sent", by=by)
    return made


def accept_certificate(
    session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime
) -> None:
    """It is destroyed: the return is over."""
    it, sent = _waiting(session, replacement)
    if sent.file.held:
        raise Refused(N_("The file is not found to be free of viruses yet."))
    _answer(sent, Answer.YES, "", by, now)
    go(session, it, Track.RETURN, ReturnStage.DESTROYED, by=by, now=now)
    happened(session, it, What.CERTIFICATE_ACCEPTED, by=by)
    settle(session, it, now=now)
    tell(session, it, "destroyed", by=by)


def refuse_certificate(
    session: ScopedSession, replacement: Replacement, because: str, *, by: Doer, now: datetime
) -> None:
    """Another one can be sent in."""
    it, sent = _waiting(session, replacement)
    missing = N_("Say what is wrong with it, so that the customer can send another.")
    why = one_line(because, field="because", most=200, missing=missing)
    _answer(sent, Answer.NO, why, by, now)
    happened(session, it, What.CERTIFICATE_REFUSED, by=by)
    settle(session, it, now=now)
    tell(session, it, "not_destroyed", by=by, because=why)


def _number(session: ScopedSession, it: Replacement, text: str) -> str:
    """Of the device that was to be destroyed, and no other."""
    number, wanted = bare(text)[:20], awaited_numbers(session, it)
    if wanted and number and number not in wanted:
        raise Refused(
            N_(
                "The certificate is of %(number)s, but %(wanted)s was to be destroyed. Did you keep"
                " that one, say so first."
            ),
            field="serial_number",
            number=number,
            wanted=wanted[0],
        )
    return number or next(iter(wanted), "")


def _waiting(
    session: ScopedSession, replacement: Replacement
) -> tuple[Replacement, DestructionCertificate]:
    it = hold(session, replacement)
    sent = session.scalars(last_certificate(it.id)).one_or_none()
    if sent is None or sent.answer is not Answer.OPEN:
        raise Refused(ANSWERED)
    return it, sent


def _answer(
    sent: DestructionCertificate, answer: Answer, because: str, by: Doer, now: datetime
) -> None:
    sent.answer, sent.because = answer, because
    sent.answered_at, sent.answered_by_id = now, by.id

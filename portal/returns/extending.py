"""More time to send a device back: asked for by the customer, granted or refused by us."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from portal.base.clock import day_of
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.delivery_times.times import delivery_times
from portal.replacements.deeds import hold, settle
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage
from portal.replacements.telling import tell
from portal.returns.models import ReturnExtension, ReturnNotice
from portal.returns.queries import open_extension
from portal.returns.rules import Answer, Near, asked_until, reached
from portal.service_requests.rules import one_line

WAITS = N_("You have asked for more time already. We answer as soon as we can.")
NOTHING = N_("The device is not to be sent back now.")
CHARGED = N_("The device is charged already. Call us, and we look at it.")
ANSWERED = N_("Nobody waits for an answer any more.")


def ask_for_more_time(
    session: ScopedSession,
    replacement: Replacement,
    until: date,
    reason: str,
    *,
    by: Doer,
    now: datetime,
) -> ReturnExtension:
    """Until it is answered, nothing is charged."""
    it = hold(session, replacement)
    if it.returned is not ReturnStage.LABEL_READY or it.return_due_on is None:
        raise Refused(NOTHING)
    if it.liability is not Liability.AT_RISK:
        raise Refused(CHARGED)
    workdays = delivery_times(session).workdays(it.country)
    day = asked_until(until, it.return_due_on, day_of(now), workdays)
    why = one_line(reason, field="reason", most=200, missing=N_("Say why you need more time."))
    made = ReturnExtension(
        account_id=it.account_id,
        replacement_id=it.id,
        until=day,
        reason=why,
        asked_at=now,
        asked_by_id=by.id,
        answer=Answer.OPEN,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_return_extension_replacement_id"):
            raise
        raise Refused(WAITS) from None
    happened(session, it, What.EXTENSION_ASKED, by=by, until=day.isoformat())
    settle(session, it, now=now)
    tell(session, it, "extension_asked", by=by, until=day.isoformat(), reason=why)
    return made


def grant(
    session: ScopedSession, replacement: Replacement, until: date, *, by: Doer, now: datetime
) -> date:
    """Let it take until then, which need not be what was asked for; or the business day after."""
    it, asked = _asked(session, replacement)
    if it.returned is not ReturnStage.LABEL_READY or it.return_due_on is None:
        raise Refused(NOTHING)
    workdays = delivery_times(session).workdays(it.country)
    day = asked_until(until, it.return_due_on, day_of(now), workdays)
    asked.until = day
    _answer(asked, Answer.YES, "", by, now)
    it.return_due_on = day
    told = reached(day_of(now), day, workdays)
    for near in Near if told else ():
        if near is not Near.OVER and told and near.value >= told.value:  # known from the answer
            note(session, it, near, today=day_of(now))
    happened(session, it, What.EXTENSION_GRANTED, by=by, until=day.isoformat())
    settle(session, it, now=now)
    tell(session, it, "extended", by=by)
    return day


def refuse(
    session: ScopedSession, replacement: Replacement, because: str, *, by: Doer, now: datetime
) -> None:
    it, asked = _asked(session, replacement)
    missing = N_("Say why, so that the customer understands it.")
    why = one_line(because, field="because", most=200, missing=missing)
    _answer(asked, Answer.NO, why, by, now)
    happened(session, it, What.EXTENSION_REFUSED, by=by)
    settle(session, it, now=now)
    tell(session, it, "not_extended", by=by, because=why)


def note(session: ScopedSession, it: Replacement, near: Near, *, today: date) -> None:
    """That it is told how near the deadline is. The key says that it is once."""
    session.add(
        ReturnNotice(
            account_id=it.account_id,
            replacement_id=it.id,
            due_on=it.return_due_on,
            what=near.name.lower(),
            told_on=today,
        )
    )
    session.flush()


def _asked(session: ScopedSession, replacement: Replacement) -> tuple[Replacement, ReturnExtension]:
    it = hold(session, replacement)
    asked = session.scalars(open_extension(it.id)).one_or_none()
    if asked is None:
        raise Refused(ANSWERED)
    return it, asked


def _answer(asked: ReturnExtension, answer: Answer, because: str, by: Doer, now: datetime) -> None:
    asked.answer, asked.because = answer, because
    asked.answered_at, asked.answered_by_id = now, by.id

"""Money that hangs on a device: charged when nothing else helps, settled, or let go of by two."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.liability.models import LiabilityWaiver
from portal.liability.queries import last_waiver
from portal.replacements.deeds import go, hold, settle
from portal.replacements.models import Replacement
from portal.replacements.rules import RETURN_OPEN, Liability, ReturnStage, SettledAs, Track
from portal.replacements.telling import tell
from portal.returns.extending import ANSWERED
from portal.returns.rules import Answer
from portal.service_requests.rules import one_line

OPEN = (Liability.AT_RISK, Liability.CHARGED)
SAME_PERSON = N_("Somebody else than whoever proposed it has to answer.")


def charge(session: ScopedSession, it: Replacement, *, now: datetime) -> None:
    """At list price, as it was announced. The portal does it by itself."""
    go(session, it, Track.LIABILITY, Liability.CHARGED, by=None, now=now)
    it.charged_at = now
    happened(session, it, What.CHARGED, by=None, amount=f"{it.at_risk:.2f}", currency=it.currency)
    settle(session, it, now=now)
    tell(session, it, "charged", by=None)


def settle_charge(
    session: ScopedSession,
    replacement: Replacement,
    how: SettledAs,
    reference: str,
    *,
    by: Doer,
    now: datetime,
) -> None:
    """It is paid, and nothing is asked back any more; or credited, since it came after all."""
    it = hold(session, replacement)
    number = one_line(
        reference,
        field="reference",
        most=40,
        missing=N_("Enter the number of the invoice or the credit note."),
    )
    if it.liability is Liability.SETTLED and it.settled_reference == number:
        return
    if it.liability is not Liability.CHARGED:
        raise Refused(N_("Nothing is charged that could be settled."))
    if how is SettledAs.RETURNED:
        raise Refused(N_("Choose how it is settled."), field="how")
    go(session, it, Track.LIABILITY, Liability.SETTLED, by=by, now=now)
    it.settled_at, it.settled_as, it.settled_reference = now, how, number
    _ask_nothing_back(session, it, by=by, now=now)
    happened(session, it, What.SETTLED, by=by, how=how)
    settle(session, it, now=now)
    tell(session, it, "settled", by=by)


def propose_waiver(
    session: ScopedSession, replacement: Replacement, reason: str, *, by: Doer, now: datetime
) -> LiabilityWaiver:
    it = hold(session, replacement)
    if it.liability not in OPEN:
        raise Refused(N_("No money hangs on it that could be waived."))
    why = one_line(reason, field="reason", most=200, missing=N_("Say why it should be waived."))
    made = LiabilityWaiver(
        account_id=it.account_id,
        replacement_id=it.id,
        internal=True,
        reason=why,
        proposed_at=now,
        proposed_by_id=by.id,
        answer=Answer.OPEN,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_liability_waiver_replacement_id"):
            raise
        raise Refused(N_("A waiver is proposed already.")) from None
    happened(session, made, What.WAIVER_PROPOSED, by=by, replacement=it.reference)
    tell(session, it, "waiver_proposed", by=by, reason=why)
    return made


def confirm_waiver(
    session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime
) -> None:
    """A second person agrees: nothing is charged, and nothing is asked back any more."""
    it, proposed = _proposed(session, replacement, by)
    if it.liability not in OPEN:
        raise Refused(N_("No money hangs on it that could be waived."))
    _answer(proposed, Answer.YES, "", by, now)
    go(session, it, Track.LIABILITY, Liability.WAIVED, by=by, now=now)
    it.settled_at = now
    _ask_nothing_back(session, it, by=by, now=now)
    happened(session, it, What.WAIVED, by=by)
    settle(session, it, now=now)
    tell(session, it, "waived", by=by)


def refuse_waiver(
    session: ScopedSession, replacement: Replacement, because: str, *, by: Doer, now: datetime
) -> None:
    _it, proposed = _proposed(session, replacement, by)
    missing = N_("Say why it is not waived.")
    why = one_line(because, field="why_not", most=200, missing=missing)
    _answer(proposed, Answer.NO, why, by, now)
    happened(session, proposed, What.WAIVER_REFUSED, by=by, replacement=_it.reference)


def _proposed(
    session: ScopedSession, replacement: Replacement, by: Doer
) -> tuple[Replacement, LiabilityWaiver]:
    it = hold(session, replacement)
    proposed = session.scalars(last_waiver(it.id)).one_or_none()
    if proposed is None or proposed.answer is not Answer.OPEN:
        raise Refused(ANSWERED)
    if proposed.proposed_by_id == by.id:
        raise Refused(SAME_PERSON)
    return it, proposed


def _answer(
    proposed: LiabilityWaiver, answer: Answer, because: str, by: Doer, now: datetime
) -> None:
    proposed.answer, proposed.because = answer, because
    proposed.answered_at, proposed.answered_by_id = now, by.id


def _ask_nothing_back(session: ScopedSession, it: Replacement, *, by: Doer, now: datetime) -> None:
    if it.returned in RETURN_OPEN:
        go(session, it, Track.RETURN, ReturnStage.NOT_DUE, by=by, now=now)

"""Money that hangs on a device: charged when nothing else helps, settled, or let go of by two."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.accounts.models import User
from portal.base.access import GRANTS, Permission
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
GONE = N_("Whoever proposed it has lost the right to. Refuse it, and propose it yourself.")
PROPOSED = N_("A waiver or a settlement is proposed already. Answer that first.")
NO_MONEY = N_("No money hangs on it that could be waived.")
NOT_CHARGED = N_("Nothing is charged that could be settled.")


def charge(session: ScopedSession, it: Replacement, *, now: datetime) -> None:
    """At list price, as it was announced. The portal does it by itself."""
    go(session, it, Track.LIABILITY, Liability.CHARGED, by=None, now=now)
    it.charged_at = now
    happened(session, it, What.CHARGED, by=None, amount=f"{it.at_risk:.2f}", currency=it.currency)
    settle(session, it, now=now)
    tell(session, it, "charged", by=None)


def propose_settlement(
    session: ScopedSession,
    replacement: Replacement,
    how: SettledAs,
    reference: str,
    *,
    by: Doer,
    now: datetime,
) -> LiabilityWaiver:
    """It is paid, or credited since it came after all; so somebody says, and another confirms."""
    it = hold(session, replacement)
    number = one_line(
        reference,
        field="reference",
        most=40,
        missing=N_("Enter the number of the invoice or the credit note."),
    )
    if it.liability is not Liability.CHARGED:
        raise Refused(NOT_CHARGED)
    if how is SettledAs.RETURNED:
        raise Refused(N_("Choose how it is settled."), field="how")
    made = _propose(session, it, how=how, reference=number, by=by, now=now)
    happened(session, made, What.SETTLEMENT_PROPOSED, by=by, replacement=it.reference)
    tell(session, it, "settlement_proposed", by=by, how=how.value, number=number)
    return made


def propose_waiver(
    session: ScopedSession, replacement: Replacement, reason: str, *, by: Doer, now: datetime
) -> LiabilityWaiver:
    it = hold(session, replacement)
    if it.liability not in OPEN:
        raise Refused(NO_MONEY)
    why = one_line(reason, field="reason", most=200, missing=N_("Say why it should be waived."))
    made = _propose(session, it, reason=why, by=by, now=now)
    happened(session, made, What.WAIVER_PROPOSED, by=by, replacement=it.reference)
    tell(session, it, "waiver_proposed", by=by, reason=why)
    return made


def confirm(session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime) -> None:
    """A second person agrees: no money hangs on it, and nothing is asked back any more."""
    it, proposed = _proposed(session, replacement, by)
    if not _may_still(proposed.proposed_by):
        raise Refused(GONE)
    how = proposed.how
    if it.liability not in (OPEN if how is None else (Liability.CHARGED,)):
        raise Refused(NO_MONEY if how is None else NOT_CHARGED)
    _answer(proposed, Answer.YES, "", by, now)
    after = Liability.WAIVED if how is None else Liability.SETTLED
    go(session, it, Track.LIABILITY, after, by=by, now=now)
    it.settled_at = now
    if how is not None:
        it.settled_as, it.settled_reference = how, proposed.reference
    if it.returned in RETURN_OPEN:
        go(session, it, Track.RETURN, ReturnStage.NOT_DUE, by=by, now=now)
    if how is None:
        happened(session, it, What.WAIVED, by=by)
    else:
        happened(session, it, What.SETTLED, by=by, how=how)
    settle(session, it, now=now)
    tell(session, it, after.value, by=by)


def refuse(
    session: ScopedSession, replacement: Replacement, because: str, *, by: Doer, now: datetime
) -> None:
    it, proposed = _proposed(session, replacement, by)
    waiver = proposed.how is None
    missing = N_("Say why it is not waived.") if waiver else N_("Say why it is not settled.")
    why = one_line(because, field="why_not", most=200, missing=missing)
    _answer(proposed, Answer.NO, why, by, now)
    what = What.WAIVER_REFUSED if waiver else What.SETTLEMENT_REFUSED
    happened(session, proposed, what, by=by, replacement=it.reference)


def _propose(
    session: ScopedSession, it: Replacement, *, by: Doer, now: datetime, **told: Any
) -> LiabilityWaiver:
    made = LiabilityWaiver(
        account_id=it.account_id,
        replacement_id=it.id,
        internal=True,
        proposed_at=now,
        proposed_by_id=by.id,
        answer=Answer.OPEN,
        **{"reason": ""} | told,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_liability_waiver_replacement_id"):
            raise
        raise Refused(PROPOSED) from None
    return made


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


def _may_still(proposer: User) -> bool:
    """Whoever has lost the right since does not count as one of the two."""
    role = proposer.staff_role
    rights = GRANTS[role] if role and proposer.deactivated_at is None else ()
    return Permission.LIABILITY_CHANGE in rights


def _answer(
    proposed: LiabilityWaiver, answer: Answer, because: str, by: Doer, now: datetime
) -> None:
    proposed.answer, proposed.because = answer, because
    proposed.answered_at, proposed.answered_by_id = now, by.id

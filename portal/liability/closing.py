"""Ending the questions on which nothing hangs any more, without an answer to anybody."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.base import clock
from portal.base.jobs import handles, later
from portal.base.run import Run
from portal.base.tenancy import ScopedSession
from portal.liability.models import LiabilityWaiver
from portal.replacements.deeds import after_settling
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_locked
from portal.replacements.rules import NO_MORE, Liability, ReturnStage
from portal.returns.jobs import scope_of
from portal.returns.models import ReturnExtension
from portal.returns.rules import Answer


@after_settling
def close_what_waits(session: ScopedSession, it: Replacement, now: datetime) -> None:
    """More time is of use as long as the device is to be sent back and is not charged, and letting
    go of the money as long as some hangs on it. Nobody is told of a refusal: there is none."""
    if it.liability is Liability.NONE:
        return
    at_risk = it.liability is Liability.AT_RISK
    of_use: dict[Any, bool] = {
        ReturnExtension: at_risk and it.returned is ReturnStage.LABEL_READY,
        LiabilityWaiver: it.liability not in NO_MORE,
    }
    for kind in (each for each, useful in of_use.items() if not useful):
        waiting = (kind.replacement_id == it.id, kind.answer == Answer.OPEN)
        for asked in session.scalars(select(kind).where(*waiting)):
            asked.answer, asked.answered_at = Answer.OVER, now
    if not session.scope.staff and it.liability in NO_MORE:  # customers do not see what is proposed
        later(session, "liability.close", account_id=it.account_id, replacement_id=it.id)


@handles("liability.close")
def close(run: Run, *, replacement_id: int) -> None:
    """The same, where a customer's deed ended it."""
    with run.session(scope_of(run.job.account_id or 0)) as session:
        it = session.scalars(replacement_locked(replacement_id)).one_or_none()
        if it is not None:
            close_what_waits(session, it, clock.now())
        run.finish(session)

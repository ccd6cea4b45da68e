"""From approved to sent or called off: what is promised, and what of it is reserved in stock."""

from datetime import datetime

from portal.approval_rules.rules import Held
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.delivery_times.times import delivery_times
from portal.replacements.deeds import go, hold, settle
from portal.replacements.models import Replacement
from portal.replacements.of_request import follow
from portal.replacements.rules import Stage, Track
from portal.replacements.telling import tell
from portal.stock.actions import free, reserve


def approve(
    session: ScopedSession,
    replacement: Replacement,
    cut_off: int,
    *,
    by: Doer | None,
    now: datetime,
) -> None:
    """Let it be sent; from now on it is promised for a day. `by` nobody: a rule approved it.

    What is in stock is reserved last: so whoever holds a line of it waits for nobody.
    """
    go(session, replacement, Track.REPLACEMENT, Stage.APPROVED, by=by, now=now)
    promise = delivery_times(session).promise(
        now, cut_off=cut_off, country=replacement.country, postal_code=replacement.postal_code
    )
    replacement.approved_at, replacement.approved_by_id = now, by.id if by else None
    replacement.hand_over_on, replacement.promised_on = promise.handed_over, promise.arrives
    happened(session, replacement, What.APPROVED, by=by)
    follow(session, replacement, now=now)
    session.flush()
    if replacement.part_id is None:
        model = catalogue_of(session, knowing=[replacement.to_send_id])[replacement.to_send_id]
        replacement.stock_id = reserve(session, model.id, model.name)
    replacement.waits_for_stock = False


def approve_or_wait(
    session: ScopedSession, it: Replacement, cut_off: int, *, now: datetime
) -> None:
    """Let it be sent at once; where there is none left, as soon as there is one."""
    try:
        with session.begin_nested():
            approve(session, it, cut_off, by=None, now=now)
    except Refused:
        it.held, it.waits_for_stock = [Held.STOCK.value], True


def call_off(session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime) -> None:
    """Take it back, as long as nothing is sent. What is called off already stays so."""
    it = hold(session, replacement)
    if it.stage is Stage.CANCELED:
        return
    go(session, it, Track.REPLACEMENT, Stage.CANCELED, by=by, now=now)
    happened(session, it, What.CALLED_OFF, by=by)
    settle(session, it, now=now)
    follow(session, it, now=now)
    tell(session, it, "called_off", by=by)
    let_go(session, it)


def let_go(session: ScopedSession, it: Replacement) -> None:
    """What was reserved for it can be promised to others."""
    free(session, it.stock_id)
    it.stock_id, it.waits_for_stock = None, False

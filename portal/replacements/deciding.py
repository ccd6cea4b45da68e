"""Approving and declining what no rule approved."""

from datetime import datetime

from portal.agreements.targets import targets_with
from portal.approval_rules.rules import Held
from portal.base.clock import day_of
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.replacements.approving import approve, let_go
from portal.replacements.deeds import MOVED_ON, go, hold, settle
from portal.replacements.models import Replacement
from portal.replacements.of_request import follow
from portal.replacements.queries import agreement_in_force
from portal.replacements.rules import Stage, Track
from portal.replacements.telling import tell
from portal.replacements.unsaid import check_said
from portal.service_requests.rules import one_line


def approve_asked(
    session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime
) -> None:
    """A person approves it: what is promised counts from now. Approved already, it stays so."""
    it = hold(session, replacement)
    if it.stage is Stage.APPROVED:
        return
    if it.stage is not Stage.REQUESTED:
        raise Refused(MOVED_ON)
    check_ours(it)
    check_said(it)
    approve(session, it, _cut_off(session, it, now), by=by, now=now)
    settle(session, it, now=now)
    tell(session, it, "approved", by=by)


def check_ours(it: Replacement) -> None:
    """What an employee asked for waits for somebody who may decide that, and then for nobody."""
    if it.stage is Stage.REQUESTED and Held.EMPLOYEE in it.reasons:
        raise Refused(Held.EMPLOYEE.label)


def approve_waiting(session: ScopedSession, replacement: Replacement, *, now: datetime) -> None:
    """There is more in stock: what only waited for that is approved. A person looks at the rest."""
    it = hold(session, replacement)
    alone = it.held == [Held.STOCK.value]
    if it.stage is not Stage.REQUESTED or not it.waits_for_stock or not alone:
        return
    approve(session, it, _cut_off(session, it, now), by=None, now=now)
    settle(session, it, now=now)
    tell(session, it, "approved", by=None)


def _cut_off(session: ScopedSession, it: Replacement, now: datetime) -> int:
    agreed = session.execute(agreement_in_force(it.account_id, day_of(now))).first()
    return targets_with(agreed.targets if agreed else {})["cut_off"]


def decline(
    session: ScopedSession, replacement: Replacement, because: str, *, by: Doer, now: datetime
) -> None:
    it = hold(session, replacement)
    missing = N_("Say why, so that the customer understands it.")
    line = one_line(because, field="because", most=200, missing=missing)
    if it.stage is Stage.DECLINED:
        return
    go(session, it, Track.REPLACEMENT, Stage.DECLINED, by=by, now=now)
    it.declined_because = line
    happened(session, it, What.DECLINED, by=by)
    settle(session, it, now=now)
    follow(session, it, now=now)
    let_go(session, it)
    tell(session, it, "declined", by=by)

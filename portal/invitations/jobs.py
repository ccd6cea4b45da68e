"""Invitations that came to an end are forgotten in time."""

from datetime import datetime

from sqlalchemy import delete, or_

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.accounts.queries import accounts_of
from portal.base import clock
from portal.base.jobs import handles
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.invitations.actions import end_waiting
from portal.invitations.models import Invitation


@lets_go("invitations")
def forget(run: Run, before: datetime) -> None:
    """Let go of what ended long ago, accepted or not: the deed itself stays on record."""
    ended = or_(
        Invitation.accepted_at < before,
        Invitation.withdrawn_at < before,
        Invitation.ends_at < before,
    )
    with run.session(NOBODY) as session:
        session.execute(delete(Invitation).where(ended))


@handles("invitations.end_waiting")
def end_for_member(run: Run, *, who: int) -> None:
    """Withdraw what waits for somebody, who has another address by now, where they are a member."""
    with run.reading(NOBODY) as session:
        found = session.scalars(accounts_of(who).where(Account.closed_at.is_(None)))
        accounts = [it.account_id for it in found]
    for account_id in accounts:
        with run.session(Scope(frozenset({account_id}), account_id)) as session:
            user = session.get_one(User, who)
            end_waiting(session, account_id, user, by=Person(who), now=clock.now())

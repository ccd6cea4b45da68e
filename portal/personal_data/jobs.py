"""What happens to people's data when nobody asks for it any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.accounts.actions import Person
from portal.accounts.closure import allow_closed
from portal.accounts.models import Account, Membership, User
from portal.accounts.personal_data import FORGETTING_CONTACTS, FORGETTING_MEMBERS
from portal.base import clock
from portal.base.history import What, happened_in
from portal.base.jobs import handles
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.personal_data.actions import erase, forget_memberships, gone_since

_AT_ONCE = 500  # people looked up at a time


@lets_go("people")
def erase_former(run: Run, before: datetime) -> None:
    """The same as those who delete their user themselves, for those who lost it long ago."""
    due = select(User.id).where(*gone_since(before)).order_by(User.id).limit(_AT_ONCE)
    found = [0]
    while found:
        with run.reading(NOBODY) as session:
            found = list(session.scalars(due.where(User.id > found[-1])))
        for user_id in found:
            with run.session(NOBODY) as session:
                # Somebody may have been let in again since they were found.
                still = select(User).where(User.id == user_id, *gone_since(before))
                if user := session.scalars(still.with_for_update()).one_or_none():
                    erase(session, user, by=None, now=clock.now())
            run.beat()
    with run.session(NOBODY) as session:
        forget_memberships(session, before=before)


@handles("personal_data.leave", limit=300)
def leave(
    run: Run,
    *,
    where: int,
    address: str,
    membership_id: int | None,
    person: int,
    former: Sequence[str] = (),
) -> None:
    """In one account: nobody is reached by an address that is gone, and the log says who left."""
    with run.session(Scope(frozenset({where}), where)) as session:
        if session.get_one(Account, where).removed_at is None:
            for forget in FORGETTING_CONTACTS:
                for each in (address, *former):
                    forget(allow_closed(session), each)
            for forget_member in FORGETTING_MEMBERS:
                forget_member(session, person)
            left = session.get(Membership, membership_id) if membership_id else None
            if left:
                by = Person(left.user_id)
                happened_in(session, where, left, What.ACCESS_ENDED, by=by)
        run.finish(session)

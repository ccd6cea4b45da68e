"""Closed customers are removed when their time is up: rows, files, and what finds them."""

from datetime import datetime

from sqlalchemy import select

from portal.accounts.closure import allow_closed
from portal.accounts.models import Account
from portal.base import clock
from portal.base.files import StoredFile
from portal.base.jobs import handles, later
from portal.base.removal import remove_some
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.customers.actions import begin_removal, let_people_go

_AT_ONCE = 2_000  # rows in one transaction: on SQLite others wait for it


@lets_go("organizations")
def expire(run: Run, before: datetime) -> None:
    """Begin to remove those that have been closed for long enough, and no minute less."""
    due = select(Account.id).where(Account.closed_at <= before, Account.removed_at.is_(None))
    with run.reading(NOBODY) as session:
        found = session.scalars(due).all()
    for account_id in found:
        with run.session(_scope(account_id)) as session:
            if begin_removal(session, session.get_one(Account, account_id), now=clock.now()):
                later(session, "customers.remove", key=f"remove {account_id}", of=account_id)
        run.beat()


@handles("customers.remove", limit=3600)
def remove(run: Run, *, of: int) -> None:
    """Bit by bit, so that nobody waits long. Done anew, it goes on where it was broken off."""
    with run.reading(_scope(of)) as session:
        if session.get_one(Account, of).removed_at is None:
            return
        keys = session.scalars(select(StoredFile.key)).all()
    # The bytes first: once their rows are gone, nobody knows whose they were.
    for key in keys:
        run.files.delete(key)
        run.beat()
    with run.session(_scope(of)) as session:
        let_people_go(allow_closed(session), of, now=clock.now())
    gone = 1
    while gone:
        with run.session(_scope(of)) as session:
            gone = remove_some(allow_closed(session), _AT_ONCE)
        run.beat()


def _scope(account_id: int) -> Scope:
    only = frozenset({account_id})
    return Scope(only, account_id, staff=True, reason="removing a closed customer")

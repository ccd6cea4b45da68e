"""A closed account can be read, and nothing else: not by pages, not by jobs, not by anyone.

Whoever changes what is an account's is asked at the very end, in the transaction that is about to
be kept. On PostgreSQL an account is closed under a lock that waits for all that write for it by
then; what comes after finds it closed. On SQLite whoever writes is alone.
"""

from sqlalchemy import event, select

from portal.accounts.models import Account
from portal.base.access import AccountClosed
from portal.base.tenancy import ScopedSession

_ALLOWED = "writes for closed accounts"


def allow_closed(session: ScopedSession) -> ScopedSession:
    """Let this session write for an account though it is closed: to open it again, to remove it,
    and for what is only kept on record."""
    session.info[_ALLOWED] = True
    return session


def refuse_closed(session: ScopedSession) -> None:
    account_id = session.scope.write
    if account_id is None or session.in_nested_transaction() or session.info.get(_ALLOWED):
        return
    session.flush()
    if session.scalars(select(Account.closed_at).where(Account.id == account_id)).one_or_none():
        raise AccountClosed


event.listen(ScopedSession, "before_commit", refuse_closed)

"""What staff do with customers: create, change, close and open them again; and what is left."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.closure import allow_closed
from portal.accounts.models import Account, Membership, SignIn, User
from portal.accounts.rules import KEPT_CLOSED
from portal.base.db import broke, save
from portal.base.history import Doer, What, happened, happened_in
from portal.base.organizations import organization_number
from portal.base.references import master_account_id
from portal.base.tenancy import ScopedSession
from portal.base.typed import read_name
from portal.base.words import N_, Refused

_MISSING = N_("Enter the name of the customer.")
_FIRST, _LAST, _TRIES = 10_000_001, 99_999_999, 5


def create_account(
    session: Session, *, name: str, organization: str, by: Doer, now: datetime
) -> Account:
    """A customer, under the next number that nobody has or had."""
    told, number = read_name(name, missing=_MISSING, organization=True), _organization(organization)
    for _ in range(_TRIES):
        account = Account(name=told, digits=_next(session), created_at=now)
        account.organization_number = number
        try:
            with session.begin_nested():
                session.add(account)
        except IntegrityError as error:
            if not broke(error, "uq_account_digits"):
                raise
            continue  # somebody else was given it in the same moment
        happened(session, account, What.CREATED, by=by)
        return account
    raise Refused(N_("Many customers are being added just now. Try again."))


def change_account(
    session: Session, account: Account, *, name: str, organization: str, version: int, by: Doer
) -> bool:
    told, number = read_name(name, missing=_MISSING, organization=True), _organization(organization)
    before = (account.name, account.organization_number)
    if before == (told, number) and version == account.version:
        return False
    if account.closed_at:
        raise Refused(N_("The customer is closed. Open it again to change it."))
    save(session, account, version=version, name=told, organization_number=number)
    # The names themselves are no part of the record, which is kept longer than they are.
    changed = {"name": before[0] != told, "organization_number": before[1] != number}
    fields = [each for each, it in changed.items() if it]
    happened_in(session, account.id, account, What.CHANGED, by=by, fields=fields)
    return True


def close_account(session: ScopedSession, account: Account, *, by: Doer, now: datetime) -> bool:
    """From now on it can be read, and nothing else; False when it was so before."""
    _hold(allow_closed(session), account)
    if account.closed_at:
        return False
    account.closed_at = now
    _note(session, account, What.CLOSED, by)
    return True


def reopen_account(session: ScopedSession, account: Account, *, by: Doer, now: datetime) -> bool:
    """As if it had not been closed, as long as nothing of it is gone."""
    _hold(session, account)
    if account.removed_at or (account.closed_at and account.closed_at + KEPT_CLOSED <= now):
        raise Refused(N_("It is too late: what the customer had is being removed."))
    if account.closed_at is None:
        return False
    account.closed_at = None
    _note(session, account, What.REOPENED, by)
    return True


def begin_removal(session: ScopedSession, account: Account, *, now: datetime) -> bool:
    """It cannot be opened again from now on, and is known by its number alone."""
    _hold(session, account)
    if account.removed_at or not account.closed_at or account.closed_at + KEPT_CLOSED > now:
        return False
    account.removed_at = now
    account.name, account.organization_number = account.master_account_id, None
    _note(allow_closed(session), account, What.REMOVED, None)
    return True


def let_people_go(session: Session, account_id: int, *, now: datetime) -> None:
    """Those who had access to nothing else sign in no more."""
    theirs = select(Membership.user_id).where(Membership.account_id == account_id)
    elsewhere = select(Membership.user_id).where(
        Membership.account_id != account_id, Membership.in_force()
    )
    gone = [User.id.in_(theirs), User.id.not_in(elsewhere)]
    session.execute(
        update(User)
        .where(*gone, User.deactivated_at.is_(None))
        .values(deactivated_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(SignIn)
        .where(SignIn.user_id.in_(select(User.id).where(*gone)))
        .execution_options(synchronize_session=False)
    )


def _hold(session: Session, account: Account) -> None:
    """Wait for those who write for the account, and let nobody begin to meanwhile."""
    session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    session.refresh(account)


def _note(session: Session, account: Account, what: What, by: Doer | None) -> None:
    """On the customer's record, and on the vendor's own."""
    happened_in(session, account.id, account, what, by=by)
    happened(session, account, what, by=by)


def _next(session: Session) -> str:
    latest = session.scalars(select(func.max(Account.digits))).one()
    number = max(int(latest[:-1]) + 1 if latest else _FIRST, _FIRST)
    if number > _LAST:
        raise Refused(N_("There are no master account IDs left."))
    return master_account_id(number)


def _organization(written: str) -> str | None:
    if not written.strip():
        return None
    number = organization_number(written)
    if number is None:
        raise Refused(
            N_("This is no organization number. It has nine digits, such as 974 760 673."),
            field="organization",
        )
    return number

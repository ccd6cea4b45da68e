"""Who has a second factor, and for whom an account decided that they need one."""

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from portal.accounts.models import Account, Membership, User


def has_second_factor() -> ColumnElement[bool]:
    return User.second_factor_at.is_not(None)


def decided_for() -> ScalarSelect[int]:
    """In how many accounts that ask for one a `User` has access."""
    return (
        select(func.count(Account.id))
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.user_id == User.id,
            Membership.in_force(),
            Account.second_factor_required.is_(True),
        )
        .correlate(User)
        .scalar_subquery()
    )

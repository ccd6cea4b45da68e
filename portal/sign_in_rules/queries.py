"""How the people of an account sign in."""

from sqlalchemy import Select, func, select

from portal.accounts.models import Membership, User


def people_and_factors(account_id: int) -> Select[int, int]:
    """How many have access, and how many of them have a second factor."""
    return (
        select(func.count(User.id), func.count(User.second_factor_at))
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.account_id == account_id,
            Membership.in_force(),
            User.deactivated_at.is_(None),
        )
    )

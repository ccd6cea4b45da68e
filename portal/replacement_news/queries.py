"""Whom a replacement concerns."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.grants import Grant, usable
from portal.accounts.models import Membership, User
from portal.base.access import GRANTS, Permission, Role
from portal.replacements.models import Replacement


def replacement_told(replacement_id: int) -> Select[Replacement]:
    return (
        select(Replacement)
        .options(
            joinedload(Replacement.account),
            joinedload(Replacement.model),
            joinedload(Replacement.product),
            joinedload(Replacement.asked_by),
        )
        .where(Replacement.id == replacement_id)
    )


def administrators(account_id: int) -> Select[User]:
    return (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id, Membership.role == Role.ADMINISTRATOR)
        .where(Membership.in_force(), User.deactivated_at.is_(None))
        .order_by(User.id)
    )


def partners_granted(
    session: Session, account_id: int, permission: Permission, today: date
) -> list[User]:
    """Whoever at a partner may do this for the account."""
    query = (
        select(User, Grant)
        .join(Grant, usable(today))
        .where(Grant.account_id == account_id, User.deactivated_at.is_(None))
        .order_by(User.id)
    )
    return [user for user, grant in session.execute(query) if permission in grant.allows()]


def staff_who_may(permission: Permission) -> Select[User]:
    roles = [role for role, held in GRANTS.items() if permission in held]
    here = User.staff_role.in_(roles)
    return select(User).where(here, User.deactivated_at.is_(None)).order_by(User.id)

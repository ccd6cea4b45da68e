"""What a job may reach: rebuilt from the rights that the person has when it runs."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Grant, Membership, User
from portal.accounts.viewer import holds
from portal.base.access import GRANTABLE, GRANTS, Permission
from portal.base.tenancy import Scope


def account_scope(
    session: Session, *, user_id: int, account_id: int, permission: Permission, today: date
) -> Scope | None:
    """The account, if the person may still do this kind of thing in it; None when not."""
    user = session.get(User, user_id)
    if (
        user is None
        or user.deactivated_at
        or permission not in _held(session, user, account_id, today)
    ):
        return None
    reason = f"staff {user_id}" if user.staff_role else ""
    return Scope(frozenset({account_id}), account_id, staff=bool(user.staff_role), reason=reason)


def _held(session: Session, user: User, account_id: int, today: date) -> frozenset[Permission]:
    if user.staff_role:
        return GRANTS[user.staff_role]
    if user.partner_id:
        granted = select(Grant).where(
            Grant.partner_id == user.partner_id, Grant.account_id == account_id, holds(today)
        )
        grant = session.scalars(granted).one_or_none()
        return grant.allows() & GRANTABLE if grant else frozenset()
    member = select(Membership.role).where(
        Membership.user_id == user.id, Membership.account_id == account_id
    )
    role = session.scalars(member).one_or_none()
    return GRANTS[role] if role else frozenset()

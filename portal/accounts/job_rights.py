"""What a job may reach: rebuilt from the rights that the person has when it runs."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, GrantSite, usable
from portal.accounts.models import Account, Membership, User
from portal.accounts.visibility import limits_of_member, limits_of_partner
from portal.base.access import GRANTABLE, GRANTS, Permission
from portal.base.tenancy import Scope
from portal.base.visibility import Limits


def account_scope(
    session: Session, *, user_id: int, account_id: int, permission: Permission, today: date
) -> Scope | None:
    """The account, if the person may still do this kind of thing in it; None when not."""
    if session.scalars(select(Account.closed_at).where(Account.id == account_id)).one_or_none():
        return None
    user = session.get(User, user_id)
    if user is None or user.deactivated_at:
        return None
    if user.partner:
        return _under_grant(session, user, account_id, permission, today)
    held, limits = _held(session, user, account_id)
    if permission not in held:
        return None
    return Scope(
        frozenset({account_id}),
        account_id,
        staff=bool(user.staff_role),
        reason=f"staff {user_id}" if user.staff_role else "",
        limits=limits,
    )


def _under_grant(
    session: Session, user: User, account_id: int, permission: Permission, today: date
) -> Scope | None:
    granted = (
        select(Grant)
        .join(User, usable(today))
        .where(User.id == user.id, Grant.account_id == account_id)
    )
    grant = session.scalars(granted).one_or_none()
    if grant is None or (user.partner and user.partner.closed_at):
        return None
    if permission not in grant.allows() & GRANTABLE:
        return None
    sites = select(GrantSite.site_id).where(GrantSite.grant_id == grant.id)
    chosen = None if grant.every_site else frozenset(session.scalars(sites))
    limits = limits_of_partner(user.id, {account_id: chosen})
    under = (grant.id, grant.version)
    return Scope(frozenset({account_id}), account_id, under=under, limits=limits)


def _held(
    session: Session, user: User, account_id: int
) -> tuple[frozenset[Permission], Limits | None]:
    """What they may, and where they see a part only."""
    if user.staff_role:
        return GRANTS[user.staff_role], None
    member = select(Membership).where(
        Membership.user_id == user.id,
        Membership.account_id == account_id,
        Membership.in_force(),
    )
    found = session.scalars(member).one_or_none()
    if found is None:
        return frozenset(), None
    sites = (each.site_id for each in found.sites)
    limits = limits_of_member(user.id, account_id, role=found.role, sees=found.sees, sites=sites)
    return GRANTS[found.role], limits

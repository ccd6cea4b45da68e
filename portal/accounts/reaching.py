"""Everything somebody may read, by the rights they have now, in as many scopes as that takes."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, GrantSite, usable
from portal.accounts.models import Membership, User
from portal.accounts.visibility import limits_of_member, limits_of_partner
from portal.base.tenancy import Scope


def scopes_of(session: Session, user: User, *, today: date) -> list[Scope]:
    """One for staff and partners, one an account for members: what these see of each differs."""
    if user.staff_role:
        return [Scope(None, None, staff=True, reason=f"staff {user.id}")]
    if user.partner_id:
        return [_of_partner(session, user, today)]
    mine = select(Membership).where(Membership.user_id == user.id, Membership.in_force())
    return [_of_member(it) for it in session.scalars(mine.order_by(Membership.account_id))]


def ever(session: Session, user: User) -> Scope:
    """The accounts somebody has or had to do with, whole: to read of their own deeds alone."""
    if user.staff_role:
        return Scope(None, None, staff=True, reason=f"staff {user.id}")
    mine = select(Membership.account_id).where(Membership.user_id == user.id)
    granted = select(Grant.account_id).where(Grant.partner_id == user.partner_id)
    return Scope(frozenset([*session.scalars(mine), *session.scalars(granted)]), None)


def _of_member(it: Membership) -> Scope:
    sites = [each.site_id for each in it.sites]
    limits = limits_of_member(it.user_id, it.account_id, role=it.role, sees=it.sees, sites=sites)
    return Scope(frozenset({it.account_id}), None, limits=limits)


def _of_partner(session: Session, user: User, today: date) -> Scope:
    mine = select(Grant).join(User, usable(today)).where(User.id == user.id)
    grants = session.scalars(mine).all()
    chosen: dict[int, set[int]] = {it.id: set() for it in grants}
    sites = select(GrantSite).where(GrantSite.grant_id.in_(chosen))
    for each in session.scalars(sites):
        chosen[each.grant_id].add(each.site_id)
    seen = {it.account_id: None if it.every_site else frozenset(chosen[it.id]) for it in grants}
    return Scope(frozenset(seen), None, limits=limits_of_partner(user.id, seen))

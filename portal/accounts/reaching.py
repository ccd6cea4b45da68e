"""Everything somebody may read, by the rights they have now, in as many scopes as that takes."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, GrantSite, usable
from portal.accounts.models import Account, Membership, Partner, User
from portal.accounts.visibility import limits_of_member, limits_of_partner
from portal.base.access import GRANTABLE, GRANTS, Permission
from portal.base.tenancy import Scope

_NOTHING: frozenset[Permission] = frozenset()


def scopes_of(
    session: Session, user: User, *, today: date, needs: frozenset[Permission] = _NOTHING
) -> list[Scope]:
    """One for staff and partners, one an account for members: what these see of each differs.

    With `needs`, only where they may do all of this now, in no account that is closed.
    """
    if user.staff_role:
        staff = Scope(None, None, staff=True, reason=f"staff {user.id}")
        return [staff] if needs <= GRANTS[user.staff_role] else []
    if user.partner_id:
        found = _of_partner(session, user, today, needs)
        return [found] if found.read or not needs else []
    mine = select(Membership).where(Membership.user_id == user.id, Membership.in_force())
    if needs:
        open_ones = select(Account.id).where(Account.closed_at.is_(None))
        mine = mine.where(Membership.account_id.in_(open_ones))
    found_ones = session.scalars(mine.order_by(Membership.account_id))
    return [_of_member(it) for it in found_ones if needs <= GRANTS[it.role]]


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


def _of_partner(session: Session, user: User, today: date, needs: frozenset[Permission]) -> Scope:
    mine = select(Grant).join(User, usable(today)).where(User.id == user.id)
    if needs:
        open_ones = select(Account.id).where(Account.closed_at.is_(None))
        at_work = select(Partner.id).where(Partner.closed_at.is_(None))
        mine = mine.where(Grant.account_id.in_(open_ones), Grant.partner_id.in_(at_work))
    grants = [it for it in session.scalars(mine) if needs <= it.allows() & GRANTABLE]
    chosen: dict[int, set[int]] = {it.id: set() for it in grants}
    sites = select(GrantSite).where(GrantSite.grant_id.in_(chosen))
    for each in session.scalars(sites):
        chosen[each.grant_id].add(each.site_id)
    seen = {it.account_id: None if it.every_site else frozenset(chosen[it.id]) for it in grants}
    return Scope(frozenset(seen), None, limits=limits_of_partner(user.id, seen))

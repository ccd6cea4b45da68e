"""Looking up grants, requests for access, and the people of a partner."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.grants import Grant, GrantSite, PartnerAssignment, holds
from portal.accounts.models import Account, Membership, Partner, Site, User
from portal.accounts.queries import holding
from portal.base.access import Role
from portal.base.history import Event
from portal.base.references import read_reference
from portal.base.text import sort_key
from portal.partners.models import AccessRequest
from portal.partners.rules import UNANSWERED


def open_partners(text: str = "") -> Select[Partner]:
    """The partners with these words in their names."""
    found = holding(Partner.name_fold, text)
    return (
        select(Partner)
        .where(Partner.closed_at.is_(None), *found)
        .order_by(Partner.name_key, Partner.id)
    )


def partner_named(name: str) -> Select[Partner]:
    return select(Partner).where(Partner.name_key == sort_key(name), Partner.closed_at.is_(None))


def grants_of(account_id: int, *, today: date, ended: bool = False) -> Select[Any]:
    """What the list shows of an account's grants: those in force, or those that ended."""
    in_force = and_(holds(today), Partner.closed_at.is_(None))
    sites = select(func.count(GrantSite.id)).where(GrantSite.grant_id == Grant.id)
    query: Any = (
        select(
            Grant.id, Grant.permissions, Grant.every_site, Grant.last_day, Grant.withdrawn_at,
            Grant.granted_at, Partner.name, Partner.name_key, User.name.label("giver"),
            sites.scalar_subquery().label("sites"),
        )
        .join(Grant.partner)
        .outerjoin(User, User.id == Grant.granted_by_id)
        .where(Grant.account_id == account_id, ~in_force if ended else in_force)
    )  # fmt: skip
    found: Select[Any] = query
    return found


def grant_referred_to(text: str, *, account_id: int) -> Select[Grant]:
    return (
        select(Grant)
        .where(Grant.id == read_reference("G", text), Grant.account_id == account_id)
        .options(joinedload(Grant.partner))
    )


def sites_of(grant_id: int) -> Select[Site]:
    """The sites that a grant is limited to."""
    return (
        select(Site)
        .join(GrantSite, GrantSite.site_id == Site.id)
        .where(GrantSite.grant_id == grant_id)
        .order_by(Site.name_key)
    )


def of_partner(grant: Grant) -> ColumnElement[bool]:
    """The condition that an event is what a partner's people saw or did for a customer, or what
    became of their access."""
    theirs = select(User.id).where(User.partner_id == grant.partner_id)
    for_us = and_(Event.on_behalf, Event.by_id.in_(theirs))
    about = and_(Event.kind == Grant.__tablename__, Event.record_id == grant.id)
    return or_(for_us, about)


# Requests


def waiting(now: datetime) -> ColumnElement[bool]:
    """The condition that a request is still to be answered."""
    return and_(AccessRequest.waiting.is_(True), AccessRequest.asked_at > now - UNANSWERED)


def requests_to(account_id: int, *, now: datetime) -> Select[AccessRequest]:
    """What partners ask of an account and nobody answered yet, the oldest first."""
    return (
        select(AccessRequest)
        .join(AccessRequest.partner)
        .where(*_unanswered(account_id, now))
        .options(joinedload(AccessRequest.partner))
        .order_by(AccessRequest.id)
    )


def number_of_requests_to(account_id: int, *, now: datetime) -> Select[int]:
    return (
        select(func.count(AccessRequest.id))
        .join(AccessRequest.partner)
        .where(*_unanswered(account_id, now))
    )


def _unanswered(account_id: int, now: datetime) -> list[ColumnElement[bool]]:
    return [AccessRequest.account_id == account_id, waiting(now), Partner.closed_at.is_(None)]


def request_referred_to(text: str, *, account_id: int) -> Select[AccessRequest]:
    return (
        select(AccessRequest)
        .where(AccessRequest.id == read_reference("AR", text))
        .where(AccessRequest.account_id == account_id)
        .options(joinedload(AccessRequest.partner), joinedload(AccessRequest.asked_by))
    )


def requests_by(partner_id: int) -> Select[AccessRequest]:
    """What a partner asked for, the newest first."""
    return (
        select(AccessRequest)
        .where(AccessRequest.partner_id == partner_id)
        .options(joinedload(AccessRequest.asked_by))
        .order_by(AccessRequest.id.desc())
    )


# People


def administrators_of(account_id: int) -> Select[User]:
    """Who decides in an account."""
    return (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id, Membership.role == Role.ADMINISTRATOR)
        .where(Membership.in_force(), User.deactivated_at.is_(None))
        .order_by(User.id)
    )


def partner_administrators(partner_id: int) -> Select[User]:
    """Who decides at a partner."""
    return (
        select(User)
        .where(User.partner_id == partner_id, User.partner_role == Role.PARTNER_ADMINISTRATOR)
        .where(User.deactivated_at.is_(None), User.invited_as.is_(None))
        .order_by(User.id)
    )


def colleagues_with(email: str, *, partner_id: int) -> Select[User]:
    """Those of a partner who have this address, or were invited by it."""
    mine = or_(User.email == email, User.invited_as == email)
    return select(User).where(User.partner_id == partner_id, mine)


def colleagues(partner_id: int, text: str = "", *, gone: bool = False) -> Select[Any]:
    """What the list shows of a partner's people."""
    customers = select(func.count(PartnerAssignment.id)).where(PartnerAssignment.user_id == User.id)
    here = User.deactivated_at.is_not(None) if gone else User.deactivated_at.is_(None)
    query: Any = select(
        User.id, User.name, User.name_key, User.partner_role, User.signed_in_at,
        func.coalesce(User.invited_as, User.email).label("email"),
        User.every_customer, User.second_factor_at, customers.scalar_subquery().label("customers"),
    ).where(User.partner_id == partner_id, User.erased_at.is_(None), here)  # fmt: skip
    query = query.where(*holding(User.name_fold, text))
    found: Select[Any] = query
    return found


def colleague_referred_to(text: str, *, partner_id: int) -> Select[User]:
    mine = select(User).where(User.partner_id == partner_id, User.erased_at.is_(None))
    return mine.where(User.id == read_reference("U", text))


def customers_granting(
    partner_id: int, *, today: date, text: str = "", among: Collection[int] | None = None
) -> Select[Account]:
    """The customers that let a partner do something, by name."""
    query = (
        select(Account)
        .join(Grant, Grant.account_id == Account.id)
        .where(Grant.partner_id == partner_id, holds(today), *holding(Account.name_fold, text))
        .order_by(Account.name_key, Account.id)
    )
    return query if among is None else query.where(Account.id.in_(among))


def assigned_to(user_id: int) -> Select[int]:
    return select(PartnerAssignment.account_id).where(PartnerAssignment.user_id == user_id)

"""The person behind a request, read in one statement: who they are and what they may do where."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, select, true
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, GrantSite, usable
from portal.accounts.models import Account, Membership, MembershipSite, Partner, SignIn, User
from portal.accounts.people import ActiveAccount, SignedIn
from portal.accounts.second_factors import decided_for
from portal.accounts.tokens import hash_of
from portal.accounts.visibility import (
    limits_of_member,
    limits_of_partner,
    read_sites,
    sites_told,
)
from portal.base.access import CHANGING, GRANTABLE, GRANTS, Permission, Role
from portal.base.visibility import Limits


def signed_in(
    session: Session,
    token: str,
    *,
    now: datetime,
    today: date,
    place: str,
    across: bool = False,
    strict: bool = False,
) -> SignedIn | None:
    """Whom a cookie's token stands for; with `across`, also what they may read of every account.

    `strict`: staff and partners need a second factor.
    """
    if not token:
        return None
    # One row; with `across`, for partners one row a grant.
    rows = session.execute(_sign_in(token, now, today, across)).all()
    if not rows or rows[0].seen_at + timedelta(seconds=rows[0].idle_seconds) <= now:
        return None
    return _viewer(rows, place, strict=strict)


def _sign_in(token: str, now: datetime, today: date, across: bool) -> Select[*tuple[Any, ...]]:
    accounts = (
        select(func.count())
        .where(Membership.user_id == User.id, Membership.in_force())
        .correlate(User)
    )
    here = Membership.account_id == SignIn.account_id
    mine = and_(Membership.user_id == User.id, here, Membership.in_force())
    at_hand = true() if across else Grant.account_id == SignIn.account_id
    return (
        select(
            SignIn.id.label("sign_in_id"),
            SignIn.seen_at,
            SignIn.idle_seconds,
            SignIn.ends_at,
            SignIn.proven_at,
            SignIn.reason,
            SignIn.provider_id,
            SignIn.vouched,
            SignIn.kept_for,
            SignIn.kept,
            User.id,
            User.name,
            User.email,
            User.language,
            User.theme,
            User.time_zone,
            User.shortcuts,
            User.staff_role,
            User.partner_role,
            User.second_factor_at,
            User.short_password,
            Partner.name.label("partner"),
            Account.id.label("account_id"),
            Account.name.label("account_name"),
            Account.digits,
            Account.closed_at,
            Membership.role,
            Membership.sees,
            sites_told(MembershipSite, Membership, MembershipSite.membership_id).label("sites"),
            Grant.account_id.label("granted"),
            Grant.permissions,
            Grant.id.label("grant_id"),
            Grant.version,
            Grant.every_site,
            sites_told(GrantSite, Grant, GrantSite.grant_id).label("granted_sites"),
            accounts.scalar_subquery().label("accounts"),
            decided_for().label("demanded"),
        )
        .join(User, User.id == SignIn.user_id)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .outerjoin(Account, Account.id == SignIn.account_id)
        .outerjoin(Membership, mine)
        .outerjoin(Grant, and_(usable(today), at_hand))
        .where(
            SignIn.token_hash == hash_of(token),
            SignIn.ends_at > now,
            User.deactivated_at.is_(None),
            Partner.closed_at.is_(None),
        )
    )


def _chosen(row: Row[Any]) -> ActiveAccount | None:
    if not row.account_id:
        return None
    return ActiveAccount(row.account_id, row.account_name, row.digits, row.closed_at)


def _granted_sites(row: Row[Any]) -> frozenset[int] | None:
    return None if row.every_site else read_sites(row.granted_sites)


def _limits(row: Row[Any], used: Row[Any] | None) -> Limits | None:
    """Of whoever has an account at hand. Staff see everything."""
    if used:
        return limits_of_partner(row.id, {used.granted: _granted_sites(used)})
    if not row.role:
        return None
    return limits_of_member(
        row.id, row.account_id, role=row.role, sees=row.sees, sites=read_sites(row.sites)
    )


def _viewer(rows: Sequence[Row[Any]], place: str, *, strict: bool) -> SignedIn:
    row = rows[0]
    grants = {each.granted: each for each in rows if each.granted}
    used = grants.get(row.account_id)
    role: Role | None = row.staff_role or row.role
    permissions: frozenset[Permission] = GRANTS[role] if role else frozenset()
    if row.partner:
        granted = {Permission(name) for name in (used.permissions if used else ())}
        role = row.partner_role or Role.PARTNER
        permissions = GRANTS[role] | (granted & GRANTABLE)
    # An account whose grant or membership ended meanwhile is not at hand any more.
    reached = row.account_id and (row.staff_role or row.role or used)
    chosen = _chosen(row)
    account = chosen if reached else None
    if account and account.closed_at:
        permissions -= CHANGING
    return SignedIn(
        sign_in_id=row.sign_in_id,
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        theme=row.theme,
        time_zone=row.time_zone,
        shortcuts=bool(row.staff_role) if row.shortcuts is None else row.shortcuts,
        staff_role=row.staff_role,
        partner=row.partner,
        proven_at=row.proven_at,
        role=role,
        accounts=row.accounts,
        account=account,
        lost=None if account else chosen,
        permissions=permissions,
        granted=frozenset(grants),
        limits=_limits(row, used),
        granted_limits=limits_of_partner(
            row.id, {account_id: _granted_sites(each) for account_id, each in grants.items()}
        ),
        under=(used.grant_id, used.version) if used else None,
        seen_at=row.seen_at,
        idle=timedelta(seconds=row.idle_seconds),
        ends_at=row.ends_at,
        place=place,
        reason=row.reason,
        kept_for=row.kept_for,
        kept=row.kept or {},
        provider_id=row.provider_id,
        vouched=row.vouched,
        has_factor=row.second_factor_at is not None,
        short_password=row.short_password,
        needs_factor=bool(row.demanded or (strict and (row.staff_role or row.partner))),
    )

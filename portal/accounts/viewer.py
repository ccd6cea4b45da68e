"""The person behind a request, read in one statement: who they are and what they may do where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Grant, Membership, Partner, SignIn, User
from portal.accounts.tokens import hash_of
from portal.base.access import GRANTABLE, GRANTS, Permission, Role
from portal.base.references import write_master_account_id
from portal.base.tenancy import NOBODY, Scope

SEEN_EVERY = timedelta(minutes=5)  # how often it is noted, at most, that a sign-in was used


@dataclass(frozen=True, slots=True)
class ActiveAccount:
    id: int
    name: str
    digits: str

    @property
    def master_account_id(self) -> str:
        return write_master_account_id(self.digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What the portal knows of someone signed in, for the length of one request."""

    sign_in_id: int
    id: int
    name: str
    email: str
    language: str | None
    theme: str | None
    staff_role: Role | None
    partner: str | None
    role: Role | None
    accounts: int
    account: ActiveAccount | None
    permissions: frozenset[Permission]
    granted: frozenset[int]  # the accounts that granted a partner something
    seen_at: datetime
    idle: timedelta
    ends_at: datetime
    kept_for: str | None
    kept: dict[str, list[str]]  # what was typed on that page when an earlier sign-in ended

    @property
    def is_authenticated(self) -> bool:
        return True  # what flask-login asks of someone signed in

    @property
    def kind(self) -> str:
        if self.staff_role:
            return "staff"
        return "partner" if self.partner else "customer"

    @property
    def on_behalf(self) -> bool:
        """Whether what they do now is done for somebody else's account."""
        return self.account is not None and self.kind != "customer"

    @property
    def scope(self) -> Scope:
        if self.account is None:
            return NOBODY
        reason = f"staff {self.id}" if self.staff_role else ""
        only = frozenset({self.account.id})
        return Scope(only, self.account.id, staff=bool(self.staff_role), reason=reason)

    def reach(self) -> Scope:
        if self.staff_role:
            return Scope(None, None, staff=True, reason=f"staff {self.id}")
        if self.partner:
            return Scope(self.granted, None)
        return self.scope

    def ends(self, now: datetime) -> datetime:
        """Until when the sign-in lasts for sure, if nothing more is done from now on."""
        return min(self.ends_at, now + self.idle - SEEN_EVERY)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


def signed_in(session: Session, token: str, *, now: datetime, today: date) -> SignedIn | None:
    """Whom a cookie's token stands for, while the sign-in lasts."""
    if not token:
        return None
    # One row, but for partners one row a grant: what they may read is known in one statement.
    rows = session.execute(_sign_in(token, now, today)).all()
    if not rows or rows[0].seen_at + timedelta(seconds=rows[0].idle_seconds) <= now:
        return None
    return _viewer(rows)


def holds(today: date) -> ColumnElement[bool]:
    """The condition that a grant is in force on a day."""
    return or_(Grant.last_day.is_(None), Grant.last_day >= today)


def _sign_in(token: str, now: datetime, today: date) -> Select[*tuple[Any, ...]]:
    accounts = (
        select(func.count(Membership.id)).where(Membership.user_id == User.id).correlate(User)
    )
    mine = and_(Membership.user_id == User.id, Membership.account_id == SignIn.account_id)
    return (
        select(
            SignIn.id.label("sign_in_id"),
            SignIn.seen_at,
            SignIn.idle_seconds,
            SignIn.ends_at,
            SignIn.kept_for,
            SignIn.kept,
            User.id,
            User.name,
            User.email,
            User.language,
            User.theme,
            User.staff_role,
            Partner.name.label("partner"),
            Account.id.label("account_id"),
            Account.name.label("account_name"),
            Account.digits,
            Membership.role,
            Grant.account_id.label("granted"),
            Grant.permissions,
            accounts.scalar_subquery().label("accounts"),
        )
        .join(User, User.id == SignIn.user_id)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .outerjoin(Account, Account.id == SignIn.account_id)
        .outerjoin(Membership, mine)
        .outerjoin(Grant, and_(Grant.partner_id == User.partner_id, holds(today)))
        .where(
            SignIn.token_hash == hash_of(token),
            SignIn.ends_at > now,
            User.deactivated_at.is_(None),
        )
    )


def _viewer(rows: Sequence[Row[Any]]) -> SignedIn:
    row = rows[0]
    grants = {each.granted: each.permissions for each in rows if each.granted}
    role: Role | None = row.staff_role or row.role
    permissions: frozenset[Permission] = GRANTS[role] if role else frozenset()
    if row.partner:
        granted = {Permission(name) for name in grants.get(row.account_id, ())}
        role, permissions = Role.PARTNER, GRANTS[Role.PARTNER] | (granted & GRANTABLE)
    # An account whose grant or membership ended meanwhile is not at hand any more.
    reached = row.account_id and (row.staff_role or row.role or row.account_id in grants)
    account = ActiveAccount(row.account_id, row.account_name, row.digits) if reached else None
    return SignedIn(
        sign_in_id=row.sign_in_id,
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        theme=row.theme,
        staff_role=row.staff_role,
        partner=row.partner,
        role=role,
        accounts=row.accounts,
        account=account,
        permissions=permissions,
        granted=frozenset(grants),
        seen_at=row.seen_at,
        idle=timedelta(seconds=row.idle_seconds),
        ends_at=row.ends_at,
        kept_for=row.kept_for,
        kept=row.kept or {},
    )

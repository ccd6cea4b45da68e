"""What the portal knows of someone signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.base.access import Permission, Role
from portal.base.references import write_master_account_id
from portal.base.tenancy import NOBODY, Scope
from portal.base.visibility import Limits, sees_every_site

SEEN_EVERY = timedelta(minutes=5)  # how often it is noted, at most, that a sign-in was used


@dataclass(frozen=True, slots=True)
class ActiveAccount:
    id: int
    name: str
    digits: str
    closed_at: datetime | None = None  # from then on it can be read, and nothing else

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
    time_zone: str | None = None
    shortcuts: bool = False  # whether single keys do something
    staff_role: Role | None
    partner: str | None
    proven_at: datetime
    role: Role | None
    accounts: int
    account: ActiveAccount | None
    lost: ActiveAccount | None = None  # where they were at work, and may not be any more
    permissions: frozenset[Permission]
    granted: frozenset[int]  # those that granted a partner something, for pages across accounts
    limits: Limits | None = None  # where they see a part of the account at hand only
    granted_limits: Limits | None = None  # and of all that granted a partner something
    under: tuple[int, int] | None = None  # the grant by which a partner is at work in the account
    seen_at: datetime
    idle: timedelta
    ends_at: datetime
    place: str  # the network they come from
    reason: str | None  # why staff change what is this customer's
    kept_for: str | None
    kept: dict[str, list[str]]  # what was typed on that page when an earlier sign-in ended
    provider_id: int | None = None  # on whose word they are signed in, if not by a password of ours
    vouched: bool = False  # for two factors, by a provider
    has_factor: bool  # more than a password lets them in
    needs_factor: bool  # somebody decided that it must be so
    short_password: bool = False  # one that is good beside a second factor only

    @property
    def is_authenticated(self) -> bool:
        return True  # what flask-login asks of someone signed in

    @property
    def unready(self) -> bool:
        """Whether they must set up a second factor before anything else."""
        return self.needs_factor and not (self.has_factor or self.vouched)

    @property
    def must_lengthen(self) -> bool:
        """Whether a short password is all that let them in: they need more before anything else."""
        return self.short_password and not (self.has_factor or self.provider_id)

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
        write = None if self.account.closed_at else self.account.id
        return Scope(only, write, bool(self.staff_role), reason, self.under, self.limits)

    def reach(self) -> Scope:
        if self.staff_role:
            return Scope(None, None, staff=True, reason=f"staff {self.id}")
        if self.partner:
            return Scope(self.granted, None, limits=self.granted_limits)
        return self.scope

    @property
    def sees_whole(self) -> bool:
        """Whether they see what is their colleagues' as well, such as device lists."""
        return self.limits is None

    @property
    def sees_every_site(self) -> bool:
        return sees_every_site(self.limits)

    def ends(self, now: datetime) -> datetime:
        """Until when the sign-in lasts for sure, if nothing more is done from now on."""
        return min(self.ends_at, now + self.idle - SEEN_EVERY)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

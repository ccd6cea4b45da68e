"""The person asking, and the account at hand, as the rest of the portal needs to know them."""

from datetime import datetime
from typing import Protocol

from portal.base.access import Permission, Role
from portal.base.tenancy import Scope


class ActiveAccount(Protocol):
    """The account whose records are at hand."""

    id: int
    name: str
    master_account_id: str
    closed_at: datetime | None  # from then on it can be read, and nothing else


class Viewer(Protocol):
    """The person or API token behind a request, as the rest of the portal needs to know them."""

    is_authenticated: bool
    id: int
    sign_in_id: int
    name: str
    email: str
    language: str | None
    theme: str | None
    shortcuts: bool  # whether single keys do something
    role: Role | None

    proven_at: datetime  # when they last proved who they are
    provider_id: int | None  # on whose word they are signed in, if not by a password of ours
    has_factor: bool  # more than a password lets them in
    needs_factor: bool  # somebody decided that it must be so
    unready: bool  # they must set up a second factor before anything else
    must_lengthen: bool  # their password is too short for being all that lets them in
    reason: str | None  # why staff change what is this customer's

    @property
    def account(self) -> ActiveAccount | None: ...

    @property
    def lost(self) -> ActiveAccount | None:
        """The account they were at work in, and may not be any more."""
        ...

    @property
    def kind(self) -> str:
        """`customer`, `partner` or `staff`."""
        ...

    @property
    def on_behalf(self) -> bool:
        """Whether what they do now is done for somebody else's account."""
        ...

    @property
    def scope(self) -> Scope:
        """The active account's records."""
        ...

    @property
    def sees_every_site(self) -> bool:
        """Whether they see all of the active account's sites, and what is at none."""
        ...

    def reach(self) -> Scope:
        """Everything this person may read, for pages across accounts."""
        ...

    def may(self, permission: Permission) -> bool: ...

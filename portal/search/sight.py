"""What somebody searches among: the kinds of things that they may see, here or at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.grants import Grant, usable
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.search import Kind
from portal.base.tenancy import ScopedSession
from portal.web.guard import viewer

P = Permission
_HERE = {
    Kind.PRODUCT: P.PRODUCTS_VIEW,
    Kind.SERVICE_REQUEST: P.REQUESTS_VIEW,
    Kind.REPLACEMENT: P.REPLACEMENTS_VIEW,
    Kind.LICENSE: P.LICENSES_VIEW,  # of each account one of the two has anything for them
    Kind.LICENSE_ITSELF: P.LICENSES_VIEW,
    Kind.RELEASE: P.DOWNLOADS_VIEW,
    Kind.DOCUMENT: P.DOWNLOADS_VIEW,
}
# Staff see what is published as publishers do, or in a customer's place.
_AT_DESK = {
    Kind.PRODUCT: P.PRODUCTS_VIEW,
    Kind.SERVICE_REQUEST_DESK: P.REQUESTS_VIEW,
    Kind.REPLACEMENT: P.REPLACEMENTS_VIEW,
    Kind.LICENSE: P.LICENSES_VIEW,
    Kind.RELEASE: P.DOWNLOADS_PUBLISH,
    Kind.DOCUMENT: P.DOWNLOADS_PUBLISH,
}
# Partners see of each customer what it granted them. What is published has its pages in an account.
_OF_CUSTOMERS = {
    kind: needed for kind, needed in _HERE.items() if kind not in {Kind.RELEASE, Kind.DOCUMENT}
}


@dataclass(frozen=True, slots=True)
class Sight:
    """`account_id` is the account that is searched, None where it is several: all of them at the
    desk, and of each kind those that are `granted` to a partner."""

    kinds: frozenset[Kind]
    account_id: int | None
    at_hand: int | None
    granted: Mapping[Kind, frozenset[int]] | None = None
    keys: bool = False  # whether parts of license keys tell anything
    models: bool = False  # whether they have a page of a model to be led to
    issues: bool = False
    people: bool = False
    colleagues: bool = False
    customers: bool = False  # whether customers are found by their names
    among: frozenset[int] | None = None  # and which, where not all

    @property
    def across(self) -> bool:
        return self.account_id is None

    @property
    def desk(self) -> bool:
        return self.across and self.granted is None


def sight_here() -> Sight:
    """Within the account at hand."""
    who = viewer()
    assert who.account
    return Sight(
        kinds=frozenset(kind for kind, needed in _HERE.items() if who.may(needed)),
        account_id=who.account.id,
        at_hand=who.account.id,
        keys=who.may(P.LICENSES_KEYS),
        models=who.may(P.DOWNLOADS_VIEW),
        issues=who.may(P.PRODUCTS_VIEW),
        people=who.may(P.ORGANIZATION_MANAGE),
    )


def sight_at_desk() -> Sight:
    """Across all accounts, for staff."""
    who = viewer()
    return Sight(
        kinds=frozenset(kind for kind, needed in _AT_DESK.items() if who.may(needed)),
        account_id=None,
        at_hand=who.account.id if who.account else None,
        models=True,
        issues=True,
        colleagues=who.may(P.DESK_MANAGE),
        customers=who.may(P.ACCOUNTS_REACH),
    )


def sight_of_partner(session: ScopedSession) -> Sight:
    """Across the customers of a partner, of each what it granted."""
    who = viewer()
    grants = select(Grant.account_id, Grant.permissions).join(User, usable(clock.today()))
    rows = session.execute(grants.where(User.id == who.id)).all()
    granted: dict[Kind, frozenset[int]] = {
        kind: frozenset(it for it, names in rows if needed.value in names)
        for kind, needed in _OF_CUSTOMERS.items()
    }
    return Sight(
        kinds=frozenset(kind for kind, accounts in granted.items() if accounts),
        account_id=None,
        at_hand=who.account.id if who.account else None,
        granted=granted,
        customers=True,
        among=frozenset(it for it, _names in rows),
    )

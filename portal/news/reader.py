"""What somebody may be told of in all the accounts they are in, by the rights of this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.reaching import scopes_of
from portal.base.access import Permission
from portal.base.clock import day_of
from portal.base.tenancy import Scope
from portal.catalogue.catalogue import Catalogue
from portal.downloads.values import Document, Release
from portal.news.models import NewsFollowing

READS = frozenset({Permission.DOWNLOADS_VIEW})


@dataclass(frozen=True, slots=True)
class Reader:
    """`accounts` is None of staff, who are nobody's customers: pilots count for nothing."""

    scopes: list[Scope]
    accounts: frozenset[int] | None

    def account_for(self, it: Release | Document) -> int | None:
        """The account through which they are told: one that is a pilot, where it takes one."""
        mine = sorted(self.accounts or ())
        if isinstance(it, Release) and it.staged:
            mine = [each for each in mine if each in it.pilots]
        return mine[0] if mine else None


def reader_of(session: Session, user: User, now: datetime) -> Reader | None:
    """None where their access has ended."""
    if user.deactivated_at:
        return None
    scopes = scopes_of(session, user, today=day_of(now), needs=READS)
    if not scopes:
        return None
    if user.staff_role:
        return Reader(scopes, None)
    return Reader(scopes, frozenset().union(*(it.read or () for it in scopes)))


def models_followed(followings: Iterable[NewsFollowing], models: Catalogue) -> set[int]:
    """Those followed by themselves, and all of the categories that are."""
    rows = list(followings)
    categories = {it.category for it in rows if it.category}
    own = {it.model_id for it in rows if it.model_id}
    return own | {it.id for it in models if it.category in categories}

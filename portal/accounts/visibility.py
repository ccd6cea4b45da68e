"""How much of an account its members see, and a partner that was given access at some sites."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    ScalarSelect,
    String,
    UniqueConstraint,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.access import Role, Visibility
from portal.base.db import Base
from portal.base.tenancy import Owned
from portal.base.visibility import Limits


class MembershipSite(Base):
    """A site that a member who sees chosen sites sees. Shared, as memberships are."""

    __tablename__ = "membership_site"
    __table_args__ = (
        UniqueConstraint("membership_id", "site_id"),
        ForeignKeyConstraint(["account_id", "site_id"], ["site.account_id", "site.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    account_id: Mapped[int]
    site_id: Mapped[int]


class RoleVisibility(Owned, Base):
    """How much those of a role see, as an account has it, where nothing else is chosen."""

    __tablename__ = "role_visibility"
    __table_args__ = (UniqueConstraint("account_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role]
    sees: Mapped[Visibility]


def sites_told(table: Any, owner: Any, key: Any) -> ScalarSelect[str]:
    """The sites that were chosen for a membership or a grant, as one text in its own row."""
    told = func.aggregate_strings(cast(table.site_id, String), ",")
    return select(told).where(key == owner.id).correlate(owner).scalar_subquery()


def read_sites(told: str | None) -> frozenset[int]:
    return frozenset(int(each) for each in (told or "").split(",") if each)


def limits_of_member(
    person: int, account_id: int, *, role: Role, sees: Visibility, sites: Iterable[int]
) -> Limits | None:
    """None where they see everything, as whoever decides about it always does."""
    here = frozenset({account_id})
    if role is Role.ADMINISTRATOR or sees is Visibility.EVERYTHING:
        return None
    if sees is Visibility.OWN:
        return Limits(person, own=here)
    return Limits(person, own=here, at_sites=here, sites=frozenset(sites))


def limits_of_partner(person: int, sites: Mapping[int, frozenset[int] | None]) -> Limits | None:
    """By the customers' accounts, at which sites their grants are; None: at all of them."""
    some = {account: chosen for account, chosen in sites.items() if chosen is not None}
    if not some:
        return None
    accounts, seen = frozenset(some), frozenset().union(*some.values())
    return Limits(
        person, own=accounts, at_sites=accounts, sites=seen, others=len(some) < len(sites)
    )

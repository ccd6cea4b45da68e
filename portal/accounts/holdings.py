"""What a person is responsible for in an account, and how a colleague takes it over.

Each feature says here what it holds people responsible for, so that nothing is left with someone
who has gone. The session is the account's own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Select, false, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.base.history import Doer


@dataclass(frozen=True, slots=True)
class Holding:
    """One record that someone is responsible for, and where it is looked at."""

    duty: str  # marked with N_
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How a feature finds what a person holds, and gives all of it to another."""

    held_by: Callable[[Session, User], Iterable[Holding]]
    hand_over: Callable[..., int]
    # The numbers of all who hold something, where that outlasts their user.
    holders: Callable[[], Select[Any] | CompoundSelect[Any]] | None = None


_KINDS: list[Kind] = []


def holds_people_responsible(kind: Kind) -> Kind:
    _KINDS.append(kind)
    return kind


def held_by(session: Session, user: User) -> list[Holding]:
    return [held for kind in _KINDS for held in kind.held_by(session, user)]


def left_behind(account_id: int, *, most: int) -> Select[Membership]:
    """Former users who hold something still."""
    asked = [Membership.user_id.in_(kind.holders()) for kind in _KINDS if kind.holders]
    return (
        select(Membership)
        .join(Membership.user)
        .where(Membership.account_id == account_id, User.erased_at.is_not(None))
        .where(or_(false(), *asked))
        .order_by(Membership.id)
        .limit(most)
    )


def hand_over(session: Session, user: User, to: User, *, by: Doer) -> int:
    """Give all that one holds to another, and tell how much it was."""
    return sum(kind.hand_over(session, user, to, by=by) for kind in _KINDS)

"""What somebody may not let go of, where their organization lets its people in through its own
provider only.

A higher floor knows that: see single_sign_on/people.py.
"""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.words import Refused

KeepFactor = Callable[[Session, User], Iterable[Refused]]
KeepAddress = Callable[[Session, User, str], Iterable[Refused]]

_FACTORS: list[KeepFactor] = []
_ADDRESSES: list[KeepAddress] = []


def keeps_factor(bar: KeepFactor) -> KeepFactor:
    """Let this function say why somebody must have a second factor: `bar(session, user)`."""
    _FACTORS.append(bar)
    return bar


def keeps_address(bar: KeepAddress) -> KeepAddress:
    """Let it say why they cannot have this address instead: `bar(session, user, email)`."""
    _ADDRESSES.append(bar)
    return bar


def may_be_without_factor(session: Session, user: User) -> None:
    for bar in _FACTORS:
        for refusal in bar(session, user):
            raise refusal


def may_have_address(session: Session, user: User, email: str) -> None:
    for bar in _ADDRESSES:
        for refusal in bar(session, user, email):
            raise refusal

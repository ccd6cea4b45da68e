"""Those who have access to an account, had it, or are invited: one list."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    false,
    func,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from portal.accounts.models import Membership, User
from portal.accounts.second_factors import has_second_factor
from portal.base.access import Role
from portal.base.db import UTCDateTime
from portal.base.references import read_reference
from portal.base.text import loose_key
from portal.invitations.models import Invitation


def people(account_id: int) -> Subquery:
    """Memberships, and invitations that wait. `place` is unique, and tells them apart."""
    nothing = type_coerce(null(), UTCDateTime())
    members = (
        select(
            Membership.id.label("place"),
            User.name,
            User.name_key,
            User.name_fold,
            User.email,
            Membership.role,
            Membership.sees,
            User.signed_in_at,
            Membership.created_at.label("since"),
            Membership.deactivated_at,
            has_second_factor().label("second_factor"),
            nothing.label("ends_at"),
            func.coalesce(User.signed_in_at, Membership.created_at, User.created_at).label(
                "heard_of_at"
            ),
        )
        .join(Membership.user)
        .where(Membership.account_id == account_id, User.erased_at.is_(None))
    )
    invited = select(
        (-Invitation.id).label("place"),
        Invitation.name,
        Invitation.name_key,
        Invitation.name_fold,
        Invitation.email,
        Invitation.role,
        Invitation.sees,
        nothing.label("signed_in_at"),
        Invitation.invited_at.label("since"),
        nothing.label("deactivated_at"),
        false().label("second_factor"),
        Invitation.ends_at,
        Invitation.invited_at.label("heard_of_at"),
    ).where(Invitation.account_id == account_id, Invitation.waiting())
    return union_all(members, invited).subquery("people")


def membership_referred_to(text: str, *, account_id: int) -> Select[Membership]:
    return (
        select(Membership)
        .options(joinedload(Membership.user), selectinload(Membership.sites))
        .where(Membership.id == read_reference("U", text), Membership.account_id == account_id)
    )


def other_administrators(membership: Membership) -> Select[int]:
    """How many can still decide who has access when this one cannot."""
    return (
        select(func.count(Membership.id))
        .join(Membership.user)
        .where(
            Membership.account_id == membership.account_id,
            Membership.id != membership.id,
            Membership.role == Role.ADMINISTRATOR,
            Membership.in_force(),
            User.deactivated_at.is_(None),
        )
    )


def memberships_left(membership: Membership) -> Select[int]:
    """How many other accounts someone still has access to."""
    return select(func.count(Membership.id)).where(
        Membership.user_id == membership.user_id,
        Membership.id != membership.id,
        Membership.in_force(),
    )


def colleagues(account_id: int, text: str = "") -> Select[User]:
    """Those who have access, with these words in their names or addresses."""
    return (
        select(User)
        .join(User.memberships)
        .where(
            Membership.account_id == account_id,
            Membership.in_force(),
            User.deactivated_at.is_(None),
            *called(User.name_fold, User.email, text),
        )
        .order_by(User.name_key, User.id)
    )


def called(
    name: InstrumentedAttribute[str] | Any, email: InstrumentedAttribute[str] | Any, text: str
) -> list[ColumnElement[bool]]:
    """The conditions that each of these words is in a name, however it is typed, or an address."""
    return [
        or_(
            name.contains(loose_key(word), autoescape=True),
            email.contains(word.lower(), autoescape=True),
        )
        for word in text.split()
    ]

"""Finding invitations, and who has an address already."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Membership, User
from portal.accounts.tokens import hash_of
from portal.base.references import read_reference
from portal.invitations.models import Invitation


def open_invitation(token: str, *, now: datetime) -> Select[Invitation]:
    """The invitation that this token stands for, while it can be accepted."""
    return (
        select(Invitation)
        .join(Invitation.account)
        .options(joinedload(Invitation.account), joinedload(Invitation.invited_by))
        .where(
            Invitation.token_hash == hash_of(token),
            Invitation.waiting(),
            Invitation.ends_at > now,
            Account.closed_at.is_(None),
        )
    )


def invitation_referred_to(text: str, *, account_id: int) -> Select[Invitation]:
    """An account's invitation that nobody accepted or withdrew."""
    return (
        select(Invitation)
        .options(joinedload(Invitation.account), joinedload(Invitation.invited_by))
        .where(
            Invitation.id == read_reference("INV", text),
            Invitation.account_id == account_id,
            Invitation.waiting(),
        )
    )


def invitations_to(emails: Collection[str], *, account_id: int) -> Select[Invitation]:
    return select(Invitation).where(
        Invitation.account_id == account_id, Invitation.email.in_(emails)
    )


def users_with(emails: Collection[str]) -> Select[User]:
    return select(User).where(User.email.in_(emails))


def memberships_of(users: Collection[int]) -> Select[Membership]:
    return select(Membership).where(Membership.user_id.in_(users))

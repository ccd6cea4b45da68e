"""What someone has beside their password."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.factors.models import Authenticator, Passkey, RecoveryCode
from portal.factors.rules import Standing


def authenticator_of(user_id: int) -> Select[Authenticator]:
    return select(Authenticator).where(Authenticator.user_id == user_id)


def passkeys_of(user_id: int) -> Select[Passkey]:
    return select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)


def passkey_called(credential: str) -> Select[Passkey]:
    """The key with this id, of somebody who may sign in."""
    return (
        select(Passkey)
        .join(User, User.id == Passkey.user_id)
        .where(Passkey.credential == credential, User.deactivated_at.is_(None))
    )


def codes_left(user_id: int) -> Select[int]:
    mine = RecoveryCode.user_id == user_id
    return select(func.count(RecoveryCode.id)).where(mine, RecoveryCode.used_at.is_(None))


def user_with_membership(membership_id: int, *, account_id: int) -> Select[User]:
    """The person behind a membership of this account."""
    return (
        select(User)
        .join(User.memberships)
        .where(Membership.id == membership_id, Membership.account_id == account_id)
    )


def colleague_of(user_id: int, other_id: int) -> Select[User]:
    """Somebody of the partner that this person works for."""
    mine = select(User.partner_id).where(User.id == user_id).scalar_subquery()
    return select(User).where(User.id == other_id, User.partner_id == mine)


def standing(session: Session, user: User) -> Standing:
    memberships = session.scalars(
        select(Membership).where(Membership.user_id == user.id, Membership.in_force())
    )
    return Standing(
        user.id,
        user.staff_role,
        user.partner_id,
        user.partner_role,
        {it.account_id: it.role for it in memberships},
    )

"""Finding customers, and who decides in them."""

from sqlalchemy import Select, select

from portal.accounts.models import Account, Membership, User
from portal.base.access import Role
from portal.base.references import read_master_account_id
from portal.invitations.models import Invitation


def customer_numbered(number: str) -> Select[Account]:
    """A customer that is not removed, by its master account ID."""
    digits = read_master_account_id(number) or ""
    return select(Account).where(Account.digits == digits, Account.removed_at.is_(None))


def deciding_in(account_id: int) -> Select[User]:
    """The administrators, by name."""
    return (
        select(User)
        .join(User.memberships)
        .where(Membership.account_id == account_id, Membership.role == Role.ADMINISTRATOR)
        .where(Membership.in_force(), User.deactivated_at.is_(None))
        .order_by(User.name_key, User.id)
    )


def invited_to_decide(account_id: int) -> Select[Invitation]:
    return (
        select(Invitation)
        .where(Invitation.account_id == account_id, Invitation.role == Role.ADMINISTRATOR)
        .where(Invitation.waiting())
        .order_by(Invitation.id)
    )

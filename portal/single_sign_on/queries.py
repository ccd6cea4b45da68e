"""Whose provider it is, and who is known to it."""

from sqlalchemy import Select, func, select

from portal.accounts.models import Membership, User
from portal.base.access import Role
from portal.single_sign_on.models import Identity, SignInDomain, SingleSignOn


def provider_of(account_id: int) -> Select[SingleSignOn]:
    return select(SingleSignOn).where(SingleSignOn.account_id == account_id)


def provider_for(domain: str) -> Select[SingleSignOn]:
    """The provider that speaks for a proven domain."""
    return (
        select(SingleSignOn)
        .join(SignInDomain, SignInDomain.account_id == SingleSignOn.account_id)
        .where(SignInDomain.proven == domain)
    )


def domains_of(account_id: int) -> Select[SignInDomain]:
    mine = SignInDomain.account_id == account_id
    return select(SignInDomain).where(mine).order_by(SignInDomain.name)


def linked_to(provider_id: int) -> Select[int]:
    return select(func.count(Identity.id)).where(Identity.provider_id == provider_id)


def administrators_of(account_id: int) -> Select[User]:
    return (
        select(User)
        .join(User.memberships)
        .where(
            Membership.account_id == account_id,
            Membership.in_force(),
            Membership.role == Role.ADMINISTRATOR,
            User.deactivated_at.is_(None),
        )
        .order_by(User.name_key, User.id)
    )

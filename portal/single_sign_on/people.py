"""Who must come through the provider of their organization."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.single_sign_on.admitting import belongs_here
from portal.single_sign_on.models import SingleSignOn
from portal.single_sign_on.queries import domains_of, provider_for
from portal.single_sign_on.rules import domain_of


def demanding(session: Session, email: str) -> SingleSignOn | None:
    """The provider that people with such an address must come through, whoever they are."""
    domain = domain_of(email)
    provider = session.scalars(provider_for(domain)).one_or_none() if domain else None
    return provider if provider and provider.required else None


def must_use(session: Session, provider: SingleSignOn, user: User) -> bool:
    """All whom the provider can speak for, but the one administrator who is the way in."""
    return user.id != provider.way_in_id and belongs_here(session, user, provider)


def who_must_use(session: Session, provider: SingleSignOn) -> list[User]:
    proven = {it.proven for it in session.scalars(domains_of(provider.account_id)) if it.proven}
    people = (
        select(User)
        .join(User.memberships)
        .where(Membership.account_id == provider.account_id, Membership.in_force())
    )
    return [
        it
        for it in session.scalars(people)
        if domain_of(it.email) in proven and must_use(session, provider, it)
    ]

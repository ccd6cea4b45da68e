"""Who must come through the provider of their organization, and who gets in without."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.accounts.personal_data import keeps_back
from portal.accounts.provided import keeps_address, keeps_factor
from portal.base.words import N_, Refused
from portal.single_sign_on.admitting import belongs_here
from portal.single_sign_on.models import Identity, SingleSignOn
from portal.single_sign_on.queries import administrators_of, domains_of, provider_for
from portal.single_sign_on.rules import domain_of

MOST_NAMED = 3


def demanding(session: Session, email: str) -> SingleSignOn | None:
    """The provider that people with such an address must come through, whoever they are."""
    domain = domain_of(email)
    provider = session.scalars(provider_for(domain)).one_or_none() if domain else None
    return provider if provider and provider.required else None


def demanded_of(session: Session, user: User) -> SingleSignOn | None:
    """The provider that somebody must come through: by their address, or because it knows them."""
    by_address = demanding(session, user.email)
    known = select(SingleSignOn).join(Identity, Identity.provider_id == SingleSignOn.id)
    known = known.where(Identity.user_id == user.id, SingleSignOn.required)
    found = [*([by_address] if by_address else []), *session.scalars(known)]
    return next((it for it in found if must_use(session, it, user)), None)


def must_use(session: Session, provider: SingleSignOn, user: User) -> bool:
    """All whom the provider can speak for, but the one administrator who is the way in."""
    return belongs_here(session, user, provider) and not _is_way_in(session, provider, user)


def _is_way_in(session: Session, provider: SingleSignOn, user: User) -> bool:
    """Whether they are, and still what whoever is one has to be."""
    if user.id != provider.way_in_id or user.second_factor_at is None:
        return False
    administrators = administrators_of(provider.account_id).where(User.id == user.id)
    return session.scalars(administrators).one_or_none() is not None


def who_must_use(session: Session, provider: SingleSignOn) -> list[User]:
    proven = proven_domains(session, provider)
    known = set(
        session.scalars(select(Identity.user_id).where(Identity.provider_id == provider.id))
    )
    people = (
        select(User)
        .join(User.memberships)
        .where(Membership.account_id == provider.account_id, Membership.in_force())
    )
    return [
        it
        for it in session.scalars(people)
        if (domain_of(it.email) in proven or it.id in known) and must_use(session, provider, it)
    ]


def proven_domains(session: Session, provider: SingleSignOn) -> list[str]:
    return [it.proven for it in session.scalars(domains_of(provider.account_id)) if it.proven]


@keeps_address
def keeps_to_its_domains(session: Session, user: User, email: str) -> Iterator[Refused]:
    """Else whoever must come through the provider would be free of it with another address."""
    provider = demanded_of(session, user)
    proven = proven_domains(session, provider) if provider else []
    if provider and domain_of(email) not in proven:
        yield Refused(
            N_(
                "Your organization lets you in through its own sign-in only."
                " Use an address at %(domains)s."
            ),
            field="email",
            domains=", ".join(proven[:MOST_NAMED]),
        )


def _ways_in(session: Session, user: User, *, hold: bool = False) -> list[SingleSignOn]:
    """Those that somebody is the way around, where everyone else must come through them."""
    mine = select(SingleSignOn).where(SingleSignOn.way_in_id == user.id, SingleSignOn.required)
    found = session.scalars(mine.with_for_update() if hold else mine)
    return [it for it in found if it.account.closed_at is None]


@keeps_back
@keeps_factor
def is_the_way_in(session: Session, user: User, *, hold: bool = False) -> Iterator[Refused]:
    """Whoever gets in when the provider is down, where everyone else must come through it."""
    for it in _ways_in(session, user, hold=hold):
        yield Refused(
            N_(
                "You are the one who gets in for %(organization)s when its provider is down."
                " Name another administrator first."
            ),
            organization=it.account.name,
        )


def keep_the_way_in(session: Session, membership: Membership) -> None:
    """Somebody gets in when the provider is down: until another one is named, it is they."""
    if any(it.account_id == membership.account_id for it in _ways_in(session, membership.user)):
        raise Refused(
            N_(
                "%(name)s is the one who gets in when your organization's sign-in is down."
                " Name another administrator for that first."
            ),
            name=membership.user.name,
        )

"""Connecting an account with its provider, proving its domains, and demanding its use."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Account, SignIn, User
from portal.base.access import Role, Visibility
from portal.base.db import broke
from portal.base.history import Doer, What, happened_in
from portal.base.words import N_, Refused
from portal.single_sign_on.models import Identity, SignInAttempt, SignInDomain, SingleSignOn
from portal.single_sign_on.queries import administrators_of, domains_of, linked_to, provider_of
from portal.single_sign_on.rules import is_everyones, read_domain

MOST_DOMAINS = 50


@dataclass(frozen=True, slots=True)
class Terms:
    """How an account and its provider know each other, and what new people get."""

    issuer: str
    client_id: str
    role: Role
    sees: Visibility
    vouches: bool


def connect(
    session: Session, account: Account, terms: Terms, *, sealed: str | None, by: Doer
) -> SingleSignOn:
    """Say which provider. Another one knows nobody yet; `sealed` None keeps the secret."""
    if terms.role not in {Role.OBSERVER, Role.MEMBER}:
        raise Refused(N_("Choose a role."), field="default_role")
    provider = session.scalars(provider_of(account.id)).one_or_none()
    other = provider is None or (provider.issuer, provider.client_id) != (
        terms.issuer,
        terms.client_id,
    )
    if other and sealed is None:
        # Else whoever names a provider of their own would be sent the secret of the old one.
        raise Refused(N_("Enter the client secret."), field="client_secret")
    if provider is None:
        provider = SingleSignOn(account_id=account.id, account=account, vouches=False)
        provider.required = False
        session.add(provider)
    elif other:
        _forget_people(session, provider)
        provider.required, provider.way_in_id = False, None
    provider.issuer, provider.client_id = terms.issuer, terms.client_id
    provider.role, provider.sees, provider.vouches = terms.role, terms.sees, terms.vouches
    if sealed is not None:
        provider.sealed = sealed
    session.flush()
    happened_in(session, account.id, account, What.PROVIDER_CHANGED, by=by)
    return provider


def disconnect(session: Session, provider: SingleSignOn, *, by: Doer) -> None:
    account = provider.account
    _forget_people(session, provider)
    session.delete(provider)
    session.flush()
    happened_in(session, account.id, account, What.PROVIDER_REMOVED, by=by)


def _forget_people(session: Session, provider: SingleSignOn) -> None:
    """Nobody stays signed in by what is not trusted any more."""
    session.execute(delete(SignIn).where(SignIn.provider_id == provider.id))
    session.execute(delete(SignInAttempt).where(SignInAttempt.provider_id == provider.id))
    session.execute(delete(Identity).where(Identity.provider_id == provider.id))


def add_domain(session: Session, account: Account, typed: str) -> SignInDomain:
    name = read_domain(typed)
    if name is None:
        raise Refused(N_("Write the domain like this: example.com."), field="domain")
    if is_everyones(name):
        raise Refused(N_("Everyone can have an address at %(name)s."), field="domain", name=name)
    mine = session.scalars(domains_of(account.id)).all()
    if found := next((it for it in mine if it.name == name), None):
        return found
    if len(mine) >= MOST_DOMAINS:
        raise Refused(N_("There is no room for more domains."), field="domain")
    domain = SignInDomain(account_id=account.id, name=name, token=token_urlsafe(24), by_staff=False)
    session.add(domain)
    session.flush()
    return domain


def prove_domain(
    session: Session, domain: SignInDomain, *, by_staff: bool, by: Doer, now: datetime
) -> None:
    """The domain is theirs: its DNS says so, or staff looked into it."""
    if domain.proven:
        return
    try:
        with session.begin_nested():
            domain.proven, domain.proven_at, domain.by_staff = domain.name, now, by_staff
            session.flush()
    except IntegrityError as error:
        if not broke(error, "uq_sign_in_domain_proven"):
            raise
        raise Refused(N_("Another organization has proven this domain. Contact us.")) from None
    _note(session, domain, What.DOMAIN_PROVEN, by)


def remove_domain(session: Session, domain: SignInDomain, *, by: Doer) -> None:
    if domain.proven:
        _keep_one(session, domain)
        _note(session, domain, What.DOMAIN_REMOVED, by)
    session.delete(domain)


def _keep_one(session: Session, domain: SignInDomain) -> None:
    """Without a proven domain nobody would be asked to come through the provider any more."""
    account_id = domain.account_id
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    provider = session.scalars(provider_of(account_id)).one_or_none()
    proven = [it for it in session.scalars(domains_of(account_id)) if it.proven]
    if provider and provider.required and proven == [domain]:
        raise Refused(
            N_(
                "%(name)s is the last proven domain. Let people sign in another way first,"
                " or prove another domain."
            ),
            field="domain",
            name=domain.name,
        )


def _note(session: Session, domain: SignInDomain, what: What, by: Doer) -> None:
    account = session.get_one(Account, domain.account_id)
    happened_in(session, account.id, account, what, by=by, domain=domain.name)


def demand(session: Session, provider: SingleSignOn, *, way_in: User | None, by: Doer) -> None:
    """Let the account's people in through the provider only, but for one administrator."""
    # Whoever changes what that administrator may, or removes a domain, waits or has done it.
    for record, id in ((SingleSignOn, provider.id), (Account, provider.account_id)):
        session.execute(select(record.id).where(record.id == id).with_for_update())
    if not any(it.proven for it in session.scalars(domains_of(provider.account_id))):
        raise Refused(N_("Prove a domain first."))
    if not session.scalars(linked_to(provider.id)).one():
        raise Refused(N_("Sign in through the provider yourself first, to see that it works."))
    fit = session.scalars(administrators_of(provider.account_id)).all()
    if way_in is None or way_in not in fit:
        raise Refused(N_("Choose an administrator."), field="way_in")
    if way_in.second_factor_at is None:
        raise Refused(
            N_("%(name)s must set up two-step verification first."), field="way_in",
            name=way_in.name,
        )  # fmt: skip
    before, provider.way_in, provider.required = provider.required, way_in, True
    session.flush()
    if not before:
        happened_in(
            session, provider.account_id, provider.account, What.PROVIDER_DEMANDED, by=by,
            way_in=way_in.id,
        )  # fmt: skip


def leave_open(session: Session, provider: SingleSignOn, *, by: Doer) -> None:
    if provider.required:
        provider.required, provider.way_in = False, None
        account = provider.account
        happened_in(session, account.id, account, What.PROVIDER_OPTIONAL, by=by)


def end_other_sign_ins(session: Session, user_ids: list[int]) -> None:
    """Whoever must come through the provider, and did not, comes again."""
    session.execute(
        delete(SignIn).where(SignIn.user_id.in_(user_ids), SignIn.provider_id.is_(None))
    )


def note_proof(session: Session, sign_in_id: int, at: datetime) -> None:
    """When they proved it to the provider: not when it told us."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(proven_at=at))


def identity_of(session: Session, provider: SingleSignOn, user_id: int) -> Identity | None:
    query = select(Identity).where(
        Identity.provider_id == provider.id,
        Identity.issuer == provider.issuer,
        Identity.user_id == user_id,
    )
    return session.scalars(query).one_or_none()

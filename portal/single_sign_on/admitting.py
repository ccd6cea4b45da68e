"""Finding, linking or making the user whom a provider vouches for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, Membership, User
from portal.base.db import broke
from portal.base.history import What, happened, happened_in
from portal.base.words import N_, Refused
from portal.invitations.actions import end_waiting
from portal.single_sign_on.models import Identity, SignInDomain, SingleSignOn
from portal.single_sign_on.rules import Proven, domain_of

_NOT_THIS_WAY = N_(
    "You cannot sign in this way. Sign in with your password, or ask your administrator."
)


@dataclass(frozen=True, slots=True)
class Admitted:
    user: User
    first_time: bool  # the link is new
    made: bool  # so is the user


def admit(session: Session, provider: SingleSignOn, proven: Proven, *, now: datetime) -> Admitted:
    """Known by issuer and subject; else by an address that is proven all the way, this once."""
    query = select(Identity).where(
        Identity.provider_id == provider.id,
        Identity.issuer == provider.issuer,
        Identity.subject == proven.subject,
    )
    if identity := session.scalars(query).one_or_none():
        if not belongs_here(session, identity.user, provider):
            raise Refused(_NOT_THIS_WAY)
        identity.used_at = now
        return Admitted(identity.user, False, False)
    if not proven.email:
        raise Refused(N_("The provider does not say that your e-mail address is verified."))
    domain = domain_of(proven.email)
    ours = select(SignInDomain.id).where(
        SignInDomain.account_id == provider.account_id, SignInDomain.proven == domain
    )
    if session.scalars(ours).one_or_none() is None:
        raise Refused(N_("%(domain)s is not among your organization's domains."), domain=domain)
    user = session.scalars(select(User).where(User.email == proven.email)).one_or_none()
    made = user is None
    if user is None:
        user = _make(session, provider, proven, now)
    elif not belongs_here(session, user, provider):
        raise Refused(_NOT_THIS_WAY)
    _link(session, provider, proven, user, now)
    return Admitted(user, True, made)


def belongs_here(session: Session, user: User, provider: SingleSignOn) -> bool:
    """Whether the provider may speak for a user: one of this account's, and of nobody else's.

    Otherwise those who run it could come as their colleague to where only the colleague may be.
    """
    mine = select(Membership).where(Membership.user_id == user.id, Membership.in_force())
    accounts = [it.account_id for it in session.scalars(mine)]
    gone = user.deactivated_at or user.erased_at
    return accounts == [provider.account_id] and not (gone or user.partner_id or user.staff_role)


def _make(session: Session, provider: SingleSignOn, proven: Proven, now: datetime) -> User:
    if provider.account.closed_at:
        raise Refused(_NOT_THIS_WAY)
    name = proven.name or proven.email.partition("@")[0]
    user = User(email=proven.email, name=name, created_at=now)
    membership = Membership(
        account_id=provider.account_id, role=provider.role, sees=provider.sees, created_at=now
    )
    user.memberships = [membership]
    # In the same order as an invitation is accepted, which may happen at the same time.
    session.execute(select(Account.id).where(Account.id == provider.account_id).with_for_update())
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if not broke(error, "uq_user_email"):
            raise
        raise Refused(N_("Somebody has this e-mail address already.")) from None
    session.flush()
    happened(session, user, What.CREATED, by=Person(user.id), role=provider.role)
    by = Person(user.id)
    came = What.JOINED_BY_SIGN_IN
    happened_in(session, provider.account_id, membership, came, by=by, role=provider.role)
    end_waiting(session, provider.account_id, user, by=by, now=now)
    return user


def _link(
    session: Session, provider: SingleSignOn, proven: Proven, user: User, now: datetime
) -> None:
    identity = Identity(
        provider_id=provider.id,
        issuer=provider.issuer,
        subject=proven.subject,
        user_id=user.id,
        linked_at=now,
        used_at=now,
    )
    try:
        with session.begin_nested():
            session.add(identity)
    except IntegrityError:
        # The address is another person's by now, as the provider sees it.
        raise Refused(_NOT_THIS_WAY) from None
    happened(session, user, What.IDENTITY_LINKED, by=Person(user.id), provider=provider.id)

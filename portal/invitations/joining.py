"""Accepting an invitation: once, by whoever its address belongs to."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, Membership, MembershipSite, Site, User
from portal.accounts.tokens import hash_of
from portal.base.db import broke
from portal.base.history import What, happened, happened_in
from portal.base.words import N_, Refused
from portal.invitations.actions import may_join
from portal.invitations.mails import accepted_notice
from portal.invitations.models import Invitation
from portal.invitations.queries import memberships_of, open_invitation, users_with


def join_as_new(
    session: Session, token: str, *, name: str, password_hash: str, language: str, now: datetime
) -> User | None:
    """Make the address a user of the account. None: the link is good no more.

    Somebody who was a user before, and lost their last access, is one again.
    """
    invitation = _take(session, token, now)
    if invitation is None:
        return None
    user = session.scalars(users_with([invitation.email])).one_or_none()
    if user and user.deactivated_at is None:
        raise Refused(N_("Somebody has this e-mail address already."))
    if user is None:
        user = User(email=invitation.email, created_at=now, language=language)
    user.name, user.password_hash, user.short_password = name, password_hash, False
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if not broke(error, "uq_user_email"):
            raise
        raise Refused(N_("Somebody has this e-mail address already.")) from None
    _join(session, invitation, user, now)
    return user


def join(session: Session, token: str, user: User, *, now: datetime) -> bool:
    """Let a user into the account as well. False: the link is good no more, or not for them."""
    invitation = _take(session, token, now)
    if invitation is None:
        return False
    session.refresh(user)
    if invitation.email != user.email or user.deactivated_at:
        return False
    _join(session, invitation, user, now)
    return True


def _take(session: Session, token: str, now: datetime) -> Invitation | None:
    """The invitation, for one of those who come with its token at once."""
    invitation = session.scalars(open_invitation(token, now=now)).one_or_none()
    if invitation is None:
        return None
    # Whoever changes who has access to the account waits, or has done it.
    session.execute(select(Account.id).where(Account.id == invitation.account_id).with_for_update())
    # Taken and marked in one statement: of several at once, one finds it waiting.
    taken = session.execute(
        update(Invitation)
        .where(Invitation.token_hash == hash_of(token), Invitation.waiting())
        .where(Invitation.ends_at > now)
        .values(accepted_at=now)
        .execution_options(synchronize_session=False)
    )
    return invitation if cast(CursorResult[Any], taken).rowcount == 1 else None


def _join(session: Session, invitation: Invitation, user: User, now: datetime) -> None:
    theirs = session.scalars(memberships_of([user.id])).all()
    if not may_join(user, theirs):
        raise Refused(N_("The invitation cannot be accepted with this address."))
    account_id = invitation.account_id
    membership = next((it for it in theirs if it.account_id == account_id), None)
    if membership:
        _refuse_stale(membership, invitation)
    if user.deactivated_at:
        user.deactivated_at = None
        happened(session, user, What.ACCESS_RESTORED, by=Person(user.id))
    elif not theirs:
        happened(session, user, What.CREATED, by=Person(user.id), role=invitation.role)
    if membership is None:
        membership = Membership(user=user, account_id=account_id, created_at=now)
        session.add(membership)
    membership.role, membership.sees = invitation.role, invitation.sees
    membership.deactivated_at = None
    sites = session.scalars(select(Site.id).where(Site.id.in_(invitation.site_ids))).all()
    membership.sites = [MembershipSite(account_id=account_id, site_id=each) for each in sites]
    session.flush()
    happened_in(
        session,
        account_id,
        membership,
        What.JOINED,
        by=Person(user.id),
        role=invitation.role,
        invitation=invitation.id,
    )
    accepted_notice(session, invitation, user)


def _refuse_stale(membership: Membership, invitation: Invitation) -> None:
    """It neither changes what somebody is already, nor undoes that they were let go after it."""
    ended_at = membership.deactivated_at
    if ended_at is None:
        raise Refused(N_("You have access already. An administrator can change what you may do."))
    if ended_at >= invitation.invited_at:
        raise Refused(N_("Your access ended after this invitation was sent. Ask for a new one."))

"""Inviting people to an account: to one address, or to many."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, User
from portal.accounts.tokens import hash_of, new_token
from portal.base.access import Role, Visibility
from portal.base.db import broke
from portal.base.history import Doer, What, happened_in
from portal.base.words import N_, Refused
from portal.invitations.models import Invitation
from portal.invitations.queries import invitations_to, memberships_of, users_with
from portal.invitations.rules import LASTS, Invitee


@dataclass(frozen=True, slots=True)
class Offer:
    """What someone is to be in an account."""

    role: Role
    sees: Visibility = Visibility.EVERYTHING
    site_ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.role is Role.ADMINISTRATOR:  # whoever decides who sees what sees it all
            object.__setattr__(self, "sees", Visibility.EVERYTHING)
        if self.sees is not Visibility.OWN_SITES:
            object.__setattr__(self, "site_ids", ())
        elif not self.site_ids:
            raise Refused(N_("Choose at least one site."), field="sites")


class Known(Refused):
    """Some of them have access, had it, or are invited; each is looked at on a page of its own."""

    def __init__(self, members: Iterable[Membership], invitations: Iterable[Invitation]) -> None:
        super().__init__(N_("Nothing was sent: some of them are here already."), field="emails")
        self.members, self.invitations = list(members), list(invitations)


def invite(
    session: Session,
    account_id: int,
    invitees: Collection[Invitee],
    offer: Offer,
    *,
    language: str,
    by: Doer,
    now: datetime,
) -> list[tuple[Invitation, str]]:
    """An invitation for each, with the token of its link; all of them or none.

    Customers do not learn that an address is a partner's or ours: it looks like any invitation that
    nobody takes, and whoever has the address is told; see `mails.send_invitations`.
    """
    _refuse_closed(session, account_id)
    if by.on_behalf:
        _refuse_barred(session, [invitee.email for invitee in invitees])
    earlier = _refuse_known(session, account_id, invitees, now)
    made = []
    for invitee in invitees:
        invitation = earlier.get(invitee.email) or Invitation(
            account_id=account_id, email=invitee.email
        )
        invitation.name = invitee.name or invitee.email[:120]
        invitation.role, invitation.sees = offer.role, offer.sees
        invitation.site_ids, invitation.language = list(offer.site_ids), language
        made.append((invitation, _renewed(invitation, by=by, now=now)))
    try:
        with session.begin_nested():
            session.add_all(invitation for invitation, _token in made)
    except IntegrityError as error:
        if not broke(error, "uq_invitation_account_id_email"):
            raise
        # A colleague invited one of them in the same moment.
        emails = [invitee.email for invitee in invitees]
        raise Known(
            [], session.scalars(invitations_to(emails, account_id=account_id)).all()
        ) from None
    for invitation, _token in made:
        happened_in(session, account_id, invitation, What.INVITED, by=by, role=offer.role)
    return made


def renew(session: Session, invitation: Invitation, *, by: Doer, now: datetime) -> str:
    """Another link, good for as long as the first was; the first is worth nothing from now on."""
    _refuse_closed(session, invitation.account_id)
    token = _renewed(invitation, by=by, now=now)
    happened_in(session, invitation.account_id, invitation, What.INVITATION_RENEWED, by=by)
    return token


def withdraw(session: Session, invitation: Invitation, *, by: Doer, now: datetime) -> None:
    invitation.withdrawn_at = now
    happened_in(session, invitation.account_id, invitation, What.INVITATION_WITHDRAWN, by=by)


def end_waiting(session: Session, account_id: int, user: User, *, by: Doer, now: datetime) -> None:
    """Let an earlier invitation give nothing to who is a member by now, or was one until now."""
    for invitation in session.scalars(invitations_to([user.email], account_id=account_id)).all():
        if not (invitation.accepted_at or invitation.withdrawn_at):
            withdraw(session, invitation, by=by, now=now)


def _renewed(invitation: Invitation, *, by: Doer, now: datetime) -> str:
    token = new_token()
    invitation.token_hash = hash_of(token)
    invitation.invited_by_id, invitation.by_staff = by.id, by.on_behalf
    invitation.invited_at, invitation.ends_at = now, now + LASTS
    invitation.accepted_at = invitation.withdrawn_at = None
    return token


def _refuse_closed(session: Session, account_id: int) -> None:
    if session.scalars(select(Account.closed_at).where(Account.id == account_id)).one():
        raise Refused(N_("The account is closed: nobody can be invited to it."))


def _refuse_known(
    session: Session, account_id: int, invitees: Collection[Invitee], now: datetime
) -> dict[str, Invitation]:
    """Earlier invitations of theirs that have ended, by address."""
    emails = [invitee.email for invitee in invitees]
    users = {user.id: user for user in session.scalars(users_with(emails))}
    theirs = session.scalars(memberships_of(users)).all() if users else []
    earlier = session.scalars(invitations_to(emails, account_id=account_id)).all()
    members = [it for it in theirs if it.account_id == account_id]
    invited = [it for it in earlier if not (it.accepted_at or it.withdrawn_at) and it.ends_at > now]
    if members or invited:
        raise Known(members, invited)
    return {it.email: it for it in earlier}


def barred_among(session: Session, emails: Collection[str]) -> dict[str, User]:
    """Those who have one of the addresses, and cannot be in a customer's account."""
    users = {user.id: user for user in session.scalars(users_with(emails))}
    theirs = session.scalars(memberships_of(users)).all() if users else []
    return {user.email: user for user in users.values() if not may_join(user, theirs)}


def _refuse_barred(session: Session, emails: Collection[str]) -> None:
    if barred := barred_among(session, emails):
        raise Refused(
            N_("%(addresses)s cannot be invited. Partners get access under Partners."),
            field="emails",
            addresses=", ".join(sorted(barred)),
        )


def may_join(user: User, memberships: Iterable[Membership]) -> bool:
    """Whether a user can be in a customer's account: partners and staff are not.

    Someone who lost their last access can come back; who was let go of in another way cannot.
    """
    if user.partner_id or user.staff_role or user.erased_at:
        return False
    ends = [it.deactivated_at for it in memberships if it.user_id == user.id]
    return user.deactivated_at is None or user.deactivated_at in ends

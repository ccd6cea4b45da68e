"""The people of a partner: invited, given customers to work for, and let go."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.actions import sign_out_everywhere
from portal.accounts.changes import claim_rights
from portal.accounts.grants import PartnerAssignment
from portal.accounts.models import Partner, PasswordReset, User
from portal.accounts.queries import users_called
from portal.accounts.rules import read_address
from portal.accounts.tokens import hash_of, new_token
from portal.base.access import PARTNER_ROLES, Role
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.typed import read_name
from portal.base.words import N_, Refused
from portal.partners.mails import invitation_mail, taken_mail
from portal.partners.queries import (
    assigned_to,
    colleagues_with,
    customers_granting,
    partner_administrators,
)

INVITATION = timedelta(hours=72)  # how long the link in an invitation is good


def invite_colleague(
    session: Session,
    partner: Partner,
    *,
    email: str,
    name: str,
    role: Role,
    language: str,
    by: Doer,
    now: datetime,
    quiet: bool = False,
) -> User:
    """Let somebody sign in for a partner, once they chose a password by the link they get.

    With `quiet`, whoever invites does not learn that the address is a stranger's: it looks like
    any invitation that nobody takes, and whoever has the address is told.
    """
    if partner.closed_at:
        raise Refused(N_("This partner is closed."))
    address = read_address(email)
    known = session.scalars(colleagues_with(address, partner_id=partner.id)).first()
    user = User(
        email=address,
        name=read_name(name),
        language=language,
        created_at=now,
        partner_id=partner.id,
        partner_role=_of_partner(role),
    )
    if known or not (_added(session, user) or quiet):
        raise Refused(N_("Somebody has this e-mail address already."), field="email")
    if user.id is None:  # an address that nobody can write, and so nobody can sign in with
        user.email, user.invited_as = new_token(), address
        session.add(user)
    happened(session, user, What.INVITED, by=by, role=role.value)
    _send_link(session, user, partner, by, now)
    return user


def _added(session: Session, user: User) -> bool:
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if not broke(error, "uq_user_email"):
            raise
        return False
    return True


def invite_again(session: Session, user: User, *, by: Doer, now: datetime) -> None:
    """A new link; the earlier ones are worth nothing."""
    if user.password_hash or user.deactivated_at or user.partner is None:
        raise Refused(N_("This person has access already, or none to get."))
    happened(session, user, What.INVITATION_RENEWED, by=by)
    _send_link(session, user, user.partner, by, now)


def change_colleague(
    session: Session,
    user: User,
    *,
    role: Role,
    customers: Collection[int] | None,
    version: int,
    by: Doer,
    today: date,
) -> bool:
    """What somebody is, and for which customers they work (None: every one)."""
    before = _told(session, user)
    if customers is not None:
        if not customers:
            raise Refused(N_("Choose at least one customer, or all of them."), field="works_for")
        _refuse_foreign(session, user, customers, today)
    if user.partner_role is Role.PARTNER_ADMINISTRATOR and role is not user.partner_role:
        refuse_last(session, user)
    told = {"role": _of_partner(role).value, "customers": customers and sorted(set(customers))}
    if told == before and version == user.rights_version:
        return False
    claim_rights(session, user, version=version)
    user.partner_role, user.every_customer = role, customers is None
    session.execute(delete(PartnerAssignment).where(PartnerAssignment.user_id == user.id))
    session.add_all(
        PartnerAssignment(user_id=user.id, account_id=each) for each in sorted(customers or ())
    )
    session.flush()
    after = _told(session, user)
    happened(session, user, What.RIGHTS_CHANGED, by=by, **after)
    return True


def deactivate_colleague(session: Session, user: User, *, by: Doer, now: datetime) -> bool:
    """Let somebody in no more, and end what they are signed in with; False when it is done."""
    if user.deactivated_at:
        return False
    if user.partner_role is Role.PARTNER_ADMINISTRATOR:
        refuse_last(session, user)
    user.deactivated_at = now
    sign_out_everywhere(session, user.id)
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    happened(session, user, What.ACCESS_ENDED, by=by)
    return True


def refuse_last(session: Session, user: User, *, hold: bool = True) -> None:
    """Locked, so that of two who go at once the second finds that nobody would be left."""
    assert user.partner_id
    ask = partner_administrators(user.partner_id)
    left = session.scalars(ask.with_for_update() if hold else ask).all()
    if not [other for other in left if other.id != user.id]:
        raise Refused(
            N_("Somebody must be administrator. Make a colleague one first."), field="role"
        )


def _refuse_foreign(session: Session, user: User, customers: Collection[int], today: date) -> None:
    """Those somebody works for already may stay, though the customer let the partner go."""
    assert user.partner_id
    granting = customers_granting(user.partner_id, today=today, among=customers)
    known = {account.id for account in session.scalars(granting)}
    known |= set(session.scalars(assigned_to(user.id)))
    if set(customers) - known:
        raise Refused(N_("One of the customers has not given you access."), field="works_for")


def _send_link(session: Session, user: User, partner: Partner, by: Doer, now: datetime) -> None:
    if user.invited_as:
        owner = session.scalars(users_called(user.invited_as)).one_or_none()
        if owner and not owner.deactivated_at:
            taken_mail(session, owner, partner, session.get_one(User, by.id))
        return
    token = new_token()
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    session.add(PasswordReset(user_id=user.id, token_hash=hash_of(token), ends_at=now + INVITATION))
    invitation_mail(session, user, partner, session.get_one(User, by.id), token)


def _told(session: Session, user: User) -> dict[str, object]:
    customers = None if user.every_customer else sorted(session.scalars(assigned_to(user.id)))
    return {"role": user.partner_role.value if user.partner_role else "", "customers": customers}


def _of_partner(role: Role) -> Role:
    if role not in PARTNER_ROLES:
        raise Refused(N_("Choose the role."), field="role")
    return role

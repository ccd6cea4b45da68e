"""What portal administrators do with the vendor's own people."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.actions import sign_out_everywhere
from portal.accounts.changes import claim_rights
from portal.accounts.half_sign_ins import forget_halves
from portal.accounts.models import PasswordReset, User
from portal.accounts.rules import read_address
from portal.accounts.tokens import hash_of, new_token
from portal.base.access import STAFF_ROLES, Role
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.typed import read_name
from portal.base.words import N_, Refused
from portal.staff.queries import portal_administrators
from portal.staff.rules import INVITATION, may_decide


def invite_staff(
    session: Session, *, email: str, name: str, role: Role, language: str, by: Doer, now: datetime
) -> tuple[User, str]:
    """Somebody who can sign in once they chose a password, and the token of the link for that."""
    if role not in STAFF_ROLES:
        raise Refused(N_("Choose the role."), field="role")
    user = User(email=read_address(email), name=read_name(name), language=language, created_at=now)
    user.staff_role = role
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if not broke(error, "uq_user_email"):
            raise
        raise Refused(N_("Somebody has this e-mail address already."), field="email") from None
    happened(session, user, What.INVITED, by=by, role=role.value)
    return user, _link(session, user, now)


def invite_again(session: Session, user: User, *, by: Doer, now: datetime) -> str:
    """A new link; the earlier ones are worth nothing."""
    if user.password_hash or user.deactivated_at:
        raise Refused(N_("This person has access already, or none to get."))
    happened(session, user, What.INVITATION_RENEWED, by=by)
    return _link(session, user, now)


def change_role(session: Session, user: User, *, role: Role, version: int, by: Doer) -> bool:
    """False when that is the role they have."""
    _refuse_equal(user, by)
    if role not in STAFF_ROLES:
        raise Refused(N_("Choose the role."), field="role")
    if user.deactivated_at:
        raise Refused(N_("This person has no access any more."))
    before = user.staff_role
    if role is before and version == user.rights_version:
        return False
    if before is Role.STAFF_ADMINISTRATOR and role is not before:
        refuse_last(session, user)
    claim_rights(session, user, version=version)
    user.staff_role = role
    happened(session, user, What.RIGHTS_CHANGED, by=by, before=before, role=role)
    return True


def end_access(session: Session, user: User, *, by: Doer | None, now: datetime) -> bool:
    """Out at once, wherever they are signed in; False when it was so before.

    Whoever has the server itself (`by` is None) may do it to anyone but the last.
    """
    if by is not None:
        _refuse_equal(user, by)
    if user.deactivated_at:
        return False
    if user.staff_role is Role.STAFF_ADMINISTRATOR:
        refuse_last(session, user)
    user.deactivated_at = now
    sign_out_everywhere(session, user.id)
    forget_halves(session, user.id)
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    happened(session, user, What.ACCESS_ENDED, by=by)
    return True


def _refuse_equal(user: User, by: Doer) -> None:
    if not may_decide(by=by.id, whose=user.id, role=user.staff_role or Role.AGENT):
        raise Refused(
            N_("Nobody decides about another portal administrator here. It is done on the server.")
        )


def refuse_last(session: Session, user: User, *, hold: bool = True) -> None:
    """Locked, so that of two who go at once the second finds that nobody would be left."""
    ask = portal_administrators()
    left = session.scalars(ask.with_for_update() if hold else ask).all()
    if not [other for other in left if other.id != user.id]:
        raise Refused(N_("Somebody must be portal administrator. Make a colleague one first."))


def _link(session: Session, user: User, now: datetime) -> str:
    token = new_token()
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    session.add(PasswordReset(user_id=user.id, token_hash=hash_of(token), ends_at=now + INVITATION))
    return token

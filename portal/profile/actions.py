"""Changing what somebody is called and how they are spoken to; their password and address."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.addresses import FormerAddress
from portal.accounts.half_sign_ins import forget_halves
from portal.accounts.models import PasswordReset, SignIn, User
from portal.accounts.provided import may_have_address
from portal.accounts.tokens import hash_of, new_token
from portal.base.db import broke
from portal.base.history import What, happened
from portal.base.jobs import later
from portal.base.words import N_, Overtaken, Refused
from portal.profile.models import EmailChange
from portal.profile.queries import change_behind, is_taken
from portal.profile.rules import LASTS, changes

FIELDS = ("name", "phone", "language", "time_zone", "theme", "shortcuts")


def change_profile(
    session: Session, user: User, stated: dict[str, Any], *, version: int, by: Person
) -> bool:
    """Write down what someone states about themselves; False when nothing is new."""
    differing = changes({name: getattr(user, name) for name in FIELDS}, stated)
    if not differing and version == user.profile_version:
        return False
    # The database compares, so that a save between reading and writing is seen as well.
    mine = session.execute(
        update(User)
        .where(User.id == user.id, User.profile_version == version)
        .values(profile_version=version + 1)
        .execution_options(synchronize_session=False)
    )
    if _count(mine) != 1:
        session.refresh(user)
        raise Overtaken(
            N_("You have changed this elsewhere meanwhile. Compare, then save."),
            version=user.profile_version,
        )
    for name in differing:
        setattr(user, name, stated[name])
    if differing:
        happened(session, user, What.CHANGED, by=by, fields=differing)
    return bool(differing)


def end_sign_in(session: Session, user_id: int, sign_in_id: int, *, by: Person) -> bool:
    """End one sign-in of this person's. False when there is none of theirs by that number."""
    mine = (SignIn.id == sign_in_id, SignIn.user_id == user_id)
    gone = _count(session.execute(delete(SignIn).where(*mine)))
    if gone:
        happened(session, session.get_one(User, user_id), What.SIGN_INS_ENDED, by=by, number=gone)
    return bool(gone)


def end_others(session: Session, user_id: int, *, keep: int, by: Person) -> int:
    """End every other sign-in, and what was begun with the password; tells how many there were."""
    others = (SignIn.user_id == user_id, SignIn.id != keep)
    gone = _count(session.execute(delete(SignIn).where(*others)))
    forget_halves(session, user_id)
    if gone:
        happened(session, session.get_one(User, user_id), What.SIGN_INS_ENDED, by=by, number=gone)
    return gone


def change_password(
    session: Session, user: User, password_hash: str, *, short: bool, keep: int, by: Person
) -> None:
    """From now on this is the password, here and nowhere else: other browsers are signed out."""
    user.password_hash, user.short_password = password_hash, short
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    end_others(session, user.id, keep=keep, by=by)
    happened(session, user, What.PASSWORD_CHANGED, by=by)


def begin_email_change(
    session: Session, user: User, email: str, *, now: datetime
) -> tuple[str, str, bool]:
    """Tokens for the links to the old and the new address, and whether the new one is free.

    Whoever asks is not told: the answer would tell who has an account here.
    """
    may_have_address(session, user, email)
    old, new = new_token(), new_token()
    mine, stale = EmailChange.user_id == user.id, EmailChange.ends_at <= now
    session.execute(delete(EmailChange).where(or_(mine, stale)))
    try:
        with session.begin_nested():
            session.add(
                EmailChange(
                    user_id=user.id,
                    email=email,
                    old_token_hash=hash_of(old),
                    new_token_hash=hash_of(new),
                    ends_at=now + LASTS,
                )
            )
    except IntegrityError as error:
        if not broke(error, "uq_email_change_user_id"):
            raise
        raise Refused(N_("You have just asked for this. Look for the mails we sent.")) from None
    return old, new, session.scalars(is_taken(email)).one() == 0


def drop_email_change(session: Session, user_id: int) -> None:
    session.execute(delete(EmailChange).where(EmailChange.user_id == user_id))


def confirm_email_change(session: Session, token: str, *, now: datetime) -> EmailChange | None:
    """Confirm at one of the two addresses; with the second, the new one is theirs.

    None: the link is good no more. The change is handed back as it is now: see `is_done`.
    """
    told = hash_of(token)
    for which, when in (
        (EmailChange.old_token_hash, "old_confirmed_at"),
        (EmailChange.new_token_hash, "new_confirmed_at"),
    ):
        session.execute(
            update(EmailChange)
            .where(which == told, EmailChange.ends_at > now)
            .values({when: func.coalesce(getattr(EmailChange, when), now)})
            .execution_options(synchronize_session=False)
        )
    waiting = change_behind(token, now=now).execution_options(populate_existing=True)
    change = session.scalars(waiting).one_or_none()
    if change is None or not is_done(change):
        return change
    session.delete(change)
    _take_address(session, change.user, change.email, now)
    return change


def is_done(change: EmailChange) -> bool:
    return bool(change.old_confirmed_at and change.new_confirmed_at)


def _take_address(session: Session, user: User, email: str, now: datetime) -> None:
    may_have_address(session, user, email)
    former = FormerAddress(user_id=user.id, email=user.email, left_at=now)
    try:
        with session.begin_nested():
            user.email = email
    except IntegrityError as error:
        if not broke(error, "uq_user_email"):
            raise
        raise Refused(N_("Somebody has this e-mail address already.")) from None
    session.add(former)
    # Links to a new password that went to the old address are worth nothing.
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    happened(session, user, What.EMAIL_CHANGED, by=Person(user.id))
    later(session, "invitations.end_waiting", who=user.id)


def _count(result: Any) -> int:
    return cast(CursorResult[Any], result).rowcount

"""Choosing a new password by a link that was sent by mail."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from portal.accounts.actions import Person, sign_out_everywhere
from portal.accounts.models import PasswordReset, User
from portal.accounts.tokens import hash_of, new_token
from portal.base.history import What, happened
from portal.passwords.rules import LASTS


def begin_reset(session: Session, user: User, *, now: datetime) -> str:
    """The token for a link to choose a new password with. It is good once, for an hour."""
    token = new_token()
    session.execute(delete(PasswordReset).where(PasswordReset.ends_at <= now))
    session.add(PasswordReset(user_id=user.id, token_hash=hash_of(token), ends_at=now + LASTS))
    return token


def choose_password(
    session: Session, token: str, password_hash: str, *, now: datetime
) -> User | None:
    """Give the token's user this password, and end every sign-in of theirs. None: too late."""
    # Taken and marked in one statement: of several at once, one finds it unused.
    taken = session.execute(
        update(PasswordReset)
        .where(
            PasswordReset.token_hash == hash_of(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.ends_at > now,
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if cast(CursorResult[Any], taken).rowcount != 1:
        return None
    user = session.query(User).join(PasswordReset).filter_by(token_hash=hash_of(token)).one()
    user.password_hash, user.short_password = password_hash, False
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    sign_out_everywhere(session, user.id)
    happened(session, user, What.PASSWORD_CHANGED, by=Person(user.id))
    return user

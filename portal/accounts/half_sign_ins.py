"""Sign-ins of which the first half is done: the password was right, the second factor is to come.

What the cookie carries until then is worth nothing else. It lasts ten minutes, and is used up by
the sign-in it becomes.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from portal.accounts.models import User
from portal.accounts.tokens import hash_of, new_token
from portal.base.db import Base

LASTS = timedelta(minutes=10)


class HalfSignIn(Base):
    __tablename__ = "half_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    provider_id: Mapped[int | None]  # whose word the first half was, if no password
    ends_at: Mapped[datetime] = mapped_column(index=True)


def begin(session: Session, user: User, *, now: datetime, provider_id: int | None = None) -> str:
    """The token for the cookie of someone whose password was right."""
    token = new_token()
    session.execute(delete(HalfSignIn).where(HalfSignIn.ends_at <= now))
    half = HalfSignIn(user_id=user.id, token_hash=hash_of(token), ends_at=now + LASTS)
    half.provider_id = provider_id
    session.add(half)
    return token


def begun(session: Session, token: str, *, now: datetime) -> HalfSignIn | None:
    """The half that this token stands for, while it lasts."""
    query = (
        select(HalfSignIn)
        .join(HalfSignIn.user)
        .options(joinedload(HalfSignIn.user))
        .where(
            HalfSignIn.token_hash == hash_of(token),
            HalfSignIn.ends_at > now,
            User.deactivated_at.is_(None),
        )
    )
    return session.scalars(query).one_or_none() if token else None


def use_up(session: Session, half_id: int) -> bool:
    """Whether the half was still there. Of several at once, one takes it."""
    taken = session.execute(delete(HalfSignIn).where(HalfSignIn.id == half_id))
    return cast(CursorResult[Any], taken).rowcount == 1


def forget_halves(session: Session, user_id: int) -> None:
    """What was begun with a password that is no longer theirs comes to nothing."""
    session.execute(delete(HalfSignIn).where(HalfSignIn.user_id == user_id))

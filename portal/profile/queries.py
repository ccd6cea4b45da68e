"""Where someone is signed in, and what waits to be confirmed."""

from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import User
from portal.accounts.tokens import hash_of
from portal.profile.models import EmailChange


def change_of(user_id: int, *, now: datetime) -> Select[EmailChange]:
    return select(EmailChange).where(EmailChange.user_id == user_id, EmailChange.ends_at > now)


def change_behind(token: str, *, now: datetime) -> Select[EmailChange]:
    """The change that one of its two links stands for, while it can be confirmed."""
    told = hash_of(token)
    return (
        select(EmailChange)
        .join(EmailChange.user)
        .options(joinedload(EmailChange.user))
        .where(
            or_(EmailChange.old_token_hash == told, EmailChange.new_token_hash == told),
            EmailChange.ends_at > now,
            User.deactivated_at.is_(None),
        )
    )


def is_taken(email: str) -> Select[int]:
    return select(func.count(User.id)).where(User.email == email)

"""Links to choose a password with."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import PasswordReset, User
from portal.accounts.tokens import hash_of


def open_resets(token: str, *, now: datetime) -> Select[PasswordReset]:
    """The reset that this token stands for, with its user, while it can be used."""
    return (
        select(PasswordReset)
        .join(PasswordReset.user)
        .options(joinedload(PasswordReset.user))
        .where(
            PasswordReset.token_hash == hash_of(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.ends_at > now,
            User.deactivated_at.is_(None),
        )
    )

"""What waits to be confirmed before it changes who somebody is."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.base.db import Base


class EmailChange(Base):
    """A new address, until it is confirmed at both. One a person: another takes its place.

    Shared: its links are opened by whoever reads the mail, signed in or not.
    """

    __tablename__ = "email_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    user: Mapped[User] = relationship()
    email: Mapped[str] = mapped_column(String(254))  # the new one, in lower case
    old_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    new_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    old_confirmed_at: Mapped[datetime | None]
    new_confirmed_at: Mapped[datetime | None]
    ends_at: Mapped[datetime] = mapped_column(index=True)

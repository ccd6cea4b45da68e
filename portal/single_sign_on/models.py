"""An account's own provider, the domains it speaks for, and whom it vouched for.

All are shared: they are read before it is known who is asking.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, User
from portal.base.access import Role, Visibility
from portal.base.db import Base


class SingleSignOn(Base):
    """How the people of an account sign in with their organization's own provider."""

    __tablename__ = "single_sign_on"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    account: Mapped[Account] = relationship()
    issuer: Mapped[str] = mapped_column(String(300))
    client_id: Mapped[str] = mapped_column(String(300))
    sealed: Mapped[str] = mapped_column(Text)  # the secret, see sealing.py
    role: Mapped[Role]  # of whoever comes for the first time
    sees: Mapped[Visibility]
    vouches: Mapped[bool] = mapped_column(default=False, server_default=false())
    required: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The administrator who gets in without the provider, when it is down.
    way_in_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    way_in: Mapped[User | None] = relationship()
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}


class SignInDomain(Base):
    """A domain whose addresses an account says are its people's."""

    __tablename__ = "sign_in_domain"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(253))
    token: Mapped[str] = mapped_column(String(60))  # what the TXT record holds
    # The name again, once it is proven: two accounts cannot both have proven it.
    proven: Mapped[str | None] = mapped_column(String(253), unique=True)
    proven_at: Mapped[datetime | None]
    by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def record(self) -> str:
        return f"support-portal={self.token}"


class Identity(Base):
    """Someone as a provider knows them: the issuer's name for them, which no other ever gets."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("provider_id", "issuer", "subject"),
        UniqueConstraint("provider_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("single_sign_on.id"))
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    linked_at: Mapped[datetime]
    used_at: Mapped[datetime]


class SignInAttempt(Base):
    """A question that a provider was asked, until it is answered: once, and soon."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    held_hash: Mapped[str] = mapped_column(String(64))  # of what the browser holds meanwhile
    provider_id: Mapped[int] = mapped_column(ForeignKey("single_sign_on.id"))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id")
    )  # who proves it is still them
    back: Mapped[str | None] = mapped_column(String(800))
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)

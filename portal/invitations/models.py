"""Invitations to be a user of an account."""

from datetime import datetime

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, User
from portal.base.access import Role, Visibility
from portal.base.db import Base
from portal.base.names import Named
from portal.base.references import reference


class Invitation(Named, Base):
    """An address that may become a user. Shared: its link is opened before there is a scope.

    An account has one for each address: inviting anew is the same invitation, with a new link.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("account_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account: Mapped[Account] = relationship()
    email: Mapped[str] = mapped_column(String(254))  # in lower case
    name: Mapped[str] = mapped_column(String(120))  # as it was pasted; the address when it was not
    role: Mapped[Role]
    sees: Mapped[Visibility]
    site_ids: Mapped[list[int]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(2))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    invited_by: Mapped[User] = relationship()
    by_staff: Mapped[bool]
    invited_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    @property
    def reference(self) -> str:
        return reference("INV", self.id)

    @classmethod
    def waiting(cls) -> ColumnElement[bool]:
        """The condition that nobody accepted or withdrew it. It may have ended meanwhile."""
        return and_(cls.accepted_at.is_(None), cls.withdrawn_at.is_(None))

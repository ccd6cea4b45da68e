"""What partners ask customers for."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Partner, User
from portal.base.access import Permission
from portal.base.db import Base
from portal.base.references import reference, write_master_account_id
from portal.base.words import N_, LabelledEnum


class Answer(LabelledEnum):
    """What a customer answered a partner that asked for access."""

    DECLINED = "declined", N_("Declined")
    GIVEN = "given", N_("Access given")


class AccessRequest(Base):
    """A partner's wish to do something for a customer. Shared: neither can see the other's records.

    One is kept for whatever number was typed, so that a partner's list does not tell which exist.
    """

    __tablename__ = "access_request"
    # Null once it is answered: a partner waits at most once for the same customer.
    __table_args__ = (UniqueConstraint("partner_id", "digits", "waiting"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    partner: Mapped[Partner] = relationship()
    digits: Mapped[str] = mapped_column(String(9))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    message: Mapped[str] = mapped_column(String(500), default="")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    asked_at: Mapped[datetime]
    waiting: Mapped[bool | None] = mapped_column(default=True)
    answer: Mapped[Answer | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    @property
    def reference(self) -> str:
        return reference("AR", self.id)

    @property
    def master_account_id(self) -> str:
        return write_master_account_id(self.digits)

    def wishes(self) -> frozenset[Permission]:
        return frozenset(Permission(name) for name in self.permissions)

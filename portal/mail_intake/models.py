"""Mails that came: kept as they are until somebody, or the portal by itself, has decided."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, User
from portal.base.db import Base
from portal.base.references import reference
from portal.mail_intake.rules import LONGEST_ID, Reason, State
from portal.service_requests.models import PREFIX


class InboundMail(Base):
    """One mail as it came. Shared: whose it is, is what has to be found out; staff alone see it.

    Its bytes are with the files, under `key`. Of an account it is once a genuine address says so.
    """

    __tablename__ = "inbound_mail"
    __table_args__ = (
        Index("ix_inbound_mail_state", "state", "id"),
        UniqueConstraint("user_id", "answered_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]
    received_at: Mapped[datetime]
    returned: Mapped[bool] = mapped_column(default=False)  # it came with an empty return path
    recipients: Mapped[list[str]] = mapped_column(JSON)  # as the mail server was told
    state: Mapped[State] = mapped_column(default=State.WAITING)
    reason: Mapped[Reason | None]
    message_id: Mapped[str] = mapped_column(String(LONGEST_ID), default="", index=True)
    digest: Mapped[str] = mapped_column(String(64), default="")
    sender: Mapped[str] = mapped_column(String(320), default="", index=True)
    sender_name: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")  # while staff have to decide about it
    file_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    account: Mapped[Account | None] = relationship()
    request_id: Mapped[int | None] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User | None] = relationship(foreign_keys=user_id)  # whose reply address it has
    answered_on: Mapped[date | None]  # when we wrote back by ourselves: once a day
    told_at: Mapped[datetime | None] = mapped_column(index=True)  # that it waits, to staff
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    remark: Mapped[str] = mapped_column(String(200), default="")  # why it was discarded

    @property
    def request_reference(self) -> str:
        return reference(PREFIX, self.request_id) if self.request_id else ""

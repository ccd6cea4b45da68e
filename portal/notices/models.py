"""How people want to hear of things, what waits to be told together, and what was told here."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.notices.notice import How, Notice


class NoticeChoice(Base):
    """How somebody hears of one kind of thing, where not as it comes by itself.

    Shared: it is a person's, in every account they are in.
    """

    __tablename__ = "notice_choice"
    __table_args__ = (UniqueConstraint("user_id", "notice"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    notice: Mapped[Notice]
    how: Mapped[How]  # by mail
    here: Mapped[bool] = mapped_column(default=True, server_default=true())  # in the portal as well


class PortalNotice(Base):
    """What somebody is told in the portal itself, until it is old.

    Shared: it is one person's, about all the accounts they are in.
    """

    __tablename__ = "portal_notice"
    __table_args__ = (Index("ix_portal_notice_user_id_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    notice: Mapped[Notice]
    template: Mapped[str] = mapped_column(String(80))
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    happened_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]


class DigestLine(Base):
    """A mail that was not sent at once, until it is told in the next digest and gone.

    Shared: a digest is one person's, about all the accounts they are in.
    """

    __tablename__ = "digest_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    notice: Mapped[Notice]
    template: Mapped[str] = mapped_column(String(80))
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    happened_at: Mapped[datetime]
    weekly: Mapped[bool] = mapped_column(default=False, server_default=false())

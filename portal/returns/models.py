"""More time to send something back, the certificate of what was destroyed, and what was told."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.base.db import Base
from portal.base.files import StoredFile
from portal.base.tenancy import Owned, within
from portal.replacements.step_models import OfReplacement
from portal.returns.rules import Answer, Method


class ReturnExtension(OfReplacement, Owned, Base):
    """That a customer asked for more time, and what we answered."""

    __tablename__ = "return_extension"
    __table_args__ = (
        within("replacement", "replacement_id"),
        Index("ix_return_extension_replacement", "replacement_id", "id"),
        Index("ix_return_extension_answer", "answer", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answer: Mapped[Answer] = mapped_column(default=Answer.OPEN)
    because: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class DestructionCertificate(OfReplacement, Owned, Base):
    """That a device was destroyed in its owner's house, who says so, and what we say to it."""

    __tablename__ = "destruction_certificate"
    __table_args__ = (
        within("replacement", "replacement_id"),
        within("stored_file", "file_id"),
        Index("ix_destruction_certificate_replacement", "replacement_id", "id"),
        Index("ix_destruction_certificate_answer", "answer", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[Method]
    destroyed_on: Mapped[date]
    signed_by: Mapped[str] = mapped_column(String(120))
    serial_number: Mapped[str] = mapped_column(String(20), default="")
    file_id: Mapped[int]
    file: Mapped[StoredFile] = relationship(viewonly=True)
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answer: Mapped[Answer] = mapped_column(default=Answer.OPEN)
    because: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id, viewonly=True)


# One question at a time: of two who ask at the same moment one is told so.
for _kind in (ReturnExtension, DestructionCertificate):
    _open = _kind.answer == Answer.OPEN
    Index(
        f"uq_{_kind.__tablename__}_replacement_id",
        _kind.replacement_id,
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    )


class ReturnNotice(OfReplacement, Owned, Base):
    """That it was told how near a deadline is: whoever tells it writes the row in the same
    transaction, so that it is told once. Another deadline is told of anew."""

    __tablename__ = "return_notice"
    __table_args__ = (
        within("replacement", "replacement_id"),
        UniqueConstraint("replacement_id", "due_on", "what"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    what: Mapped[str] = mapped_column(String(10))  # see `rules.told_as`
    told_on: Mapped[date]

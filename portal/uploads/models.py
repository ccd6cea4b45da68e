"""Files on their way: sent in parts, checked, and waiting for the form that they belong to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.db import Base
from portal.base.files import LONGEST_NAME, StoredFile
from portal.base.tenancy import Owned, within
from portal.base.visibility import Personal
from portal.base.words import N_, LabelledEnum


class UploadState(LabelledEnum):
    SENDING = "sending", N_("Not all of it is sent")
    CHECKING = "checking", N_("Being checked")
    READY = "ready", N_("Sent")
    REFUSED = "refused", N_("Refused")
    ATTACHED = "attached", N_("Sent with the form")


class Upload(Personal, Owned, Base):
    """A file that somebody sends. Only they know of it, until it is attached to something.

    Afterwards it stays for a day, to count how much was sent.
    """

    narrowed_by = "sent_by_id"
    __tablename__ = "upload"
    __table_args__ = (
        within("stored_file", "file_id"),
        Index("ix_upload_begun_at", "account_id", "begun_at"),
        Index("ix_upload_file_id", "account_id", "file_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    size: Mapped[int] = mapped_column(BigInteger)  # as it was declared
    modified: Mapped[int] = mapped_column(BigInteger, default=0)  # as the sender's machine has it
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[UploadState] = mapped_column(default=UploadState.SENDING)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    file_id: Mapped[int | None]  # once it is whole, and until it is attached
    file: Mapped[StoredFile | None] = relationship(viewonly=True)
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)


class UploadPart(Owned, Base):
    """Some of a file, kept by itself until all of it is there."""

    __tablename__ = "upload_part"
    __table_args__ = (
        within("upload", "upload_id"),
        within("stored_file", "file_id"),
        UniqueConstraint("upload_id", "start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int]
    start: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int]

"""Files of publishers on their way: sent in parts, put together, checked, and then published."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.base.db import Base
from portal.base.files import LONGEST_NAME, knows_keys
from portal.downloads.models import PublishedFile
from portal.uploads.models import UploadState


class Incoming(Base):
    """A file that a publisher sends. It is nobody's but theirs until a release takes it."""

    __tablename__ = "incoming_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    size: Mapped[int] = mapped_column(BigInteger)  # as it was declared
    modified: Mapped[int] = mapped_column(BigInteger, default=0)  # as the sender's machine has it
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[UploadState] = mapped_column(default=UploadState.SENDING)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("published_file.id"))
    file: Mapped[PublishedFile | None] = relationship()
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)


class IncomingPart(Base):
    """Some of it, kept by itself until all of it is there."""

    __tablename__ = "incoming_part"
    __table_args__ = (UniqueConstraint("incoming_id", "start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incoming_id: Mapped[int] = mapped_column(ForeignKey("incoming_file.id"))
    start: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(64), unique=True)


@knows_keys
def _parts(session: Session, keys: list[str]) -> set[str]:
    return set(session.scalars(select(IncomingPart.key).where(IncomingPart.key.in_(keys))))

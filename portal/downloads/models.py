"""What is published for models: firmware, endpoint software, documents.

All of it is shared: it is the same for every customer. What a customer took, and the terms it
accepted, are the customer's: `taking`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from portal.base.db import Base
from portal.base.files import LONGEST_NAME, Hold, knows_keys
from portal.base.references import reference
from portal.base.text import version_key
from portal.downloads.rules import (
    DOCUMENT_PREFIX,
    RELEASE_PREFIX,
    Audience,
    Channel,
    DocumentKind,
    Platform,
    Sort,
    Standing,
    State,
)

LONGEST_VERSION = 40


class PublishedFile(Base):
    """A file of the vendor's. Its bytes never change: another one is another row."""

    __tablename__ = "published_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    held: Mapped[Hold | None]


@knows_keys
def _published(session: Session, keys: list[str]) -> set[str]:
    return set(session.scalars(select(PublishedFile.key).where(PublishedFile.key.in_(keys))))


class SoftwareRelease(Base):
    """A version of firmware or of endpoint software. `version` is as it is printed."""

    __tablename__ = "software_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    sort: Mapped[Sort] = mapped_column(default=Sort.FIRMWARE)
    title: Mapped[str] = mapped_column(String(120), default="")  # of endpoint software
    platform: Mapped[Platform | None]
    version: Mapped[str] = mapped_column(String(LONGEST_VERSION))
    version_key: Mapped[str] = mapped_column(String(400))
    train: Mapped[str] = mapped_column(String(80), default="")
    released_on: Mapped[date | None]
    notes: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    security: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[Audience] = mapped_column(default=Audience.COVERED)
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    opens_at: Mapped[datetime | None]  # nobody is told of it before
    staged: Mapped[bool] = mapped_column(default=False)  # to the pilots alone
    standing: Mapped[Standing] = mapped_column(default=Standing.CURRENT)
    reason_nb: Mapped[str] = mapped_column(Text, default="")
    reason_en: Mapped[str] = mapped_column(Text, default="")
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("software_release.id"))
    steps_nb: Mapped[str] = mapped_column(Text, default="")
    steps_en: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("published_file.id"))
    file: Mapped[PublishedFile | None] = relationship()
    models: Mapped[list["ReleaseModel"]] = relationship(
        cascade="all, delete-orphan", order_by="ReleaseModel.id"
    )
    channels: Mapped[list["ReleaseChannel"]] = relationship(
        cascade="all, delete-orphan", order_by="ReleaseChannel.id"
    )
    pilots: Mapped[list["ReleasePilot"]] = relationship(
        cascade="all, delete-orphan", order_by="ReleasePilot.id"
    )
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # Of firmware that is out: of each fact what it was and is to be, until a second person agrees.
    proposed_change: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": revision}

    @property
    def reference(self) -> str:
        return reference(RELEASE_PREFIX, self.id)

    @validates("version")
    def _key(self, _attribute: str, version: str) -> str:
        self.version_key = version_key(version)
        return version


class ReleaseModel(Base):
    __tablename__ = "release_model"
    __table_args__ = (UniqueConstraint("release_id", "model_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("software_release.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)


class ReleaseChannel(Base):
    """A way by which a release is handed out, until it is withdrawn from it."""

    __tablename__ = "release_channel"
    __table_args__ = (UniqueConstraint("release_id", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("software_release.id"))
    channel: Mapped[Channel]
    withdrawn_at: Mapped[datetime | None]
    reason_nb: Mapped[str] = mapped_column(Text, default="")
    reason_en: Mapped[str] = mapped_column(Text, default="")


class ReleasePilot(Base):
    """A customer that is given a staged release before the others."""

    __tablename__ = "release_pilot"
    __table_args__ = (UniqueConstraint("release_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("software_release.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)


class PublishedDocument(Base):
    """One document in one language and version; a newer one is another row."""

    __tablename__ = "published_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind]
    title: Mapped[str] = mapped_column(String(160))
    language: Mapped[str] = mapped_column(String(8))
    version: Mapped[str] = mapped_column(String(LONGEST_VERSION), default="")
    version_key: Mapped[str] = mapped_column(String(400), default="")
    part_number: Mapped[str] = mapped_column(String(40), default="")
    issued_on: Mapped[date | None]
    audience: Mapped[Audience] = mapped_column(default=Audience.PUBLIC)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("published_file.id"))
    file: Mapped[PublishedFile | None] = relationship()
    models: Mapped[list["DocumentModel"]] = relationship(
        cascade="all, delete-orphan", order_by="DocumentModel.id"
    )
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": revision}

    @property
    def reference(self) -> str:
        return reference(DOCUMENT_PREFIX, self.id)

    @validates("version")
    def _key(self, _attribute: str, version: str) -> str:
        self.version_key = version_key(version)
        return version


class DocumentModel(Base):
    __tablename__ = "document_model"
    __table_args__ = (UniqueConstraint("document_id", "model_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("published_document.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)

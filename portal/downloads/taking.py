"""What customers took, and the terms that they accepted: theirs, and for the account as a whole."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.tenancy import Owned


class SoftwareTerms(Base):
    """The license terms of software. The newest are accepted; older ones stay on record."""

    __tablename__ = "software_terms"

    id: Mapped[int] = mapped_column(primary_key=True)
    text_nb: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]


class TermsAcceptance(Owned, Base):
    """Somebody of an account, or for it, accepted one version of the terms."""

    __tablename__ = "terms_acceptance"
    __table_args__ = (UniqueConstraint("account_id", "user_id", "terms_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("software_terms.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Download(Owned, Base):
    """Somebody began to take a file. What is cut off and goes on is the same download."""

    __tablename__ = "download"
    __table_args__ = (
        Index("ix_download_newest", "account_id", "id"),
        Index("ix_download_file", "account_id", "file_id", "user_id", "at"),
        Index("ix_download_release", "release_id", "account_id"),
        Index("ix_download_user", "user_id", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("published_file.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("software_release.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("published_document.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]

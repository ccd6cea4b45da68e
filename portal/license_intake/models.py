"""Lists of licenses that staff sent in, and the licenses that nobody has activated yet."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.references import reference
from portal.base.tenancy import Owned, within
from portal.base.words import N_, LabelledEnum
from portal.license_intake.rules import PREFIX
from portal.licenses.rules import Renewal


class ImportStatus(LabelledEnum):
    CHECKING = "checking", N_("Being checked")
    READY = "ready", N_("Ready to register")
    REFUSED = "refused", N_("Cannot be read")
    COMMITTING = "committing", N_("Being registered")
    DONE = "done", N_("Registered")
    DISCARDED = "discarded", N_("Discarded")


class How(LabelledEnum):
    """What becomes of the licenses of a list."""

    ACTIVE = "active", N_("The customer can use them at once")
    WAITING = "waiting", N_("The customer activates each of them")
    UNCLAIMED = "unclaimed", N_("Whoever enters a key first has the license, whichever customer")


class LicenseImport(Owned, Base):
    """One list that was sent in for a customer."""

    __tablename__ = "license_import"
    __table_args__ = (
        within("stored_file", "file_id"),
        Index("ix_license_import_started_at", "account_id", "started_at", "id"),
        Index("ix_license_import_by", "started_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))  # of the file, as it was called
    file_id: Mapped[int | None]  # the list, sealed; gone as soon as it is of no use
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    status: Mapped[ImportStatus] = mapped_column(default=ImportStatus.CHECKING)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # why it cannot be read
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # see `report.Report`
    how: Mapped[How] = mapped_column(default=How.ACTIVE)
    committed_at: Mapped[datetime | None]

    @property
    def reference(self) -> str:
        return reference(PREFIX, self.id)

    @property
    def busy(self) -> bool:
        """Whether a job has it, and the page looks again by itself."""
        return self.status in {ImportStatus.CHECKING, ImportStatus.COMMITTING}


class UnclaimedLicense(Base):
    """A license that was sold with its key and is nobody's yet: who enters the key has it."""

    __tablename__ = "unclaimed_license"
    __table_args__ = (
        UniqueConstraint("key_code", name="uq_unclaimed_license_key_code"),
        Index("ix_unclaimed_license_sealed_with", "sealed_with"),
        Index("ix_unclaimed_license_by", "registered_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # By which list it came: a number alone, since the list is a customer's and this is nobody's.
    import_id: Mapped[int | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    key_sealed: Mapped[str] = mapped_column(Text)  # as nobody's
    sealed_with: Mapped[str] = mapped_column(String(16))
    key_tail: Mapped[str] = mapped_column(String(4))
    key_code: Mapped[str] = mapped_column(String(64))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    seats: Mapped[int | None]
    order_number: Mapped[str] = mapped_column(String(40), default="")
    purchase_order: Mapped[str] = mapped_column(String(40), default="")
    renewal: Mapped[Renewal] = mapped_column(default=Renewal.RESELLER)
    registered_at: Mapped[datetime]
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

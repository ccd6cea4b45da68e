"""Imports of device lists: the file that was sent, what was found in it, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.base.db import Base
from portal.base.references import reference
from portal.base.tenancy import Owned, within
from portal.base.visibility import Personal
from portal.base.words import N_, LabelledEnum


class ImportStatus(LabelledEnum):
    CHECKING = "checking", N_("Being checked")
    COLUMNS = "columns", N_("Columns to be named")
    READY = "ready", N_("Ready to register")
    REFUSED = "refused", N_("Cannot be read")
    COMMITTING = "committing", N_("Being registered")
    DONE = "done", N_("Registered")
    UNDOING = "undoing", N_("Being undone")
    UNDONE = "undone", N_("Undone")
    DISCARDED = "discarded", N_("Discarded")


class ProductImport(Personal, Owned, Base):
    """One device list that was sent in."""

    narrowed_by = "started_by_id"

    __tablename__ = "product_import"
    __table_args__ = (
        within("stored_file", "file_id"),
        within("stored_file", "faults_id"),
        Index("ix_product_import_started_at", "account_id", "started_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))  # of the file, as it was called
    file_id: Mapped[int]
    faults_id: Mapped[int | None]  # the wrong rows and what others change, kept for download
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    started_by: Mapped[User | None] = relationship()
    status: Mapped[ImportStatus] = mapped_column(default=ImportStatus.CHECKING)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # why it cannot be read
    headings: Mapped[list[str]] = mapped_column(JSON, default=list)
    fields: Mapped[list[str | None]] = mapped_column(JSON, default=list)  # what each column means
    mapped: Mapped[bool] = mapped_column(default=False)  # whether a person said so
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # see `report.Report`
    receipt: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # see `committing.Receipt`
    committed_at: Mapped[datetime | None]
    # Whether somebody has to do something about it, while it is READY or needs its COLUMNS named.
    waiting: Mapped[bool] = mapped_column(default=True, server_default=true())

    @property
    def reference(self) -> str:
        return reference("I", self.id)

    @property
    def in_vain(self) -> bool:
        """Whether it was checked, and nothing in it can be registered."""
        return self.status is ImportStatus.READY and not self.waiting

    @property
    def busy(self) -> bool:
        """Whether a job has it, and the page looks again by itself."""
        return self.status in {
            ImportStatus.CHECKING,
            ImportStatus.COMMITTING,
            ImportStatus.UNDOING,
        }


class ModelName(Owned, Base):
    """What a customer calls a model: said once, remembered for every list after."""

    __tablename__ = "model_name"
    __table_args__ = (UniqueConstraint("account_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"))

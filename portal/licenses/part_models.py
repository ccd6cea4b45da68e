"""What hangs on a license: its papers, what follows it, and what was told of its end. And what was
done with seats, for as long as it can be undone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.db import Base
from portal.base.files import StoredFile
from portal.base.participation import Through
from portal.base.references import reference
from portal.base.tenancy import Owned, within
from portal.base.visibility import Narrowed
from portal.base.words import N_, LabelledEnum
from portal.licenses.models import License
from portal.licenses.rules import CHANGE_PREFIX, PAPER_PREFIX


class OfLicense(Through):
    """Mixin: it is seen by whoever sees its license."""

    narrowed_by = "license_id"
    license_id: Mapped[int] = mapped_column()

    @classmethod
    def through(cls) -> type[Narrowed]:
        return License


class LicensePaper(OfLicense, Owned, Base):
    """A file that is kept with a license: an order, a confirmation, a certificate."""

    __tablename__ = "license_paper"
    __table_args__ = (
        within("license", "license_id"),
        within("stored_file", "file_id"),
        Index("ix_license_paper_license", "license_id", "id"),
        Index("ix_license_paper_by", "added_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int]
    file: Mapped[StoredFile] = relationship(viewonly=True)
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    @property
    def reference(self) -> str:
        return reference(PAPER_PREFIX, self.id)


class Deed(LabelledEnum):
    """What was done with seats."""

    ASSIGNED = "assigned", N_("Assigned")
    MOVED = "moved", N_("Moved")
    TAKEN_BACK = "taken_back", N_("Taken back")


class SeatChange(Owned, Base):
    """What somebody did with seats, one or many, with the names that went: so that they can undo
    it. It is let go of after a day."""

    __tablename__ = "seat_change"
    __table_args__ = (
        Index("ix_seat_change_at", "at"),
        Index("ix_seat_change_by", "by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[Deed]
    # Of each license that it concerns: [license, ended, who had it, made], the last three or none.
    parts: Mapped[list[list[Any]]] = mapped_column(JSON)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]

    @property
    def reference(self) -> str:
        return reference(CHANGE_PREFIX, self.id)


class LicenseReminder(OfLicense, Owned, Base):
    """That it was told how near a license's end is: whoever tells it writes the row in the same
    transaction, so that it is told once. Another end is told of anew."""

    __tablename__ = "license_reminder"
    __table_args__ = (
        within("license", "license_id"),
        UniqueConstraint("license_id", "ends_on", "days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    days: Mapped[int]  # how long before: one of `rules.REMINDED`
    told_on: Mapped[date]


class LicenseSuccession(OfLicense, Owned, Base):
    """That another license took a license's place. A row and no column: rows that point to others
    of their own table could not be taken away in small bits."""

    __tablename__ = "license_succession"
    __table_args__ = (
        within("license", "license_id"),
        within("license", "successor_id"),
        UniqueConstraint("license_id"),
        Index("ix_license_succession_successor", "successor_id"),
        Index("ix_license_succession_by", "by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    successor_id: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

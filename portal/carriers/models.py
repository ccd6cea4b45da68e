"""The two parcels of a replacement, what their carriers tell of them, and other carriers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from portal.base.db import Base
from portal.base.tenancy import Owned, within
from portal.carriers.rules import Answer, Direction, Status
from portal.replacements.step_models import OfReplacement


class Parcel(OfReplacement, Owned, Base):
    """One of the two. Until it has a number, nobody can be asked where it is."""

    __tablename__ = "parcel"
    __table_args__ = (
        within("replacement", "replacement_id"),
        UniqueConstraint("replacement_id", "direction"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[Direction]
    carrier: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(40), default="")
    label: Mapped[str] = mapped_column(String(400), default="")  # where a booked one's is fetched
    since: Mapped[datetime]  # what happened to its number before is another parcel's
    status: Mapped[Status | None]
    status_at: Mapped[datetime | None]
    trouble: Mapped[bool] = mapped_column(default=False)  # somebody of staff should look


_TROUBLE = Parcel.trouble.is_(True)
Index(
    "ix_parcel_trouble",
    Parcel.replacement_id,
    sqlite_where=_TROUBLE,
    postgresql_where=_TROUBLE,
)


class CarrierEvent(OfReplacement, Owned, Base):
    """What a carrier told of a parcel, once however often it is told. Only added to."""

    __tablename__ = "carrier_event"
    __table_args__ = (
        within("replacement", "replacement_id"),
        UniqueConstraint("replacement_id", "direction", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[Direction]
    key: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    status: Mapped[Status]
    code: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(200))


class ParcelWatch(Base):
    """When a parcel is asked for, and what came of it the last time.

    Shared, like a job: whoever asks finds it before there is a scope, many accounts' at once.
    """

    __tablename__ = "parcel_watch"
    __table_args__ = (
        within("replacement", "replacement_id"),
        UniqueConstraint("replacement_id", "direction"),
        Index("ix_parcel_watch_number", "number", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    replacement_id: Mapped[int]
    direction: Mapped[Direction]
    carrier: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)  # None: never again
    lease: Mapped[str | None] = mapped_column(String(32))
    tries: Mapped[int] = mapped_column(default=0)  # in a row without anything new
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[Answer] = mapped_column(default=Answer.NOT_ASKED)


class OtherCarrier(Base):
    """A carrier that is known by name and by where its parcels are followed. Shared."""

    __tablename__ = "other_carrier"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    folded: Mapped[str] = mapped_column(String(40), unique=True)
    link: Mapped[str] = mapped_column(String(300), default="")
    withdrawn_at: Mapped[datetime | None]  # from then on it is not offered
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @validates("name")
    def _fold(self, _attribute: str, name: str) -> str:
        self.folded = name.casefold()[:40]
        return name

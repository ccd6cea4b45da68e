"""What staff keep about requests beside what is said: links, time, and answers to take from."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.base.db import Base
from portal.base.tenancy import Internal, Owned, within
from portal.service_requests.models import OfRequest, ServiceRequest
from portal.service_requests.rules import LONGEST_LINE, LinkKind, Status


class ServiceRequestLink(OfRequest, Owned, Internal, Base):
    """What a request has to do with another of the same account.

    Of one in another account there is nothing but its reference, for staff alone.
    """

    __tablename__ = "service_request_link"
    __table_args__ = (
        within("service_request", "request_id"),
        within("service_request", "other_id"),
        Index("ix_service_request_link_request", "request_id"),
        Index("ix_service_request_link_other", "other_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind]
    other_id: Mapped[int | None]
    other: Mapped[ServiceRequest | None] = relationship(
        primaryjoin="foreign(ServiceRequestLink.other_id) == ServiceRequest.id", viewonly=True
    )
    other_reference: Mapped[str] = mapped_column(String(20))
    linked_at: Mapped[datetime]


class TimeSpent(OfRequest, Owned, Internal, Base):
    """How long somebody of staff worked on a request. Always internal."""

    __tablename__ = "time_spent"
    __table_args__ = (
        within("service_request", "request_id"),
        Index("ix_time_spent_request", "request_id"),
        Index("ix_time_spent_user", "user_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship()
    minutes: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(LONGEST_LINE), default="")
    noted_at: Mapped[datetime]


class StandardAnswer(Base):
    """A text to begin an answer with, in both languages. Shared: it is the vendor's."""

    __tablename__ = "standard_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), unique=True)
    norwegian: Mapped[str] = mapped_column(Text)
    english: Mapped[str] = mapped_column(Text)
    goes_to: Mapped[Status | None]  # None: as follows from an answer
    # What is waited for, where it goes to "Waiting for you".
    waits_norwegian: Mapped[str] = mapped_column(String(LONGEST_LINE), default="")
    waits_english: Mapped[str] = mapped_column(String(LONGEST_LINE), default="")
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    retired_at: Mapped[datetime | None]  # from then on it is not offered
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

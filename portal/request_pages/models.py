"""How satisfied the customer was with the help."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.tenancy import Owned, within
from portal.request_pages.rules import Score
from portal.service_requests.models import OfRequest


class Satisfaction(OfRequest, Owned, Base):
    """One answer for each request; whoever answers anew, or after it was open again, answers
    instead. What was answered before, the log keeps."""

    __tablename__ = "satisfaction"
    __table_args__ = (
        within("service_request", "request_id"),
        UniqueConstraint("request_id"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]  # from 1, very dissatisfied, to 5
    comment: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]

    @property
    def told(self) -> Score:
        return Score(str(self.score))

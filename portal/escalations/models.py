"""What was told as a deadline came near, so that it is told once."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.tenancy import Internal, Owned, within
from portal.service_requests.models import OfRequest


class ThresholdNotice(OfRequest, Owned, Internal, Base):
    """That so much of a target was used, or that what was promised was due. For staff alone.

    The key says that it is once: whoever tells it writes the row in the same transaction.
    """

    __tablename__ = "threshold_notice"
    __table_args__ = (
        within("service_request", "request_id"),
        UniqueConstraint("request_id", "target", "percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(60))  # see `rules.key_of` and `key_of_promise`
    percent: Mapped[int]
    told_at: Mapped[datetime]

"""What managers keep of an escalation: whose it is, what they promised, and how it was got over."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.base.db import Base
from portal.base.tenancy import Internal, Owned, within
from portal.service_requests.models import OfRequest, ServiceRequest
from portal.service_requests.rules import Remedy


class Escalation(OfRequest, Owned, Internal, Base):
    """One time that a request was escalated; the last one that has not ended is in force.

    It is as internal as the reason: of one that staff made among themselves customers see nothing.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        within("service_request", "request_id"),
        Index("ix_escalation_request", "request_id", "ended_at"),
        Index("ix_escalation_due", "ended_at", "next_update_due_at", "id"),
        Index("ix_escalation_owner", "owner_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request: Mapped[ServiceRequest] = relationship(viewonly=True)
    reason: Mapped[str] = mapped_column(Text)
    escalated_at: Mapped[datetime]
    escalated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    escalated_by: Mapped[User | None] = relationship(foreign_keys=escalated_by_id)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # a manager
    owner: Mapped[User | None] = relationship(foreign_keys=owner_id)
    next_update_due_at: Mapped[datetime]
    remedy: Mapped[Remedy | None]
    remedy_text: Mapped[str] = mapped_column(Text, default="")
    remedy_at: Mapped[datetime | None]
    remedy_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    accepted_at: Mapped[datetime | None]  # when the customer could live with the workaround
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_because: Mapped[str] = mapped_column(Text, default="")  # where nothing was repaired
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

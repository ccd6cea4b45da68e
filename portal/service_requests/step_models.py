"""The history that the clocks of a request are worked out from, and what they came to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.agreements.targets import Severity
from portal.base.db import Base
from portal.base.tenancy import Owned, within
from portal.service_requests.clocks import StepKind, TargetKind
from portal.service_requests.models import OfRequest
from portal.service_requests.rules import Status


class ServiceRequestStep(OfRequest, Owned, Base):
    """One moment, to the microsecond, and how the request stood from then on. Only added to."""

    __tablename__ = "service_request_step"
    __table_args__ = (
        within("service_request", "request_id"),
        Index("ix_service_request_step_request", "request_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[StepKind]
    status: Mapped[Status]
    severity: Mapped[Severity]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ServiceRequestTarget(OfRequest, Owned, Base):
    """A target of a request as its steps have it; `number` counts them. See `clocks.Promise`.

    It is written with each deed, so one that passed since then has no `missed_at` yet: what is
    missed at a moment is asked with `queries.missed`.
    """

    __tablename__ = "service_request_target"
    __table_args__ = (
        within("service_request", "request_id"),
        UniqueConstraint("request_id", "number"),
        Index("ix_service_request_target_started", "account_id", "started_at"),
        Index("ix_service_request_target_due", "met_at", "due_at"),
        Index("ix_service_request_target_near", "met_at", "near_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    kind: Mapped[TargetKind]
    severity: Mapped[Severity]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    near_at: Mapped[datetime | None]  # before it, nobody need be told that it comes near
    met_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]


def _refuse(*_told: Any) -> None:
    raise TypeError("Steps are added, and never changed or taken away.")


event.listen(ServiceRequestStep, "before_update", _refuse)
event.listen(ServiceRequestStep, "before_delete", _refuse)

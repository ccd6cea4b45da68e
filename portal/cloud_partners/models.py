"""A request that concerns a cloud partner: what was agreed, asked for, found, and every step."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.base.db import Base
from portal.base.files import StoredFile
from portal.base.tenancy import Owned, within
from portal.cloud_partners.rules import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    CloudPartner,
    Stage,
    Standing,
    State,
    needed,
    standings,
)
from portal.service_requests.models import OfRequest, ServiceRequest


class CloudPartnerCase(OfRequest, Owned, Base):
    """One for each request. How its steps stand is kept with it, so that it is read at once."""

    __tablename__ = "cloud_partner_case"
    __table_args__ = (
        within("service_request", "request_id"),
        within("stored_file", "authorization_file_id"),
        UniqueConstraint("request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request: Mapped[ServiceRequest] = relationship(viewonly=True)
    partner: Mapped[CloudPartner]
    partner_name: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")  # of another
    agreement_number: Mapped[str] = mapped_column(String(LONGEST_NUMBER), default="")
    agreement_until: Mapped[date | None] = mapped_column(Date)
    authorization_file_id: Mapped[int | None]
    authorization_file: Mapped[StoredFile | None] = relationship(viewonly=True)
    authorization_dated: Mapped[date | None] = mapped_column(Date)
    authorization_until: Mapped[date | None] = mapped_column(Date)
    # The last day of which people were told that it comes near.
    authorization_warned_of: Mapped[date | None] = mapped_column(Date)
    incident_number: Mapped[str] = mapped_column(String(LONGEST_NUMBER), default="")
    incident_at: Mapped[datetime | None]
    findings: Mapped[str] = mapped_column(Text, default="")
    workaround: Mapped[str] = mapped_column(Text, default="")
    call_at: Mapped[datetime | None]  # the one that was arranged last
    stages: Mapped[dict[str, Any]] = mapped_column(JSON)
    begun_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def standings(self) -> dict[Stage, Standing]:
        return standings(self.stages)

    def needs(self, today: date) -> list[Stage]:
        """What the customer is to give."""
        until = {
            Stage.AGREEMENT: self.agreement_until,
            Stage.AUTHORIZATION: self.authorization_until,
        }
        return needed(self.standings, until, today)


class CloudPartnerStep(OfRequest, Owned, Base):
    """Something that was done in a case, and how its step stood from then on. Only added to."""

    __tablename__ = "cloud_partner_step"
    __table_args__ = (
        within("service_request", "request_id"),
        within("cloud_partner_case", "case_id"),
        Index("ix_cloud_partner_step_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    kind: Mapped[Stage]
    state: Mapped[State]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by: Mapped[User | None] = relationship()
    next_update_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(Text, default="")
    begins_at: Mapped[datetime | None]  # of a call
    ends_at: Mapped[datetime | None]
    zone: Mapped[str] = mapped_column(String(40), default="")  # that it was arranged in


def _refuse(*_told: Any) -> None:
    raise TypeError("Steps are added, and never changed or taken away.")


event.listen(CloudPartnerStep, "before_update", _refuse)
event.listen(CloudPartnerStep, "before_delete", _refuse)

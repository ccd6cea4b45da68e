"""Major incidents, and what people were told about them as they went."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.bilingual import Bilingual
from portal.base.db import Base
from portal.base.references import reference
from portal.incidents.rules import Audience, Impact, State


class Incident(Base):
    """Shared: one incident hits many customers, and is read by those who are not signed in."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    title_nb: Mapped[str] = mapped_column(String(160), default="")
    title_en: Mapped[str] = mapped_column(String(160), default="")
    state: Mapped[State] = mapped_column(default=State.INVESTIGATING)
    impact: Mapped[Impact]
    audience: Mapped[Audience]
    services: Mapped[list[str]] = mapped_column(JSON)  # values of `Service`
    models: Mapped[list["IncidentModel"]] = relationship(
        cascade="all, delete-orphan", order_by="IncidentModel.id"
    )
    accounts: Mapped[list["IncidentAccount"]] = relationship(
        cascade="all, delete-orphan", order_by="IncidentAccount.id"
    )
    updates: Mapped[list["IncidentUpdate"]] = relationship(order_by="IncidentUpdate.id")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    next_update_due_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference("INC", self.id)

    @property
    def title(self) -> Bilingual:
        return Bilingual(self.title_nb, self.title_en)


class IncidentModel(Base):
    """A model that an incident hits."""

    __tablename__ = "incident_model"
    __table_args__ = (UniqueConstraint("incident_id", "model_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"))


class IncidentAccount(Base):
    """A customer that an incident is told to. Shared: it is held in memory, before any scope."""

    __tablename__ = "incident_account"
    __table_args__ = (UniqueConstraint("incident_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)


class IncidentUpdate(Base):
    """What was told, when, and how far the work had come. It stays as it was written."""

    __tablename__ = "incident_update"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    state: Mapped[State]
    text_nb: Mapped[str] = mapped_column(Text, default="")
    text_en: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    @property
    def words(self) -> Bilingual:
        return Bilingual(self.text_nb, self.text_en)


@event.listens_for(IncidentUpdate, "before_update")
@event.listens_for(IncidentUpdate, "before_delete")
def _refuse(_mapper: Any, _connection: Any, update: IncidentUpdate) -> None:
    raise RuntimeError(f"Update {update.id} was told to people: write another one.")

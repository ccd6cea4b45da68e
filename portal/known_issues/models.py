"""Faults of models that are known of, with what to do meanwhile and the version that mends them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.bilingual import Bilingual
from portal.base.db import Base
from portal.base.references import reference
from portal.catalogue.models import Category
from portal.known_issues.rules import State


class KnownIssue(Base):
    """Shared: it is about models, and the same for every customer. Until published, for staff."""

    __tablename__ = "known_issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    title_nb: Mapped[str] = mapped_column(String(160), default="")
    title_en: Mapped[str] = mapped_column(String(160), default="")
    description_nb: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    workaround_nb: Mapped[str] = mapped_column(Text, default="")
    workaround_en: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[Category | None]  # every model of it; or else those of `models`
    models: Mapped[list["KnownIssueModel"]] = relationship(
        cascade="all, delete-orphan", order_by="KnownIssueModel.id"
    )
    affected_from: Mapped[str] = mapped_column(String(40), default="")
    affected_to: Mapped[str] = mapped_column(String(40), default="")
    fixed_in: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[State] = mapped_column(default=State.EXAMINED)
    remarks: Mapped[str] = mapped_column(Text, default="")  # for staff alone
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # what customers read; remarks do not count
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference("KI", self.id)

    @property
    def title(self) -> Bilingual:
        return Bilingual(self.title_nb, self.title_en)


class KnownIssueModel(Base):
    """A model that an issue concerns."""

    __tablename__ = "known_issue_model"
    __table_args__ = (UniqueConstraint("known_issue_id", "model_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    known_issue_id: Mapped[int] = mapped_column(ForeignKey("known_issue.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)
